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
	t.Run("channels", func(t *testing.T) { // which returns when all are done
		for _, tt := range triedChannels() {
			t.Run(tt.channel, func(t *testing.T) {
				t.Parallel()
				tt.try(t, file, answering(w, cfg, tt.channel), ledger)
			})
		}
	})
	for _, a := range ledger.arrivals(t) {
		if a.Rule != probes.RuleTrial || a.Contact != "" || a.Amiss() != "" {
			t.Errorf("%s on %s: rule %q, contact %q %s", a.Arrival.Key, a.Channel, a.Rule, a.Contact, a.Amiss())
		}
	}
	counts := regexp.MustCompile(`(?m)^svartid_(arrivals_total\{.*|unmatched_arrivals.*)\} [1-9].*$`)
	for _, counted := range counts.FindAllString(get(t, metrics), -1) {
		t.Errorf("a trial is counted: %s", counted)
	}
	served.stop()
}

// A triedChannel is a channel as trials show it.
type triedChannel struct {
	channel string
	place   *regexp.Regexp // by which the dialogue, or the prompt, shows where it is asked
	heard   bool           // serve hears the answers
	prompt  bool           // a person asks
}

func triedChannels() []triedChannel {
	return []triedChannel{
		{channel: "mail", place: regexp.MustCompile(`(?m)^C: RCPT TO:<\S+@kunder\.\S+>`), heard: true},
		{channel: "chatwoot", place: regexp.MustCompile(`/contacts/[0-9a-f-]{36}/conversations/`)},
		{channel: "rocketchat", place: regexp.MustCompile(`"rid":"\w+"`)},
		{channel: "matrix", place: regexp.MustCompile(`/rooms/\S+/send/`), heard: true},
		{channel: "webhook", place: regexp.MustCompile(`"attempt": ?"trial\.\w+"`), heard: true},
		{channel: "messenger", place: regexp.MustCompile(`(?s)a person sends it: messenger\n.*`), prompt: true},
		{channel: "phone", place: regexp.MustCompile(`(?s)a person sends it: phone\ntel:.*`), prompt: true},
	}
}

// try tries companies by a configuration, all at once.
func (tt triedChannel) try(t *testing.T, file string, companies []string, ledger archive) {
	t.Helper()
	places := make([]string, len(companies))
	var all sync.WaitGroup
	for i, company := range companies {
		all.Go(func() {
			var out, errs lines
			status := runCommandLine(t.Context(), []string{"try", "-c", file, "--channel", tt.channel, "--wait", "4s", "--company", company},
				streams{out: &out, err: &errs})
			if sent := strings.Count(out.String(), "sent to "); status != exitDone || (sent == 1) == tt.prompt {
				t.Errorf("%s: status %d\n%s%s", company, status, &out, &errs)
			}
			if places[i] = tt.place.FindString(errs.String() + out.String()); places[i] == "" {
				t.Errorf("%s: it does not show where it is asked:\n%s%s", company, &out, &errs)
			}
		})
	}
	all.Wait()
	slices.Sort(places)
	if n := len(slices.Compact(places)); n != len(companies) && !tt.prompt {
		t.Errorf("%d trials, of which %d are of their own", len(companies), n)
	}
	if tt.heard {
		waitFor(t, "the answers are heard", func() bool { return heardOn(t, ledger, tt.channel) >= len(companies) })
	}
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
