package message

import "testing"

func TestBareSubject(t *testing.T) {
	for subject, want := range map[string]string{
		"SV: Re[2]: VS: Pris": "Pris", "Sv : pris": "pris", "Automatisk svar: Pris": "Automatisk svar: Pris", "": "", "Re:": "", "Pris: hva": "Pris: hva",
	} {
		if got := BareSubject(subject); got != want {
			t.Errorf("%q: got %q, want %q", subject, got, want)
		}
	}
}
