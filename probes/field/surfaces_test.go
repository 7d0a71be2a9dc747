package field_test

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/edition"
	"github.com/svartid/svartid/probes/report"
	"github.com/svartid/svartid/probes/report/planned"
)

// TestZeroesAreSaid: what was answered and counts as unanswered by the hours of the start
// is said to by all that show one contact: its explanation, its company's season and the
// scores; what counts as it went is not.
func TestZeroesAreSaid(t *testing.T) {
	s := begin(t)
	narrower := changed(nord + ", hours: \"Mon-Fri 09:00-09:01\"")
	s.follow(planned.Draw(parsed(t, narrower(season))), day("2027-02-01").In(s.ed.Zone()))
	s.live(func(string, time.Time) (time.Duration, string) { return time.Minute, "" })
	ed := s.edited(narrower)
	err := s.l.View(t.Context(), func(tx probes.Tx) error {
		zeroes, err := new(report.Entrants).Zeroes(t.Context(), tx, ed, "nord")
		if err != nil {
			return err
		}
		if got := slices.Collect(maps.Values(zeroes)); !slices.Equal(got, []report.Zero{report.ByHours, report.ByHours, report.ByHours}) {
			t.Errorf("got %v", got)
		}
		if others, err := new(report.Entrants).Zeroes(t.Context(), tx, ed, "fjord"); err != nil || len(others) > 0 {
			t.Errorf("of fjord: got %v, %v", others, err)
		}
		season, err := report.ReadSeason(t.Context(), tx, ed, "nord")
		if err != nil {
			return err
		}
		inSeason := map[string]report.Zero{}
		for _, c := range season.Contacts {
			inSeason[c.ID] = c.Zero
		}
		return report.EachScored(t.Context(), tx, ed, func(sc report.Scored) {
			if sc.Zero != zeroes[sc.ID] || inSeason[sc.ID] != zeroes[sc.ID] {
				t.Errorf("%s: scores have %q, its season %q, want %q", sc.ID, sc.Zero, inSeason[sc.ID], zeroes[sc.ID])
			}
			explains(t.Context(), t, tx, sc)
		})
	})
	if err != nil {
		t.Fatal(err)
	}
}

// counting counts the papers that are read in a view of a ledger.
type counting struct {
	probes.Tx
	read *int
}

// Evidence counts, and reads.
func (c counting) Evidence(ctx context.Context, digest string) ([]byte, error) {
	*c.read++
	return c.Tx.Evidence(ctx, digest)
}

// TestEntrantsReadOnce: plans are read once for the many companies of which nothing became,
// and anew where another plan was followed.
func TestEntrantsReadOnce(t *testing.T) {
	s := begin(t)
	entrants := &report.Entrants{}
	zeros := func(ed *edition.Edition, company string) (zeros, read int) {
		t.Helper()
		err := s.l.View(t.Context(), func(tx probes.Tx) error {
			all, err := entrants.Zeroes(t.Context(), counting{tx, &read}, ed, company)
			if err == nil {
				_, err = entrants.Entry(t.Context(), counting{tx, &read}, ed, company)
			}
			zeros = len(all)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return zeros, read
	}
	if _, read := zeros(s.ed, "nord"); read != 1 {
		t.Errorf("at first: read %d papers, want the plan once", read)
	}
	if n, read := zeros(s.ed, "fjord"); n != 0 || read != 0 {
		t.Errorf("then: %d zeros, read %d papers, want none", n, read)
	}
	narrower := changed(nord + ", hours: \"Mon-Fri 09:00-09:01\"")
	s.follow(planned.Draw(parsed(t, narrower(season))), day("2027-02-01").In(s.ed.Zone()))
	s.live(func(string, time.Time) (time.Duration, string) { return time.Minute, "" })
	ed := s.edited(narrower)
	if n, _ := zeros(ed, "nord"); n != 3 {
		t.Errorf("of another plan: %d zeros of nord, want 3", n)
	}
	if n, read := zeros(ed, "fjord"); n != 0 || read != 0 {
		t.Errorf("of another plan: %d zeros of fjord, read %d papers, want none", n, read)
	}
}

// explains holds an explanation, as text and as JSON, to what the scores say of a contact.
func explains(ctx context.Context, t *testing.T, tx probes.Tx, sc report.Scored) {
	t.Helper()
	x, err := report.Explain(ctx, tx, parsed(t, changed(nord+", hours: \"Mon-Fri 09:00-09:01\"")(season)), sc.ID)
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	x.Print(&out, report.Style{})
	const counts = "counts as     unanswered, because the company keeps fewer hours, or other days, than at the start"
	if !strings.Contains(out.String(), "outcome       answered") || strings.Contains(out.String(), counts) != (sc.Zero != "") {
		t.Errorf("%s counts as unanswered: %q, and is explained as\n%s", sc.ID, sc.Zero, &out)
	}
	data, err := json.Marshal(x)
	if err != nil {
		t.Fatal(err)
	}
	var got struct {
		Contact struct{ Outcome string }
		Because report.Zero `json:"counts_as_unanswered_because"`
		Score   struct {
			State string
			Score float64
		}
	}
	if err := json.Unmarshal(data, &got); err != nil {
		t.Fatal(err)
	}
	if got.Contact.Outcome != "answered" || got.Because != sc.Zero || got.Score.State != string(sc.Worth.State) || got.Score.Score != float64(sc.Worth.Score) {
		t.Errorf("%s: got %+v, want %q and %+v", sc.ID, got, sc.Zero, sc.Worth)
	}
}
