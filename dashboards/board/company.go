package board

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/edition"
	"github.com/svartid/svartid/probes/report"
)

// listed is how many contacts a company's page shows at most, latest first.
const listed = 400

// A companyPage is all that is known of one company.
type companyPage struct {
	frame
	row
	Axis    axis
	Lanes   []string
	Charts  []chart
	Months  []month
	Centres []centre
	Listed  int
	More    bool // there are more contacts than are listed

	Participation participationView

	// Zeroed counts the contacts that were answered and count as unanswered in the
	// standings, by the hours of the start or because the company had left by then.
	Zeroed int

	Departed bool // it is not in the configuration any more
}

// changed returns the version of the ledger that last changed what is known of the
// company's class, whose curves stand beside its own.
func (p companyPage) changed(s snapshot) (version int64) {
	for _, r := range s.records {
		if r.tally.Class == p.Company.Class {
			version = max(version, r.changed)
		}
	}
	return version
}

// departed returns a company that is not in the configuration any more, as the
// ledger knows it: by its id, and with the channels on which it was asked but not
// where. It has none if it was never asked.
func (s snapshot) departed(id string) edition.Company {
	co := edition.Company{ID: id, Name: id, Reach: map[string]string{}}
	for at, r := range s.records {
		if at.company == id {
			co.Class, co.Reach[at.channel] = r.tally.Class, ""
		}
	}
	return co
}

// company reads a company's page.
func (b *Board) company(v *visit) (any, error) {
	id := v.r.PathValue("id")
	s, err := b.look(v.ctx)
	if err != nil {
		return nil, err
	}
	co, takesPart := b.Edition.Company(id)
	if !takesPart {
		if co = s.departed(id); len(co.Reach) == 0 {
			return nil, errNoSuch
		}
	}
	contacts, zeroed, err := b.contactsOf(v.ctx, id)
	if err != nil {
		return nil, err
	}
	page := companyPage{
		frame: v.frame("company", co.Name, s), Lanes: lanesOf(co), Departed: !takesPart,
		Listed: len(contacts), More: len(contacts) == listed, Zeroed: zeroed,
	}
	f := b.figuresOf(co, s, page.Lanes, v.now)
	page.Axis = axisOf(f.Marks, v.now, axisWidth)
	page.row = row{figures: f, Strip: newStrip(f.Marks, page.Lanes, page.Axis, v.now), now: v.now}
	for _, channel := range page.Lanes {
		page.Charts = append(page.Charts, b.againstClass(co, channel, s, v))
	}
	page.Months = b.months(v.theme, co, contacts)
	page.Centres = centresOf(contacts)
	page.Participation, err = b.participation(v, co)
	return page, err
}

// lanesOf returns the channels on which a company is reached, by name.
func lanesOf(co edition.Company) []string {
	var all []string
	for channel := range co.Reach {
		all = append(all, channel)
	}
	slices.Sort(all)
	return all
}

// contactsOf returns a company's latest contacts, of those that are due, latest
// first, and how many of them were answered and count as unanswered.
func (b *Board) contactsOf(ctx context.Context, id string) (contacts []probes.Contact, zeroed int, err error) {
	err = b.Ledger.View(ctx, func(tx probes.Tx) error {
		contacts, err = tx.Find(ctx, probes.Query{
			Edition: b.Edition.Name, Company: id, DueBefore: b.now(), Newest: true, Limit: listed,
		})
		if err != nil {
			return err
		}
		zeroes, err := b.entrants.Zeroes(ctx, tx, b.Edition, id)
		for _, c := range contacts {
			if c.Outcome == probes.Answered && zeroes[c.ID] != "" {
				zeroed++
			}
		}
		return err
	})
	return contacts, zeroed, err
}

// againstClass draws how a company answers on one channel, and how the others
// of its class do.
func (b *Board) againstClass(co edition.Company, channel string, s snapshot, v *visit) chart {
	own := s.records[place{co.ID, channel}].tally
	var others []probes.Tally
	for _, other := range b.Edition.Companies {
		if r, ok := s.records[place{other.ID, channel}]; ok && other.Class == co.Class && other.ID != co.ID {
			others = append(others, r.tally)
		}
	}
	c := newChart(channel, v.now, append([]probes.Tally{own}, others...)...)
	class := newCurve(v.T("the others in the class"), report.Waiting(v.now, others...), c)
	class.Band, class.Order = "", 1
	mine := newCurve(co.Name, report.Waiting(v.now, own), c)
	mine.ID = co.ID
	c.Curves = []curve{class, mine}
	spread(c.Curves)
	return c
}

// A centre is who answers on a company's behalf.
type centre struct {
	Name    string
	Answers int
	Late    int
	Median  time.Duration // of those who were answered by it
	Fastest time.Duration
	Slowest time.Duration
	Last    time.Time
}

// centresOf compares who answered, most answers first.
func centresOf(contacts []probes.Contact) []centre {
	waits := map[string][]time.Duration{}
	found := map[string]*centre{}
	for _, c := range contacts {
		if c.Answer.IsZero() {
			continue
		}
		by := found[c.Centre]
		if by == nil {
			by = &centre{Name: c.Centre}
			found[c.Centre] = by
		}
		by.Answers++
		if c.Outcome == probes.Late {
			by.Late++
		}
		if c.Answer.After(by.Last) {
			by.Last = c.Answer
		}
		waits[c.Centre] = append(waits[c.Centre], c.Wait)
	}
	var all []centre
	for name, by := range found {
		slices.Sort(waits[name])
		n := len(waits[name])
		by.Fastest, by.Slowest = waits[name][0], waits[name][n-1]
		by.Median = (waits[name][(n-1)/2] + waits[name][n/2]) / 2
		all = append(all, *by)
	}
	slices.SortFunc(all, func(a, b centre) int { return cmp.Or(cmp.Compare(b.Answers, a.Answers), cmp.Compare(a.Name, b.Name)) })
	return all
}
