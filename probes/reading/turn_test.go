package reading

import (
	"testing"
	"time"
)

// TestTurns cuts sentences where somebody says something else than the form before it.
func TestTurns(t *testing.T) {
	tests := map[string]int{
		"Vi har stengt, men pakken går i dag.":        2,
		"Vi har stengt men pakken går i dag.":         2,
		"We are closed but the parcel left.":          2,
		"Men pakken går i dag.":                       1,
		"Hotellet er fullt, ellers kan dere komme.":   2,
		"Ellers kan dere komme når dere vil.":         1,
		"Det er ellers greit.":                        1,
		"Vi åpner kl. 8 og stenger kl. 16.":           1,
		"Den koster ca. to tusen, evt. litt mer.":     1,
		"Ta kontakt med oss på tlf. 22 00 00 00.":     1,
		"Vi kommer på mandag kl. Da kan du hente den": 2,
		"Dag nr. 4. Den siste.":                       2,
	}
	for text, want := range tests {
		list := words(text)
		if got := list[len(list)-1].sentence + 1; got != want {
			t.Errorf("%q: %d sentences, want %d", text, got, want)
		}
	}
}

// TestGoesOn tells an absence from somebody who is away and answers all the same.
func TestGoesOn(t *testing.T) {
	tests := map[string]Kind{
		"Hei! Jeg er på ferie til 12. mai.":                                               Absence,
		"Hei! Jeg er på ferie til 12. mai, men leser e-post av og til.":                   Absence,
		"Hei! Jeg er på ferie til 12. mai, men den blå jakka finnes i butikken i Moss.":   Answer,
		"Hi! We are closed until Monday, but your parcel left the warehouse this morning": Answer,
	}
	for text, want := range tests {
		if r := Read(Parse([]byte(desk+text)), Asked{}, time.Time{}); r.Kind != want {
			t.Errorf("%q: got %s, want %s\n%v", text, r.Kind, want, r.Because)
		}
	}
}

// TestCompounds meets words that are open in front, and not the bare ending.
func TestCompounds(t *testing.T) {
	b := phrasebook{}
	if err := b.load("= closed 5\n(er|har) (*stengt|*stängt)\n"); err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]int{"vi er sommerstengt nå": 1, "vi har semesterstängt": 1, "vi er stengt": 0, "vi er stengte": 0} {
		if got := len(b.find(words(text))); got != want {
			t.Errorf("%q: %d hits, want %d", text, got, want)
		}
	}
	if err := b.load("= closed 5\n*gt på kvelden\n"); err == nil {
		t.Error("an ending of two letters is taken")
	}
	if err := b.load("= closed 5\n*stengt på kvelden\n"); err != nil || len(b.find(words("nattstengt på kvelden"))) != 1 {
		t.Errorf("a phrase that begins open in front is not met: %v", err)
	}
}

// TestStencils drops the lines that helpdesks print around what their people write.
func TestStencils(t *testing.T) {
	tests := map[string]bool{
		"##- Please type your reply above this line -##":           true,
		"##- Skriv dit svar over denne linje -##":                  true,
		"-—-—- Reply above this line -—-—-":                        true,
		"Write ABOVE THIS LINE to reply":                           true,
		"This email is a service from Firma. Delivered by Zendesk": true,
		"Kirjoita vastauksesi tämän rivin yläpuolelle":             true,
		"Powered by Intercom":                                      true,
		"Skriv gjerne hvor mye over budsjett dere kan gå.":         false,
		"Svar over telefon passer fint for meg":                    false,
		"-----------------":                                        false,
		"":                                                         false,
	}
	for line, want := range tests {
		if got := stencilled(line); got != want {
			t.Errorf("%q: %v, want %v", line, got, want)
		}
	}
}
