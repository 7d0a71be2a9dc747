package ledger_test

import (
	"context"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/ledger"
)

// planned is the first event of a contact.
func planned() probes.Event {
	return probes.Event{Kind: probes.Planned, Attempt: 1, At: time.Now(), Data: []byte(`{"edition":"2026","slot":"2026-03-02T09:00:00Z"}`)}
}

// Two processes write by turns: here two ledgers on one file, which share
// nothing else.
func TestBeside(t *testing.T) {
	dsn := "sqlite:" + filepath.Join(t.TempDir(), "svartid.db")
	opt := ledger.Options{Fold: probes.Rules{}.Fold, Rules: "r"}
	if _, err := ledger.OpenBeside(t.Context(), dsn, opt); err == nil {
		t.Fatal("opened beside nothing")
	}
	holder, err := ledger.Open(t.Context(), dsn, opt)
	if err != nil {
		t.Fatal(err)
	}
	defer holder.Close()
	guest, err := ledger.OpenBeside(t.Context(), dsn, opt)
	if err != nil {
		t.Fatal(err)
	}
	defer guest.Close()
	const each = 50
	note := probes.Event{Kind: probes.Noted, Attempt: 1, At: time.Now(), Data: []byte(`{"tap":"queue"}`)}
	write := func(l *ledger.Ledger, e probes.Event) error {
		return l.Update(t.Context(), func(tx probes.Tx) error {
			_, err := tx.Append(t.Context(), "c", e)
			return err
		})
	}
	if err := write(holder, planned()); err != nil {
		t.Fatal(err)
	}
	before, err := holder.Changes(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := write(guest, note); err != nil {
		t.Fatal(err)
	}
	after, err := holder.Changes(t.Context())
	if err != nil || after <= before {
		t.Errorf("a write from beside makes it %d changes of %d, %v", after, before, err)
	}
	if err := holder.Update(t.Context(), func(tx probes.Tx) error {
		return tx.Advance(t.Context(), "mail", channels.Checkpoint{Source: "INBOX", Until: time.Now()})
	}); err != nil {
		t.Fatal(err)
	}
	if same, err := holder.Changes(t.Context()); err != nil || same != after {
		t.Errorf("what changes no contact makes it %d changes of %d, %v", same, after, err)
	}
	var writers sync.WaitGroup
	for _, l := range []*ledger.Ledger{holder, guest} {
		writers.Go(func() {
			for range each {
				if err := write(l, note); err != nil {
					t.Error(err)
				}
			}
		})
	}
	writers.Wait()
	err = holder.View(t.Context(), func(tx probes.Tx) error {
		_, story, err := tx.Story(t.Context(), "c")
		if err == nil {
			err = probes.CheckChain(story)
		}
		if len(story) != 2+2*each {
			t.Errorf("got %d events, want %d", len(story), 2+2*each)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

func TestBesideOtherRules(t *testing.T) {
	dsn := "sqlite:" + filepath.Join(t.TempDir(), "svartid.db")
	holder, err := ledger.Open(context.Background(), dsn, ledger.Options{Fold: probes.Rules{}.Fold, Rules: "r"})
	if err != nil {
		t.Fatal(err)
	}
	defer holder.Close()
	_, err = ledger.OpenBeside(t.Context(), dsn, ledger.Options{Fold: probes.Rules{}.Fold, Rules: "s"})
	if err == nil || !strings.Contains(err.Error(), "other rules") {
		t.Errorf("got %v, want a refusal", err)
	}
}
