package plan_test

import (
	"fmt"
	"reflect"
	"testing"
	"time"

	"github.com/svartid/svartid/probes/plan"
)

func TestCompare(t *testing.T) {
	noon := at("2027-02-01 12:00:00")
	var planned []plan.Contact
	var sent []plan.Sent
	for i := range 20 {
		c := plan.Contact{ID: fmt.Sprintf("c%02d", i), At: noon.Add(time.Duration(i) * time.Hour)}
		planned = append(planned, c)
		sent = append(sent, plan.Sent{Contact: c.ID, At: c.At.Add(time.Duration(i+1) * time.Second)})
	}
	sent[0].At = planned[0].At.Add(-time.Second)
	again := plan.Sent{Contact: "c03", At: noon.AddDate(0, 0, 1)}
	stranger := plan.Sent{Contact: "x", At: noon}
	planned = append(planned, plan.Contact{ID: "never", At: noon})
	d := plan.Compare(planned, append([]plan.Sent{again, stranger}, sent...))
	if d.P50 != 10 || d.P95 != 19 || d.Max != 20 {
		t.Errorf("p50 %v, p95 %v, max %v, want 10, 19, 20", d.P50, d.P95, d.Max)
	}
	if want := []string{"never"}; !reflect.DeepEqual(d.Missing, want) {
		t.Errorf("missing %v, want %v", d.Missing, want)
	}
	if want := []plan.Sent{stranger, again}; !reflect.DeepEqual(d.Extra, want) {
		t.Errorf("extra %v, want %v", d.Extra, want)
	}
	if len(d.All) != 20 || d.All[0].Seconds != -1 || d.All[3].Seconds != 4 {
		t.Errorf("deviations %v", d.All)
	}
	if none := plan.Compare(nil, nil); none.Max != 0 || none.All != nil {
		t.Errorf("nothing at all: %v", none)
	}
}
