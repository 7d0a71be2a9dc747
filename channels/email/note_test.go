package email_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/email"
	"github.com/svartid/svartid/channels/simulated"
)

// A note comes to whom it is for, once, and no copy of it to us.
func TestSendNote(t *testing.T) {
	world := simulated.New(simulated.Options{Seed: "tell"})
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
	note := email.Note{
		From: "svartid@" + world.Domain(), To: "ola@" + world.Domain(),
		Subject: "svartid: phone", Text: "Ring tel:+4781500000 og spør om prisen på strøm.",
	}
	if err := mail.SendNote(ctx, note); err != nil {
		t.Fatal(err)
	}
	var heard []string
	listen, enough := context.WithTimeout(ctx, time.Minute)
	defer enough()
	_ = mail.Listen(listen, channels.Checkpoint{Source: mail.Sources()[0]}, func(_ context.Context, h channels.Batch) error {
		for _, a := range h.Arrivals {
			heard = append(heard, string(a.Raw))
		}
		if len(heard) > 0 {
			enough()
		}
		return nil
	})
	if len(heard) != 1 || !strings.Contains(heard[0], "To: "+note.To) || !strings.Contains(heard[0], "+4781500000") {
		t.Errorf("got %d letters: %q", len(heard), heard)
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}
