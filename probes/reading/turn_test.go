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
