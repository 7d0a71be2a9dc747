package reading

import (
	"testing"
	"time"

	"github.com/svartid/svartid/probes/reading/lexicon"
	"github.com/svartid/svartid/probes/reading/message"
)

// TestNotices: what programs write about a message answers nothing.
func TestNotices(t *testing.T) {
	const head = "From: Firma <post@firma.example>\nTo: kari@post.example\n"
	tests := map[string]string{
		"a thumb":             head + "Subject: SV: Pris\n\n👍🏽\n",
		"a reaction of Gmail": head + "Subject: Re: Pris\nContent-Type: multipart/alternative; boundary=b\n\n--b\n\n❤️\n\nTone reagerte via Gmail\n--b\nContent-Type: text/vnd.google.email-reaction+json\n\n{}\n--b--\n",
		"a recall":            head + "Subject: Tilbakekall: Pris\n\nTone Moe vil trekke tilbake meldingen «Pris».",
		"a recall, Swedish":   head + "Subject: Återkalla: Pris\n\nTone Moe vill återkalla meddelandet Pris.",
		"read":                head + "Subject: Lest: Pris\n\nMeldingen din ble lest mandag 2. mars 2026 09:14.",
		"an invoice":          head + "Subject: Faktura mars\n\nVedlagt er faktura 2201 på kr 349,00. Forfall 14.04.2026. KID 220100.",
		"a merged case":       head + "Subject: Sak 12 er slått sammen\n\nSaken din er slått sammen med sak 14, der vi fortsetter.",
	}
	for name, raw := range tests {
		t.Run(name, func(t *testing.T) {
			if got := Read(message.Parse([]byte(raw)), Asked{}, time.Time{}); got.Kind != Other {
				t.Errorf("got %s, doubtful %v: %v", got.Kind, got.Doubtful, got.Because)
			}
		})
	}
}

// TestNeverSureAnswers: what comes from an address that is not read, to recipients that are not named, to a
// list, or as a note of the house to itself is never a sure answer.
func TestNeverSureAnswers(t *testing.T) {
	const text = "\n\nHei Kari! Abonnementet koster 349 kroner i måneden, uten binding.\n\nMvh Tone Moe\n"
	tests := map[string]string{
		"noreply":          "From: Firma <noreply@firma.example>\nTo: kari@post.example\nSubject: SV: Pris",
		"undisclosed":      "From: Tone <tone@firma.example>\nTo: undisclosed-recipients:;\nSubject: SV: Pris",
		"a list":           "From: Tone <tone@firma.example>\nTo: liste@firma.example\nList-Id: <liste.firma.example>\nSubject: SV: Pris",
		"within the house": "From: Tone <tone@firma.example>\nTo: per@firma.example\nCc: kari@post.example\nSubject: VS: Pris",
	}
	for name, head := range tests {
		t.Run(name, func(t *testing.T) {
			if got := Read(message.Parse([]byte(head+text)), Asked{}, time.Time{}); got.Kind == Answer && !got.Doubtful {
				t.Errorf("sure of an answer: %v", got.Because)
			}
		})
	}
}

// TestDisclosure tells a machine that says what it is from one that is advertised.
func TestDisclosure(t *testing.T) {
	tests := map[string]bool{
		"Hei, jeg er Kim, en digital assistent.":                            true,
		"Dette svaret er skrevet av en robot.":                              true,
		"Det här svaret är skrivet av vår AI-agent.":                        true,
		"I am a virtual assistant.":                                         true,
		"Mailen er besvaret automatisk af vores chatbot.":                   true,
		"Den er klar. Prøv vår digitale assistent Kim på nettsiden!":        false,
		"Den er klar. Visste du at chatboten vår svarer hele døgnet?":       false,
		"It is ready. Try our virtual assistant, available 24/7.":           false,
		"Den är klar. Testa vår digitala assistent på hemsidan!":            false,
		"Den er klar. Vår chatbot finner du nederst på siden, døgnet rundt": false,
	}
	for text, want := range tests {
		b := newBody(text, Asked{}, lexicon.Default().Phrases)
		_, weight, _ := b.disclosed()
		if got := weight > 0; got != want {
			t.Errorf("%q: got %v, want %v", text, got, want)
		}
	}
	for from, want := range map[string]bool{
		"Trygg-roboten <a@b.example>": true, "Rikke Robot <a@b.example>": true, "Kundbot <a@b.example>": true,
		"Fjord AI Agent <a@b.example>": true, "Bo Abbot <a@b.example>": false, "Tone Moe <a@b.example>": false,
	} {
		if got := namedMachine(message.Parse([]byte("From: "+from+"\n\nHei"))) != ""; got != want {
			t.Errorf("%s: got %v, want %v", from, got, want)
		}
	}
}
