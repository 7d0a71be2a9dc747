package report

import (
	"strings"
	"testing"
	"time"

	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/fairness"
)

// TestIntegrity: only an answer in time that no person could have typed is
// instant, and what is not decided is in no hour.
func TestIntegrity(t *testing.T) {
	i := Integrity{Class: "power", Company: "kraft", Hours: map[string]fairness.Reach{}}
	scored := func(state fairness.State, hour string, wait time.Duration) Scored {
		return Scored{
			Contact: probes.Contact{Answer: time.Unix(1, 0), Wait: wait}, Worth: fairness.Worth{State: state}, Slot: hour,
		}
	}
	untimed := scored(fairness.Answered, "10-11", 0)
	untimed.Answer, untimed.Amended = time.Time{}, true
	for _, s := range []Scored{
		scored(fairness.Answered, "09-10", Typed-1), scored(fairness.Answered, "09-10", Typed), untimed,
		scored(fairness.Unanswered, "10-11", 0), scored(fairness.Late, "10-11", 1), scored(fairness.Void, "11-12", 0),
		scored(fairness.Contested, "11-12", 0), scored(fairness.Pending, "11-12", 0), scored(fairness.Deflected, "09-10", 2),
	} {
		i.take(s)
	}
	var out strings.Builder
	PrintIntegrity([]Integrity{i}, &out)
	if want := "power  kraft    9         3         1             1          1          1     1        09-10 2/3, 10-11 1/3  \n"; !strings.HasSuffix(out.String(), want) {
		t.Errorf("got\n%swant\n%s", &out, want)
	}
}
