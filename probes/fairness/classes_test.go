package fairness

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// A plainStanding is what testdata/plain/plain.py makes of a company: from the
// formulas, in another language.
type plainStanding struct {
	Score, SE, Lower, Upper float64
	RankLower               int  `json:"rank_lower"`
	RankUpper               int  `json:"rank_upper"`
	MayBeBest               bool `json:"may_be_best"`
}

// TestStandingsReference: the default policy on contacts gives the scores that
// R gives on the table of their waits, and the intervals, bounds and group of
// possible winners that another program gives.
func TestStandingsReference(t *testing.T) {
	for _, name := range []string{"class01", "class02"} {
		t.Run(name, func(t *testing.T) {
			var c referenceCase
			var want struct {
				Companies []Score
			}
			var plain struct {
				Companies map[string]plainStanding
			}
			text, err := os.ReadFile(filepath.Join(reference, "expected", name+".json"))
			if err != nil {
				t.Fatal(err)
			}
			if json.Unmarshal(text, &c) != nil || json.Unmarshal(text, &want) != nil || len(want.Companies) < 5 {
				t.Fatalf("%s: got %d companies", text, len(want.Companies))
			}
			if text, err = os.ReadFile(filepath.Join("testdata", "plain", name+".json")); err != nil {
				t.Fatal(err)
			}
			if json.Unmarshal(text, &plain) != nil || len(plain.Companies) != len(want.Companies) {
				t.Fatalf("%s: got %d companies", text, len(plain.Companies))
			}
			standings := map[string]Standing{}
			for _, s := range (Rules{Weights: c.Weights}).Standings(c.contacts(t)) {
				standings[s.Company] = s
			}
			for _, w := range want.Companies {
				s := standings[w.Company]
				near(t, "score", float64(s.Score), float64(w.Score), 1e-9)
				near(t, "error", float64(s.SE), float64(w.SE), 1e-9)
				p := plain.Companies[w.Company]
				near(t, "lower", s.Lower, p.Lower, 1e-12)
				near(t, "upper", s.Upper, p.Upper, 1e-12)
				if s.RankLower != p.RankLower || s.RankUpper != p.RankUpper || s.Apart == p.MayBeBest {
					t.Errorf("%s: got ranks %d to %d, apart: %v; want %+v", w.Company, s.RankLower, s.RankUpper, s.Apart, p)
				}
				if s.Reached != w.Answered || s.Outcomes[Deflected] != w.Deflected {
					t.Errorf("%s: got %d answered, %d deflected; want %d, %d", w.Company, s.Reached, s.Outcomes[Deflected], w.Answered, w.Deflected)
				}
			}
		})
	}
}

// contacts makes contacts of a class's table, whose unit is the minute. Who is
// censored is silent at the deadline, and pending before.
func (c referenceCase) contacts(t *testing.T) (all []Contact) {
	for i, o := range c.read(t, filepath.Join(reference, c.Input)) {
		wait := both(time.Duration(o.Time * float64(time.Minute)))
		deadline := both(time.Duration(c.Tau[o.Stratum] * float64(time.Minute)))
		contact := Contact{ID: fmt.Sprintf("%04d", i), Company: o.Group, Channel: o.Stratum}
		try := Try{Deadline: deadline, Wait: wait}
		switch {
		case o.Cause == Human:
			contact.State = Answered
		case o.Cause == 2:
			contact.State, try.Deflected = Deflected, &wait
		case wait == deadline:
			contact.State = Unanswered
		}
		contact.Tries = []Try{try}
		all = append(all, contact)
	}
	return all
}

// near fails if two figures are further apart than tolerated.
func near(t *testing.T, what string, got, want, tolerated float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerated*max(1, math.Abs(want))) {
		t.Errorf("%s: got %.15g, want %.15g", what, got, want)
	}
}
