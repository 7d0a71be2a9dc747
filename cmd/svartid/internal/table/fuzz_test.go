package table_test

import (
	"math"
	"strings"
	"testing"

	"github.com/svartid/svartid/cmd/svartid/internal/table"
)

// FuzzTable reads any file as a table of observations: it is refused, or each
// number in it is one to reckon with.
func FuzzTable(f *testing.F) {
	for _, text := range []string{
		"time,status,group\n1.5,1,a\n2,0,b\n", "\ufefftime,status,group\r\n1e3,1,\"a\nb\"\r\n", "time,time\n1,2\n", "", "time,status,group\n",
		"time,status,group\nNaN,1,a\n", "time,status,group\n-1,1,a\n", "time,status,group\n0x1p4,1,a\n", "time,status,group\n1,2,a\n1\n", "a;b\n1;2\n",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		all, err := table.Observations{Time: "time", Cause: "status", Group: "group"}.Read("-", strings.NewReader(text), 1)
		if err != nil {
			return
		}
		if len(all) == 0 {
			t.Error("a table without rows was taken")
		}
		for _, o := range all {
			if math.IsNaN(o.Time) || math.IsInf(o.Time, 0) || o.Time < 0 || o.Cause < 0 || o.Cause > 1 || o.Group == "" {
				t.Errorf("%+v was taken of %q", o, text)
			}
		}
	})
}
