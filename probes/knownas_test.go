package probes_test

import (
	"testing"

	"github.com/svartid/svartid/probes"
)

// TestKnownAs: whatever form a mail program gives our address and our id, it is
// the same attempt.
func TestKnownAs(t *testing.T) {
	a := probes.Attempt{
		Intent:  probes.Intent{Token: "x1", Address: "Kari.Nordmann+x1@Shopper.test", ID: "ab-1@shopper.test"},
		Receipt: probes.Sending{Names: []string{probes.Digested("!AbC:chat.example")}},
	}
	for name, want := range map[string]bool{
		"kari.nordmann+x1@shopper.test":     true,
		`"kari.nordmann+x1"@shopper.test`:   true,
		"<Kari.Nordmann+X1@shopper.test.>":  true,
		"AB-1@SHOPPER.TEST":                 true,
		"<ab-1@shopper.test>":               true,
		"x1":                                true,
		"!AbC:chat.example":                 true,
		"!abc:chat.example":                 false, // another room
		"kari.nordmann@shopper.test":        false,
		"kari.nordmann+x1@shopper.test.com": false,
		"":                                  false,
	} {
		if got := a.KnownAs(name); got != want {
			t.Errorf("%q: got %t, want %t", name, got, want)
		}
	}
}
