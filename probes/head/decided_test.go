package head

import (
	"strings"
	"testing"

	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/calendar"
	"github.com/svartid/svartid/probes/edition"
	"github.com/svartid/svartid/probes/participation"
)

// decide has a person withdraw a company, for a reason.
func (b *book) decide(company, reason string) {
	b.t.Helper()
	consent := calendar.Date{Year: 2025, Month: 1, Day: 1}
	ed := &edition.Edition{Name: "spring 2027", Companies: []edition.Company{{ID: "kraft", Consent: consent}, {ID: "bank", Consent: consent}}}
	b.update(func(tx probes.Tx) error {
		return participation.Record(b.t.Context(), tx, ed, participation.Act{
			Kind: participation.Withdrawn, Company: company, Reason: reason, By: "Kari", At: b.now,
		})
	})
}

// TestDecidedIsCovered: what people have decided of who is asked cannot be rewritten or
// left out without the heads telling of it.
func TestDecidedIsCovered(t *testing.T) {
	lived := func(company string) *book {
		b := open(t)
		b.live(days()[0]...)
		if company != "" {
			b.decide(company, "they called")
		}
		return b
	}
	honest := lived("kraft")
	honest.publish()
	if got := honest.against(honest.published); got != "" {
		t.Fatalf("the ledger itself: got %s", got)
	}
	if chains := honest.history()[0].Reached; chains[participation.Marks] != 1 {
		t.Errorf("the head does not reach the decision: %v", chains)
	}
	honest.decide("bank", "and they too")
	honest.publish()
	if got := honest.against(honest.published); got != "" {
		t.Errorf("with another decision: got %s", got)
	}
	for _, tt := range []struct{ name, company, want string }{
		{"of another company", "bank", "were rewritten"},
		{"left out", "", "the ledger was cut"},
	} {
		forged := lived(tt.company)
		forged.keep(honest.history()[:1])
		if got := forged.against(honest.published[:1]); !strings.Contains(got, tt.want) {
			t.Errorf("%s: got %q, want %q in it", tt.name, got, tt.want)
		}
	}
}
