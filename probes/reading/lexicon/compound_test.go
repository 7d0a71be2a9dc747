package lexicon

import "testing"

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
		list := Words(text)
		if got := list[len(list)-1].Sentence + 1; got != want {
			t.Errorf("%q: %d sentences, want %d", text, got, want)
		}
	}
}

// TestCompounds meets words that are open in front, and not the bare ending.
func TestCompounds(t *testing.T) {
	b := Phrasebook{}
	if err := b.load("= closed 5\n(er|har) (*stengt|*stängt)\n"); err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]int{"vi er sommerstengt nå": 1, "vi har semesterstängt": 1, "vi er stengt": 0, "vi er stengte": 0} {
		if got := len(b.Find(Words(text))); got != want {
			t.Errorf("%q: %d hits, want %d", text, got, want)
		}
	}
	if err := b.load("= closed 5\n*gt på kvelden\n"); err == nil {
		t.Error("an ending of two letters is taken")
	}
	if err := b.load("= closed 5\n*stengt på kvelden\n"); err != nil || len(b.Find(Words("nattstengt på kvelden"))) != 1 {
		t.Errorf("a phrase that begins open in front is not met: %v", err)
	}
}
