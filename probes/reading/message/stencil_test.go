package message

import "testing"

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
