package main

import (
	"context"
	"errors"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/svartid/svartid/channels/channeltest/race"
	"github.com/svartid/svartid/channels/simulated"
	"github.com/svartid/svartid/channels/simulated/world"
	"github.com/svartid/svartid/config"
	"github.com/svartid/svartid/probes"
)

// demoWorld starts the demo's companies and writes their configuration, whose
// edition begins in some days: a process that serves it listens, and asks nothing.
func demoWorld(t *testing.T) (w *world.World, file string) {
	t.Helper()
	board, hooks := freeAddress(t), freeAddress(t)
	w = world.New(world.Options{Hooks: "http://" + hooks + "/hooks/"})
	if err := w.Start(); err != nil {
		t.Fatal(err)
	}
	ctx, end := context.WithCancel(context.Background())
	over := make(chan error, 1)
	go func() { over <- w.Run(ctx) }()
	t.Cleanup(func() {
		end()
		if err := <-over; err != nil && !errors.Is(err, context.Canceled) {
			t.Errorf("world: %v", err)
		}
	})
	file, err := w.Write(t.TempDir(), world.Serving{Board: board, Hooks: hooks})
	if err != nil {
		t.Fatal(err)
	}
	from := regexp.MustCompile(`(?m)^  from: .*$`)
	text, err := os.ReadFile(file)
	if err == nil {
		later := time.Now().AddDate(0, 0, 9).Format(time.DateOnly)
		err = os.WriteFile(file, from.ReplaceAll(text, []byte("  from: "+later)), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	return w, file
}

// TestTrialsAreKnown tries every channel of the demo that a machine opens, with
// several companies at once and one of them twice, while another process serves the
// same accounts. Each trial is one of its own, and what is heard of them all is
// known as a trial's, and counted as nothing.
func TestTrialsAreKnown(t *testing.T) {
	race.Skip(t, "the program that it starts is not watched")
	t.Parallel()
	w, file := demoWorld(t)
	served := newPlace(t, "", file).start()
	metrics := served.metrics()
	cfg, err := config.Load(file)
	if err != nil {
		t.Fatal(err)
	}
	ledger := openArchive(t, string(cfg.Ledger.DSN))
	for channel, tt := range map[string]struct {
		place *regexp.Regexp // by which the dialogue shows where it was asked
		heard bool           // serve hears the answers
	}{
		"mail":       {regexp.MustCompile(`(?m)^C: RCPT TO:<\S+@kunder\.\S+>`), true},
		"chatwoot":   {regexp.MustCompile(`/contacts/[0-9a-f-]{36}/conversations/`), false},
		"rocketchat": {regexp.MustCompile(`"rid":"\w+"`), false},
		"matrix":     {regexp.MustCompile(`/rooms/\S+/send/`), true},
		"webhook":    {regexp.MustCompile(`"attempt": ?"trial\.\w+"`), true},
	} {
		t.Run(channel, func(t *testing.T) {
			companies := answering(w, cfg, channel)
			places := tryAll(t, []string{"try", "-c", file, "--channel", channel, "--wait", "4s"}, companies, tt.place)
			slices.Sort(places)
			if n := len(slices.Compact(places)); n != len(companies) {
				t.Errorf("%d trials, of which %d are of their own", len(companies), n)
			}
			if tt.heard {
				waitFor(t, "the answers are heard", func() bool { return heardOn(t, ledger, channel) >= len(companies) })
			}
		})
	}
	for _, a := range ledger.arrivals(t) {
		if a.Rule != probes.RuleTrial || a.Contact != "" || a.Amiss() != "" {
			t.Errorf("%s on %s: rule %q, contact %q %s", a.Arrival.Key, a.Channel, a.Rule, a.Contact, a.Amiss())
		}
	}
	counts := regexp.MustCompile(`(?m)^svartid_(arrivals_total\{.*kind="[^o].*|unmatched_arrivals.*)\} [1-9].*$`)
	for _, counted := range counts.FindAllString(get(t, metrics), -1) {
		t.Errorf("a trial is counted: %s", counted)
	}
	served.stop()
}

// answering returns companies that answer on a channel, the first of them twice.
func answering(w *world.World, cfg *config.Config, channel string) (ids []string) {
	for _, r := range w.Roles(channel) {
		if r.Behaviour != simulated.Offline && r.Behaviour != simulated.Mute {
			ids = append(ids, r.ID)
		}
	}
	for _, co := range cfg.Companies[:3] {
		if channel == "mail" {
			ids = append(ids, co.ID)
		}
	}
	return append(ids[:2:2], ids[0])
}

// tryAll tries companies, all at once, and returns where each was asked.
func tryAll(t *testing.T, args, companies []string, place *regexp.Regexp) []string {
	t.Helper()
	places := make([]string, len(companies))
	var all sync.WaitGroup
	for i, company := range companies {
		all.Go(func() {
			var out, errs lines
			status := run(t.Context(), append(slices.Clone(args), "--company", company), streams{out: &out, err: &errs})
			if status != exitDone || strings.Count(out.String(), "sent to ") != 1 {
				t.Errorf("%s: status %d\n%s%s", company, status, &out, &errs)
			}
			places[i] = place.FindString(errs.String())
			if places[i] == "" {
				t.Errorf("%s: the dialogue does not show where it is asked:\n%s", company, &errs)
			}
		})
	}
	all.Wait()
	return places
}

// arrivals returns all that was heard.
func (a archive) arrivals(t *testing.T) (all []probes.StoredArrival) {
	t.Helper()
	err := a.View(t.Context(), func(tx probes.Tx) (err error) {
		all, err = tx.Arrivals(t.Context(), probes.ArrivalQuery{})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// heardOn counts what was heard on a channel.
func heardOn(t *testing.T, a archive, channel string) (n int) {
	t.Helper()
	for _, one := range a.arrivals(t) {
		if one.Channel == channel {
			n++
		}
	}
	return n
}
