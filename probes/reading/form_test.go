package reading

import (
	"strings"
	"testing"
	"time"

	"github.com/svartid/svartid/probes/reading/message"
)

func TestFormLines(t *testing.T) {
	tests := map[string]struct {
		text string
		want int
	}{
		"fields":       {"Navn: Kari Holm\nE-post: kari@post.example\nTelefon: 900 00 000\nMelding: Hva koster det?", 4},
		"bullets":      {"* Name: Kari\n- Email: a@b\n• Message: Hi there", 3},
		"order":        {"Ordrenr: 5544\n1 x Kjele, rød\n2 stk Lokk\nFrakt 49:-\nTotalt 948:-", 5},
		"English":      {"Order no. 11-8812\n1 x Wool throw, grey £45.00\nDelivery £3.95\nTotal £48.95", 4},
		"too few":      {"Navn: Kari Holm\nTelefon: 900 00 000", 0},
		"prose":        {"Prisen er 300 kr.\nFrakt er gratis.\nSum av alt: se faktura.", 0},
		"empty fields": {"Navn:\nE-post:\nMelding:", 0},
		"letterhead":   {"Vår ref.: 2026/1\nDeres ref.: 4\nDato: 14.03.2026", 0},
		"empty":        {"", 0},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if got := len(formLines(tt.text)); got != tt.want {
				t.Errorf("got %d lines, want %d", got, tt.want)
			}
		})
	}
	if got := len(formLines(strings.Repeat("Navn: Kari\n", 9999))); got > 200 {
		t.Errorf("got %d lines of a hostile form", got)
	}
}

func TestFormIsNoAnswer(t *testing.T) {
	const form = "Navn: Kari Holm\nE-post: kari@post.example\nMelding: Hva koster det å leie lokalet i juni?\n"
	tests := []struct {
		want Kind
		text string
	}{
		{Acknowledgement, "Takk! Skjemaet er sendt inn.\n\n" + form + "\nVi tar kontakt."},
		{Acknowledgement, "Vi har mottatt henvendelsen din.\n\n" + form},
		{Answer, "Hei Kari! Lokalet koster 4 000 kroner en lørdag i juni, og du må bestille innen april.\n\nMvh Tone\n\n" + form},
		{Answer, "Hei! Lokalet er dessverre opptatt hele juni, men ledig i juli.\n\n" + form},
	}
	for _, tt := range tests {
		m := message.Parse([]byte("From: post@firma.example\nSubject: Leie\n\n" + tt.text))
		if r := Read(m, Asked{}, time.Time{}); r.Kind != tt.want {
			t.Errorf("%s read as %s, doubtful %v: %s\n%v", tt.want, r.Kind, r.Doubtful, tt.text, r.Because)
		}
	}
}

// TestMayBeFields: each line that is a field or a row is one that may be.
func TestMayBeFields(t *testing.T) {
	for _, text := range []string{"Navn: Kari Holm\nE-post: kari@post.example", "Ordrenr: 5544\n1 x Kjele, rød\nFrakt 49:-", "Prisen er 300 kr.\nHei", "", "\n\n7"} {
		if found, may := len(marks().field.FindAllStringIndex(text, -1)), mayBeFields(text); found > may {
			t.Errorf("%q: %d fields in %d lines", text, found, may)
		}
	}
}
