package board

import (
	"fmt"
	"slices"

	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/report"
)

// A classPage is one class: its companies, their curves and their standing.
type classPage struct {
	frame
	Class   string
	Section section
	Charts  []chart
	View    *ClassView // nil: standings are not computed
	Stream  string
	Lanes   []string
}

// named is how many curves of a chart can be told apart by name and colour.
const named = 10

// class reads the page of a class.
func (b *Board) class(v *visit) (any, error) {
	name := v.r.PathValue("class")
	if !slices.Contains(b.Edition.Classes(), name) {
		return nil, errNoSuch
	}
	s, err := b.look(v.ctx)
	if err != nil {
		return nil, err
	}
	w := parseFilter(v.r.URL.Query())
	w.Class, w.Find, w.Only, w.List = name, "", "", false
	view := b.newView(s, w)
	page := classPage{
		frame: v.frame("class", b.Edition.Titles.Class(name, v.Tag().String()), s), Class: name, Lanes: view.lanes,
		Section: section{Class: name}, Stream: view.stream(v.r.URL.Query()),
	}
	for _, section := range view.sections() {
		page.Section = section
	}
	for _, channel := range view.lanes {
		if c := page.Section.chart(channel, s, v); len(c.Curves) > 0 {
			page.Charts = append(page.Charts, c)
		}
	}
	if b.Standings != nil {
		standing, err := b.Standings(v.ctx, name)
		if err != nil {
			return nil, fmt.Errorf("standings of %s: %w", name, err)
		}
		page.View = &standing
	}
	return page, nil
}

// chart draws the curve of each company on a channel.
func (s section) chart(channel string, from snapshot, v *visit) chart {
	var tallies []probes.Tally
	for _, r := range s.Rows {
		if record, ok := from.records[place{r.Company.ID, channel}]; ok {
			tallies = append(tallies, record.tally)
		}
	}
	c := newChart(channel, v.now, tallies...)
	for i, r := range s.Rows {
		record, ok := from.records[place{r.Company.ID, channel}]
		if !ok {
			continue
		}
		drawn := newCurve(r.Company.Name, report.Waiting(v.now, record.tally), c)
		drawn.Band, drawn.ID, drawn.Order = "", r.Company.ID, i%named
		c.Curves = append(c.Curves, drawn)
	}
	spread(c.Curves)
	return c
}
