package flows_test

import (
	"context"
	"log/slog"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/svartid/svartid/channels/browser"
	"github.com/svartid/svartid/channels/browser/page"
	"github.com/svartid/svartid/channels/channeltest/long"
	"github.com/svartid/svartid/channels/channeltest/webchat"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/calendar"
	"github.com/svartid/svartid/probes/edition"
	"github.com/svartid/svartid/probes/engine/flows"
	"github.com/svartid/svartid/probes/ledger"
)

// TestPages walks real pages in a real browser: one that is as it was, one that has changed, one that is closed, one that
// asks for a proof, and one that is down. No company has a message or a visitor of it.
func TestPages(t *testing.T) {
	long.Only(t, "two nights of real pages; the short run has when they are walked, and one page is walked by the suite")
	if _, err := page.Look(); err != nil {
		if os.Getenv("SVARTID_PEERS") == "1" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
	moods := map[string]webchat.Mood{
		"open": {}, "changed": {Strange: true}, "closed": {Offline: true}, "puzzle": {Puzzle: true}, "down": {Down: true},
	}
	ed := &edition.Edition{Name: "2027"}
	ed.Rules.Calendar.Zone = time.UTC
	var sites []browser.Reach
	companies := map[string]*webchat.Company{}
	for name, mood := range moods {
		w := webchat.DeepChat()
		c, err := webchat.Start(t.Context(), w, webchat.Find(t, w))
		if err != nil {
			t.Fatal(err)
		}
		c.Be(mood)
		companies[name] = c
		at := browser.Reach{URL: c.URL(), Flow: w.Name, Consent: "KSP-2027/114"}
		sites = append(sites, at)
		ed.Companies = append(ed.Companies, edition.Company{
			ID: name, Class: "power", Consent: calendar.Date{Year: 2027, Month: 1, Day: 1}, Reach: map[string]string{"chat": at.String()},
		})
	}
	cfg := browser.Config{Flows: "../../../channels/browser/testdata/flows"}
	if os.Geteuid() == 0 {
		cfg.WithoutSandbox = "accepted" // the pages are our own
	}
	channel, err := browser.New(cfg, browser.Options{Places: sites})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := channel.Stop(); err != nil {
			t.Error(err)
		}
	})
	l, err := ledger.Open(t.Context(), "sqlite::memory:", ledger.Options{Fold: probes.Rules(ed.Rules).Fold})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })

	// walk looks at all places in a night of its own, and returns those whose way has changed.
	walk := func(day int) (broken []string) {
		began, late := time.Now(), time.Date(2027, 3, day, 4, 30, 0, 0, time.UTC)
		checker := flows.Checker{
			Edition: ed, Channels: map[string]any{"chat": channel}, Ledger: l, Log: slog.New(slog.NewTextHandler(t.Output(), nil)),
			Clock: func() time.Time { return late.Add(time.Since(began)) }, Again: time.Millisecond,
		}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() {
			defer close(done)
			checker.Run(ctx)
		}()
		for looked := 0; looked < len(moods); time.Sleep(50 * time.Millisecond) {
			err := l.View(t.Context(), func(tx probes.Tx) error {
				looks, err := tx.Checkpoints(t.Context(), probes.FlowLooks)
				looked = 0
				for _, m := range looks {
					if !m.Until.Before(late) {
						looked++
					}
				}
				marks, _ := tx.Checkpoints(t.Context(), probes.FlowChecks)
				broken = nil
				for _, f := range probes.BrokenFlows(marks) {
					broken = append(broken, f.Company+" at "+f.Broken)
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		cancel()
		<-done
		return broken
	}
	if got, want := walk(1), []string{`changed at click {role: button, name: Chat med oss}`}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	companies["changed"].Be(webchat.Mood{})
	companies["open"].Be(webchat.Mood{Strange: true})
	if got, want := walk(2), []string{`open at click {role: button, name: Chat med oss}`}; !slices.Equal(got, want) {
		t.Errorf("the night after: got %q, want %q", got, want)
	}
	for name, c := range companies {
		if got := c.Got(""); got != 0 {
			t.Errorf("%s has %d messages of ours", name, got)
		}
		if c.Knocks() < 2 {
			t.Errorf("%s was looked at %d times in two nights", name, c.Knocks())
		}
	}
}
