package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"

	"github.com/svartid/svartid/channels/browser/flow"
	"github.com/svartid/svartid/channels/browser/page"
)

type recordCmd struct {
	URL            string `arg:"" optional:"" help:"The company's page with the chat."`
	Out            string `help:"The flow's file, such as flows/livechat.yml. None: it is printed." placeholder:"FILE"`
	From           string `help:"A recording of Chrome's Recorder, as JSON, in place of a page." placeholder:"FILE"`
	Chromium       string `help:"The browser's program. None: it is looked for." placeholder:"FILE"`
	Headless       bool   `help:"Show no window: for tests, and for machines without a screen."`
	WithoutSandbox bool   `help:"Let the browser run as root, where it has no sandbox."`
}

// Run opens a page for a person who shows the way through its chat, and writes it down. Nothing that is typed is
// written.
func (r recordCmd) Run(ctx context.Context, std streams) error {
	acts, shown, err := r.acts(ctx, std)
	if err != nil {
		return err
	}
	drafted, notes := flow.Draft(acts, shown)
	for _, note := range notes {
		fmt.Fprintln(std.err, "look at", note)
	}
	if r.Out == "" {
		_, err = std.out.Write(drafted.Text())
		return err
	}
	file, err := os.OpenFile(r.Out, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return misuse{err}
	}
	_, err = file.Write(drafted.Text())
	if err = errors.Join(err, file.Close()); err != nil {
		return err
	}
	_, err = fmt.Fprintf(std.out, "The flow is in %s. Name it in a company's reach, and try: svartid check --connect\n", r.Out)
	return err
}

// acts returns what was done: by a person, or in a recording of another program's.
func (r recordCmd) acts(ctx context.Context, std streams) ([]flow.Act, map[flow.Mark]flow.Act, error) {
	switch {
	case (r.URL == "") == (r.From == ""):
		return nil, nil, misuse{errors.New("want the address of a page, or --from and a recording")}
	case r.From != "":
		text, err := os.ReadFile(r.From)
		if err != nil {
			return nil, nil, misuse{err}
		}
		acts, _, err := flow.FromRecorder(text)
		return acts, nil, err
	case !strings.HasPrefix(r.URL, "https://") && !strings.HasPrefix(r.URL, "http://"):
		return nil, nil, misuse{fmt.Errorf("%q is no address of a page: want one such as https://company.example/help", r.URL)}
	}
	b, err := page.Start(ctx, page.Options{Path: r.Chromium, Window: page.Screen(!r.Headless), Unguarded: r.WithoutSandbox})
	if err != nil {
		return nil, nil, err
	}
	defer func() { _ = b.Close() }()
	var mu sync.Mutex
	var all []flow.Act
	window, err := b.Record(ctx, r.URL, func(a flow.Act) {
		mu.Lock()
		defer mu.Unlock()
		all = append(all, a)
	})
	if err != nil {
		return nil, nil, err
	}
	defer window.Close()
	since := func(n int) []flow.Act {
		mu.Lock()
		defer mu.Unlock()
		return slices.Clone(all[n:])
	}
	lines := bufio.NewScanner(std.in)
	fmt.Fprintln(std.out, "Go to the chat in the window, write a message and send it once. Then press Enter here.")
	lines.Scan()
	done, shown := since(0), map[flow.Mark]flow.Act{}
	for _, mark := range flow.Marks() {
		before := len(since(0))
		fmt.Fprintf(std.out, "Hold Alt and click on %s; then press Enter here. Press Enter alone if there is none.\n", mark)
		lines.Scan()
		if points := since(before); len(points) > 0 {
			shown[mark] = points[len(points)-1]
		}
	}
	return done, shown, lines.Err()
}
