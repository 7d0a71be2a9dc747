package reading

import (
	"testing"
	"time"

	"github.com/svartid/svartid/probes/reading/message"
)

// TestGoesOn tells an absence from somebody who is away and answers all the same.
func TestGoesOn(t *testing.T) {
	tests := map[string]Kind{
		"Hei! Jeg er på ferie til 12. mai.":                                               Absence,
		"Hei! Jeg er på ferie til 12. mai, men leser e-post av og til.":                   Absence,
		"Hei! Jeg er på ferie til 12. mai, men den blå jakka finnes i butikken i Moss.":   Answer,
		"Hi! We are closed until Monday, but your parcel left the warehouse this morning": Answer,
	}
	for text, want := range tests {
		if r := Read(message.Parse([]byte(desk+text)), Asked{}, time.Time{}); r.Kind != want {
			t.Errorf("%q: got %s, want %s\n%v", text, r.Kind, want, r.Because)
		}
	}
}

// TestAnswersBelow: a letter that says that its answers stand in what it quotes is an answer, and for a person to look at.
func TestAnswersBelow(t *testing.T) {
	const quote = "\n\nMvh Ola\n\nFra: Kari <kari@post.example>\nSendt: mandag 23. november 2026 09:41\nEmne: Pris\n\nHva koster det?\n20 kr."
	for _, text := range []string{"Se svar i rødt under.", "Svar nedenfor i rødt.", "See my answers below.", "Svar i rött nedan!"} {
		if r := Read(message.Parse([]byte(replied+text+quote)), Asked{}, time.Time{}); r.Kind != Answer || !r.Doubtful {
			t.Errorf("%q: got %s, doubtful %v", text, r.Kind, r.Doubtful)
		}
	}
}

// TestReadsItsMail: a desk that only says when it reads its mail is not surely away, whatever the subject of its server;
// a person who says that he is, is.
func TestReadsItsMail(t *testing.T) {
	for text, sure := range map[string]bool{
		"Hej! Tack för ditt mejl. Vi läser inkorgen måndag till torsdag.":                     false,
		"Takk for e-posten! Vi leser innboksen hver morgen før åpning.":                       false,
		"Jeg er bortreist og uten dekning til 12. mai. Da leser jeg e-post igjen.":            true,
		"Dette er et automatisk svar. Jeg er på ferie til og med 12. mai og leser ikke mail.": true,
	} {
		r := Read(message.Parse([]byte("From: Firma <post@firma.example>\nSubject: Automatisk svar\nAuto-Submitted: auto-replied\n\n"+text)), Asked{}, time.Time{})
		if got := r.Kind == Absence && !r.Doubtful; got != sure {
			t.Errorf("%q: got %s, doubtful %v", text, r.Kind, r.Doubtful)
		}
	}
}
