package main

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/svartid/svartid/config"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/ledger"
	"github.com/svartid/svartid/probes/reading/message"
)

// A contactRecord is what the ledger has of one contact.
type contactRecord struct {
	probes.Contact
	events []probes.Event
	heard  []hearing
}

// A hearing is a heard event, with the Message-ID of what was heard.
type hearing struct {
	probes.Classification
	id string
}

// An archive reads a ledger that another process writes.
type archive struct{ *ledger.Ledger }

// openArchive opens the ledger once it is there and made. It closes when the
// test ends.
func openArchive(t testing.TB, dsn string) archive {
	t.Helper()
	var l *ledger.Ledger
	var err error
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		l, err = ledger.OpenReader(t.Context(), dsn, ledger.Options{})
		if err == nil {
			t.Cleanup(func() { _ = l.Close() })
			return archive{l}
		}
	}
	t.Fatal(err)
	return archive{}
}

// contacts returns every contact, in the order of their slots.
func (a archive) contacts(t testing.TB) (found []probes.Contact) {
	t.Helper()
	err := a.View(t.Context(), func(tx probes.Tx) (err error) {
		found, err = tx.Find(t.Context(), probes.Query{})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// standing counts the contacts whose outcome is open, and the arrivals that were
// matched to contacts.
func (a archive) standing(t testing.TB) (pending, heard int) {
	t.Helper()
	for _, c := range a.contacts(t) {
		if c.Live() {
			pending++
		}
		for _, attempt := range c.Attempts {
			heard += len(attempt.Readings)
		}
	}
	return pending, heard
}

// contactRecords reads every contact, in the order of their slots.
func (a archive) contactRecords(t testing.TB) (records []contactRecord) {
	t.Helper()
	contacts := a.contacts(t)
	err := a.View(t.Context(), func(tx probes.Tx) error {
		for _, c := range contacts {
			b, err := readContactRecord(t.Context(), tx, c.ID)
			if err != nil {
				return err
			}
			records = append(records, b)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return records
}

func readContactRecord(ctx context.Context, tx probes.Tx, contact string) (b contactRecord, err error) {
	if b.Contact, b.events, err = tx.Story(ctx, contact); err != nil {
		return b, err
	}
	for _, e := range b.events {
		if e.Kind != probes.Heard {
			continue
		}
		var h hearing
		if err := json.Unmarshal(e.Data, &h.Classification); err != nil {
			return b, err
		}
		raw, err := tx.Evidence(ctx, h.Evidence)
		if err != nil {
			return b, fmt.Errorf("contact %s: event %d: %w", contact, e.Seq, err)
		}
		h.id = message.Parse(raw).ID()
		b.heard = append(b.heard, h)
	}
	return b, nil
}

// opener returns the Message-ID of the contact's opener; empty if none was
// intended.
func (b contactRecord) opener() string { return b.Current().Intent.ID }

// has reports whether something of a kind has happened to the contact.
func (b contactRecord) has(kind probes.EventKind) bool {
	return slices.ContainsFunc(b.events, func(e probes.Event) bool { return e.Kind == kind })
}

// tell tells the contact's story.
func (b contactRecord) tell() string {
	var story strings.Builder
	for _, e := range b.events {
		fmt.Fprintf(&story, "\n\t%s %s %.300s", e.At.Format("15:04:05.000"), e.Kind, e.Data)
	}
	return story.String()
}

// checkChains checks every chain, in the ledger and by itself, and that the
// contacts are what their events fold to.
func (a archive) checkChains(t testing.TB, records []contactRecord) {
	t.Helper()
	if err := a.Verify(t.Context()); err != nil {
		t.Error(err)
	}
	for _, b := range records {
		if err := probes.CheckChain(b.events); err != nil {
			t.Error(err)
		}
	}
}

// holds fails the test unless the ledger of a configuration holds in all that
// can be proven, by the rules that it was folded by.
func holds(t testing.TB, file string) {
	t.Helper()
	cfg, err := config.Load(file)
	if err != nil {
		t.Fatal(err)
	}
	rules := cfg.Probing().Rules
	l, err := ledger.OpenReader(t.Context(), string(cfg.Ledger.DSN), ledger.Options{Fold: probes.Rules(rules).Fold, Rules: cfg.RulesDigest()})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if err := l.Verify(t.Context()); err != nil {
		t.Error(err)
	}
}

// byOpener finds records by the Message-ID of their opener.
func byOpener(records []contactRecord) map[string]contactRecord {
	all := map[string]contactRecord{}
	for _, b := range records {
		if id := b.opener(); id != "" {
			all[id] = b
		}
	}
	return all
}

// A drift is how far measured waits are from the truth.
type drift []time.Duration

// String gives its ends and its middle.
func (d drift) String() string {
	if len(d) == 0 {
		return "none"
	}
	slices.Sort(d)
	at := func(part float64) time.Duration { return d[int(part*float64(len(d)-1))].Round(time.Millisecond) }
	return fmt.Sprintf("%d waits, from %v to %v, median %v", len(d), at(0), at(1), at(0.5))
}
