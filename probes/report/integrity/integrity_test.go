package integrity

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/fairness"
	"github.com/svartid/svartid/probes/reading/fingerprint"
	"github.com/svartid/svartid/probes/reading/message"
	"github.com/svartid/svartid/probes/report"
)

// TestIntegrity: only an answer in time that no person could have typed is
// instant, and what is not decided is in no hour.
func TestIntegrity(t *testing.T) {
	i := Company{Class: "power", Company: "kraft", Hours: map[string]fairness.Reach{}}
	scored := func(state fairness.State, hour string, wait time.Duration) report.Scored {
		return report.Scored{
			Contact: probes.Contact{Answer: time.Unix(1, 0), Wait: wait}, Worth: fairness.Worth{State: state}, Slot: hour,
		}
	}
	untimed := scored(fairness.Answered, "10-11", 0)
	untimed.Answer, untimed.Amended = time.Time{}, true
	for _, s := range []report.Scored{
		scored(fairness.Answered, "09-10", Typed-1), scored(fairness.Answered, "09-10", Typed), untimed,
		scored(fairness.Unanswered, "10-11", 0), scored(fairness.Late, "10-11", 1), scored(fairness.Void, "11-12", 0),
		scored(fairness.Contested, "11-12", 0), scored(fairness.Pending, "11-12", 0), scored(fairness.Deflected, "09-10", 2),
	} {
		i.take(s)
	}
	var out strings.Builder
	Print([]Company{i}, &out)
	if want := "power  kraft    9         3         1             0           0              0             0                1          1          1     1        0 of 0         09-10 2/3, 10-11 1/3  \n"; !strings.HasSuffix(out.String(), want) {
		t.Errorf("got\n%swant\n%s", &out, want)
	}
}

// TestWords: what says the same as an earlier one with other names and numbers is
// counted, and what is too short to be compared is not.
func TestWords(t *testing.T) {
	w := words{}
	template := "Hei %s! Takk for din henvendelse om avtalen. Prisen er %d kroner i måneden, og bindingstiden er tolv måneder fra oppstart."
	for _, text := range []string{
		fmt.Sprintf(template, "Kari", 49), "Ja, det går fint.", fmt.Sprintf(template, "Ola", 99), "Ja, det går fint.",
		"Vi leverer bare til bedrifter i området nord for elva, så dessverre kan vi ikke gi noe tilbud på det huset.",
		fmt.Sprintf(template, "Per", 149),
	} {
		w.answered = with(w.answered, "kraft", fingerprint.Of(message.Plain(text)))
		w.asked = with(w.asked, "dal", fingerprint.Of(message.Plain(text)))
	}
	kraft, dal := Company{Company: "kraft"}, Company{Company: "dal"}
	w.compare(&kraft)
	w.compare(&dal)
	if kraft.NearEqual != 2 || kraft.Alike != 0 || dal.Alike != 2 || dal.NearEqual != 0 {
		t.Errorf("got %+v and %+v", kraft, dal)
	}
}
