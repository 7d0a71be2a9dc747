package fingerprint

import (
	"slices"
	"testing"

	"github.com/svartid/svartid/probes/reading/message"
)

func TestTake(t *testing.T) {
	key := []byte("key")
	m := message.Parse([]byte("From: a@b.example\nSubject: x\n\nVi har fått meldingen og ser på den i dag, og du hører fra oss.\n\nMvh\nKari"))
	p := Take(m, "Kari  HOLM", key)
	if p.None() || p.Text != Of(m) || !slices.Equal(p.Lines, Lines(m, key)) {
		t.Errorf("got %+v", p)
	}
	if same := Name(key, "kari holm"); p.Signer != same || len(same) != 32 {
		t.Errorf("got the signer %q, want %q of 32 digits", p.Signer, same)
	}
	for name, other := range map[string]string{
		"another name": Name(key, "Ola Holm"), "another key": Name([]byte("other"), "Kari Holm"), "a line of the same words": Line(key, "kari holm kari"),
	} {
		if other == p.Signer {
			t.Errorf("%s has the same fingerprint", name)
		}
	}
	if Name(nil, "Kari") != "" || Name(key, " … ") != "" {
		t.Error("there is a fingerprint without a key, or of no name")
	}
	if p := Take(message.Plain("Ja."), "", key); !p.None() {
		t.Errorf("got %+v of a short line, want nothing", p)
	}
}
