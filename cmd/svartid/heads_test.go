package main

import (
	"context"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/email"
	"github.com/svartid/svartid/channels/simulated"
	"github.com/svartid/svartid/config"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/edition"
	"github.com/svartid/svartid/probes/head"
	"github.com/svartid/svartid/probes/ledger"
	"github.com/svartid/svartid/probes/ledger/ledgertest"
)

// TestHeadsByMail: the head of the ledger comes to those outside as a letter, which
// as it came is a copy that the ledger is held against.
func TestHeadsByMail(t *testing.T) {
	world := simulated.New(simulated.Options{Seed: "heads"})
	if err := world.Start(); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	ended := make(chan error, 1)
	go func() { ended <- world.Run(ctx) }()
	mail, err := email.New(world.Mailbox(), email.Options{})
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	l, err := ledger.Open(ctx, "sqlite:"+filepath.Join(dir, "test.db"), ledgertest.Options())
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	p := &program{
		edition: &edition.Edition{Name: "spring 2027", Key: "00ff", Personas: []edition.Persona{
			{Channel: "mail", Persona: channels.Persona{Name: "Kari", Address: "kari@" + world.Domain()}},
		}},
		channels: map[string]any{"mail": mail}, ledger: l, log: slog.New(slog.DiscardHandler),
		kept: config.Ledger{HeadsFile: filepath.Join(dir, "heads.txt"), HeadsTo: []string{"notary@" + world.Domain()}},
	}
	out, err := p.publisher()
	if err != nil {
		t.Fatal(err)
	}
	if err := out.Once(ctx); err != nil {
		t.Fatal(err)
	}
	var letters [][]byte
	listen, enough := context.WithTimeout(ctx, time.Minute)
	defer enough()
	_ = mail.Listen(listen, channels.Checkpoint{Source: mail.Sources()[0]}, func(_ context.Context, h channels.Batch) error {
		for _, a := range h.Arrivals {
			letters = append(letters, a.Raw)
		}
		if len(letters) > 0 {
			enough()
		}
		return nil
	})
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if len(letters) != 1 || !strings.Contains(string(letters[0]), "Subject: svartid: head 1 of edition spring 2027") {
		t.Fatalf("got %d letters: %q", len(letters), letters)
	}
	copies := []head.Copy{{Name: "the letter", Text: letters[0]}}
	if got := len(head.Lines(letters[0])); got != 1 {
		t.Fatalf("got %d heads in\n%s", got, letters[0])
	}
	err = l.View(t.Context(), func(tx probes.Tx) error {
		faults, err := out.Maker.Compare(t.Context(), tx, copies)
		if len(faults) > 0 {
			t.Errorf("got %q", faults)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}
