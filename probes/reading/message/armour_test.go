package message_test

import (
	"testing"

	"github.com/svartid/svartid/probes/reading/message"
)

// TestArmour: what is encrypted in the text is no text.
func TestArmour(t *testing.T) {
	const armour = "-----BEGIN PGP MESSAGE-----\n\nhQEMA1\n=abcd\n-----END PGP MESSAGE-----\n"
	for name, tt := range map[string]struct {
		body, text string
		sealed     bool
	}{
		"nothing else":     {armour, "", true},
		"beside words":     {"Hei, se under.\n\n" + armour + "Mvh Eva\n", "Hei, se under.\n\nMvh Eva\n", true},
		"twice":            {armour + armour, "", true},
		"cut off":          {"-----BEGIN PGP MESSAGE-----\nhQEMA1\n", "", true},
		"a quotation":      {"Hei\n> -----BEGIN PGP MESSAGE-----\n", "Hei\n> -----BEGIN PGP MESSAGE-----\n", false},
		"a signature only": {"-----BEGIN PGP SIGNATURE-----\n", "-----BEGIN PGP SIGNATURE-----\n", false},
	} {
		m := message.Parse([]byte("From: eva@fjord.example\nTo: kari@shopper.example\nSubject: Pris\n\n" + tt.body))
		if m.Text != tt.text || m.Sealed != tt.sealed || m.Sealed && tt.text == "" && !m.Blank() {
			t.Errorf("%s: got %q, sealed %v", name, m.Text, m.Sealed)
		}
	}
}
