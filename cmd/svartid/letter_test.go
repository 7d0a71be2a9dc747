package main

import (
	"mime"
	"net/mail"
	"strings"
	"time"

	"github.com/svartid/svartid/probes/reading"
)

// A letter is what a firm writes.
type letter struct {
	firm   int
	opener mail.Header
	kind   reading.Kind
}

// customer returns who wrote the opener.
func (l letter) customer() string {
	from, err := mail.ParseAddress(l.opener.Get("From"))
	if err != nil {
		return ""
	}
	return from.Address
}

// compose writes the letter. Who answers from elsewhere keeps no thread.
func (l letter) compose(id string) []byte {
	domain := firmID(l.firm) + ".example"
	from := "Marte Solbakken <marte.solbakken@" + domain + ">"
	thread := []string{
		"In-Reply-To: " + l.opener.Get("Message-ID"),
		"References: " + l.opener.Get("Message-ID"),
		"Subject: Re: " + l.opener.Get("Subject"),
	}
	switch {
	case l.kind == reading.Acknowledgement:
		from = "Kundeservice <post@" + domain + ">"
		thread = append(thread[:2:2], "Subject: Vi har mottatt din henvendelse",
			"Auto-Submitted: auto-replied", "X-Auto-Response-Suppress: All")
	case behaviours()[l.firm] == elsewhere:
		from = "Jonas Eikeland <saksbehandler@kundesenter.example>"
		thread = []string{"Subject: " + mime.QEncoding.Encode("utf-8", "Angående din sak")}
	}
	head := []string{
		"From: " + from, "To: " + l.customer(), "Message-ID: <" + id + ">",
		"Date: " + time.Now().Format(time.RFC1123Z),
		"MIME-Version: 1.0", "Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: 8bit",
	}
	lines := append(append(head, thread...), "", l.text())
	return []byte(strings.ReplaceAll(strings.Join(lines, "\n"), "\n", "\r\n"))
}

func (l letter) text() string {
	if l.kind == reading.Acknowledgement {
		return "Hei,\n\ntakk for din henvendelse. Vi har mottatt e-posten din og svarer vanligvis innen to virkedager.\n\n" +
			"Dette er et automatisk svar. Du kan ikke svare på denne e-posten.\n"
	}
	return "Hei!\n\nPåslaget er 4,9 øre per kWh og månedsbeløpet er 39 kroner. Avtalen har ingen bindingstid, og du kan " +
		"ta den med til ny adresse fra den dagen du overtar boligen.\n\nSi gjerne fra om det er noe mer du lurer på.\n\n" +
		"Med vennlig hilsen\nMarte Solbakken\nKundeservice\n"
}
