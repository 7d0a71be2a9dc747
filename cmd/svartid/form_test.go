package main

import (
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/channeltest/race"
	"github.com/svartid/svartid/channels/email"
	"github.com/svartid/svartid/channels/simulated"
	"github.com/svartid/svartid/channels/simulated/shopper"
	"github.com/svartid/svartid/cmd/svartid/internal/prompts"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/engine"
	"github.com/svartid/svartid/probes/ledger"
)

// TestContactForm asks by a contact form: a person types what the queue shows, with the
// address that it shows, and the answer that comes there by mail is the contact's.
func TestContactForm(t *testing.T) {
	race.Skip(t, "the program that it starts is not watched")
	t.Parallel()
	world, config := oneCompany(t, simulated.Silent, simulated.Mischief{})
	edited(t, config, "personas:\n", "  form: {type: prompt, how: form, mail: mail}\npersonas:\n"+
		"  - {name: Kari Moe, channel: form, address: \"kari.moe@"+world.Domain()+"\", tag: catchall}\n")
	edited(t, config, "channel: mail, cron: ", "channel: form, cron: ")
	edited(t, config, "reach: {", "reach: {form: \"https://www."+world.Domain()+"/kontakt\", ")
	p := newPlace(t, "brisk", config)
	served := p.start()
	served.metrics()
	b, err := openSession(t.Context(), config, ledger.OpenBeside)
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	queue := prompts.Queue{Engine: &engine.Engine{
		Edition: b.edition, Ledger: b.Ledger, Log: slog.New(slog.DiscardHandler), Timing: timingOf(b.cfg.Timing),
	}}
	var waiting []shopper.Prompt
	waitFor(t, "a form waits for a person", func() bool {
		waiting, err = queue.Waiting(t.Context())
		return err != nil || len(waiting) > 0
	})
	if err != nil {
		t.Fatal(err)
	}
	o, err := queue.Opening(t.Context(), waiting[0])
	if err != nil || !strings.HasSuffix(o.Address, "@"+world.Domain()) || o.Reach != "https://www."+world.Domain()+"/kontakt" {
		t.Fatalf("the form is to be filled in as %+v, %v", o, err)
	}
	if err := queue.Report(t.Context(), waiting[0], channels.TapSent, "Ola"); err != nil {
		t.Fatal(err)
	}
	mail, err := email.New(world.Mailbox(), email.Options{})
	if err != nil {
		t.Fatal(err)
	}
	answer := email.Note{
		From: "post@" + world.Domain(), To: o.Address, Subject: "Din henvendelse",
		Text: "Hei! Det koster 499 kroner i måneden, og du har ingen bindingstid. Hilsen Per Moe",
	}
	time.Sleep(time.Second) // the tap is good to some seconds
	if err := mail.SendNote(t.Context(), answer); err != nil {
		t.Fatal(err)
	}
	archive := openArchive(t, string(b.cfg.Ledger.DSN))
	var got probes.Contact
	waitFor(t, "the answer is heard", func() bool {
		for _, c := range archive.contacts(t) {
			got = c
		}
		return got.Outcome == probes.Answered
	})
	if n := len(got.Current().Readings); n != 1 {
		t.Errorf("%d readings", n)
	}
	served.stop()
}
