package engine

import (
	"fmt"
	"strings"
	"testing"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/probes/edition"
	"github.com/svartid/svartid/probes/plan"
)

// TestFillDrawsBodiesAndDetails: a scenario says the same in many ways, and a
// detail is the same in the whole letter.
func TestFillDrawsBodiesAndDetails(t *testing.T) {
	sc := edition.Scenario{
		Name: "price", Subjects: []string{"Pris i {{.street}}"},
		Body: "Hva koster det i {{.street}}?", Bodies: []string{"Jeg flytter til {{.street}}. {Pris|Hva er prisen}?"},
		Details: map[string][]string{"street": {"Storgata 4", "Elvegata 11", "Bakkeveien 2"}},
	}
	seen := map[string]bool{}
	for i := range 200 {
		var o channels.Opening
		if err := fill(sc, &o, edition.Company{Name: "Nordlys"}, plan.NewStream("seed", fmt.Sprint(i))); err != nil {
			t.Fatal(err)
		}
		seen[o.Body] = true
		if street := strings.TrimPrefix(o.Subject, "Pris i "); !strings.Contains(o.Body, street) {
			t.Errorf("%q says %q", o.Subject, o.Body)
		}
	}
	if len(seen) != 9 {
		t.Errorf("%d different letters, want 9", len(seen))
	}
}
