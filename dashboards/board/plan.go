package board

import (
	"time"

	"github.com/svartid/svartid/dashboards/board/schedule"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/plan"
)

// A planPage is the season as a calendar.
type planPage struct {
	frame
	Months       []schedule.Month
	Day          time.Time // that is told; zero: none
	Entries      []schedule.Entry
	Contacts     int
	Asked        int
	Causes       []schedule.Cause
	Replacements []schedule.Replacement
	More         int // replacements that are not listed
}

// entryOf returns what the calendar shows of a contact of the ledger.
func entryOf(c probes.Contact) schedule.Entry {
	a := c.Current()
	e := schedule.Entry{
		ID: c.ID, Company: c.Plan.Company, Class: c.Plan.Class, Channel: c.Plan.Channel, At: a.Due,
		Asked: !c.Live() || !a.Intended.IsZero(), Moved: c.Plan.Moved, Replaces: c.Plan.Replaces,
	}
	if e.Asked {
		e.Outcome = string(c.Outcome)
	}
	return e
}

// entries returns every contact of the season: as the ledger has it and, of what it has
// not begun, as the plan does.
func (b *Board) entries(v *visit, s snapshot) ([]schedule.Entry, error) {
	b.backlog.mu.Lock()
	defer b.backlog.mu.Unlock()
	err := b.Ledger.View(v.ctx, func(tx probes.Tx) error { return b.backlog.asked.follow(v.ctx, tx, b, s.version) })
	if err != nil {
		return nil, err
	}
	known := b.backlog.asked.by
	var planned []plan.Contact
	if b.Planned != nil {
		planned = b.Planned()
	}
	all := make([]schedule.Entry, 0, len(planned)+len(known))
	for _, c := range known {
		all = append(all, c.entry)
	}
	for _, p := range planned {
		if _, begun := known[p.ID]; !begun {
			all = append(all, schedule.Entry{ID: p.ID, Company: p.Company, Class: p.Class, Channel: p.Channel, At: p.At, Moved: p.Moved, Replaces: p.Replaces})
		}
	}
	return all, nil
}

// plan reads the page of it.
func (b *Board) plan(v *visit) (any, error) {
	s, err := b.look(v.ctx)
	if err != nil {
		return nil, err
	}
	all, err := b.entries(v, s)
	if err != nil {
		return nil, err
	}
	page := planPage{
		frame: v.frame("plan", v.T("Plan"), s), Months: schedule.Months(all, b.zone()), Contacts: len(all),
		Causes: schedule.Causes(all), Replacements: schedule.Replacements(all),
	}
	for _, e := range all {
		if e.Asked {
			page.Asked++
		}
	}
	const most = 100
	page.More = max(len(page.Replacements)-most, 0)
	page.Replacements = page.Replacements[:min(len(page.Replacements), most)]
	page.Day = v.now
	if day, err := time.ParseInLocation(time.DateOnly, v.r.URL.Query().Get("day"), b.zone()); err == nil {
		page.Day = day
	}
	page.Entries = schedule.On(all, page.Day, b.zone())
	return page, nil
}

// Today reports whether a day is the one that is told.
func (p planPage) Today(d schedule.Day) bool {
	return d.Key() == p.Day.In(d.At.Location()).Format(time.DateOnly)
}
