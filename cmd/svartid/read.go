package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/svartid/svartid/probes/reading"
	"github.com/svartid/svartid/probes/reading/message"
)

type readCmd struct {
	Files []string `arg:"" help:"Messages or mbox files; - is standard input." placeholder:"FILE"`
}

// readLine is one line of read --json. Its keys are a contract, so that doubt stands among the
// reasons, as a signal that weighs nothing.
type readLine struct {
	File      string           `json:"file"`
	Kind      reading.Kind     `json:"kind"`
	Permanent bool             `json:"permanent"`
	Doubtful  bool             `json:"-"`
	Because   []reading.Reason `json:"because"`
	Text      string           `json:"text"`
	Language  string           `json:"language"`

	Probability float64 `json:"probability"`
}

// Run reads each file and prints what each message in it is.
func (r readCmd) Run(ctx context.Context, g *globals, std streams) error {
	for _, file := range r.Files {
		if err := readFile(ctx, file, g, std); err != nil {
			return misuse{fmt.Errorf("read %s: %w", file, err)}
		}
	}
	return nil
}

func readFile(ctx context.Context, file string, g *globals, std streams) error {
	in := std.in
	if file != "-" {
		f, err := os.Open(file)
		if err != nil {
			return err
		}
		defer f.Close()
		in = f
	}
	some := false
	for raw, err := range message.Mbox(interruptible{ctx, in}) {
		if err != nil {
			return err
		}
		some = true
		got := reading.Read(message.Parse(raw), reading.Asked{}, time.Time{})
		if err := printReading(std.out, g, readLine{
			File: file, Kind: got.Kind, Permanent: got.Permanent, Doubtful: got.Doubtful,
			Because: got.Because, Text: got.Text, Language: got.Language, Probability: got.Probability,
		}); err != nil {
			return err
		}
	}
	if !some {
		return errors.New("holds no message")
	}
	return nil
}

// An interruptible reader ends with its context: a file may have no end.
type interruptible struct {
	ctx context.Context //nolint:containedctx // a Reader is given none
	io.Reader
}

// Read implements io.Reader.
func (r interruptible) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.Reader.Read(p)
}

func printReading(out io.Writer, g *globals, l readLine) error {
	if g.JSON {
		l.Because = append([]reading.Reason{}, l.Because...)
		if l.Doubtful {
			l.Because = append(l.Because, reading.Reason{Signal: "doubtful", Saw: "a person should look"})
		}
		return json.NewEncoder(out).Encode(l)
	}
	kind := string(l.Kind)
	if l.Permanent {
		kind += " (permanent)"
	}
	if l.Doubtful {
		kind += " (doubtful)"
	}
	fmt.Fprintf(out, "%s: %s", l.File, kind)
	if l.Language != "" {
		fmt.Fprintf(out, ", in %s", l.Language)
	}
	fmt.Fprintln(out)
	for _, why := range l.Because {
		fmt.Fprintf(out, "  %+4d %s: %s\n", why.Weight, why.Signal, why.Saw)
	}
	_, err := fmt.Fprintln(out, indent(l.Text))
	return err
}

// indent sets a text off from what is said about it.
func indent(text string) string {
	text = strings.TrimSpace(text)
	if text == "" {
		return ""
	}
	return "  | " + strings.ReplaceAll(text, "\n", "\n  | ")
}
