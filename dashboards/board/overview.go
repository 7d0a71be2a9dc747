package board

import (
	"math"
	"slices"
	"time"

	"github.com/svartid/svartid/probes"
)

// An overview is the first page.
type overview struct {
	frame
	Wish             filter
	Counts           []count
	Tiles            []tile
	Latest           []news
	Sections         []section
	Channels         []string
	Lanes            []string // channels, as the strips have them
	Classes          []string
	Companies, Shown int
	Stream           string // the address of what is pushed
}

// Roomy reports whether there is room for a company's whole row.
func (o overview) Roomy() bool { return o.Wish.List || o.Shown <= 60 }

// A count is how many contacts have an outcome.
type count struct {
	Outcome probes.Outcome
	N       int
}

// A section is a class with its companies, or all that pass the filter.
type section struct {
	Class string // empty: of all classes
	Rows  []row
	Axis  axis
	Lanes []string
}

// A row is one company.
type row struct {
	figures
	Strip strip
	Of    string // the class, where the section is of all
	now   time.Time
}

// Waited is how long the company has let the longest-waiting contact wait.
func (r row) Waited() time.Duration { return r.Oldest.waited(r.now) }

// View is what pieces are drawn from: a filter, applied to a snapshot.
type view struct {
	board    *Board
	snapshot snapshot
	wish     filter
	lanes    []string
	now      time.Time
	alphabet alphabet
	all      []figures // all companies of the edition, on the channels of the filter
}

// newView adds up all companies.
func (b *Board) newView(s snapshot, w filter) view {
	v := view{board: b, snapshot: s, wish: w, now: b.now(), lanes: b.channels()}
	if w.Channel != "" {
		v.lanes = []string{w.Channel}
	}
	for _, co := range b.Edition.Companies {
		if f := b.figuresOf(co, s, v.lanes, v.now); len(f.Channels) > 0 {
			v.all = append(v.all, f)
		}
	}
	v.alphabet = b.alphabet()
	slices.SortStableFunc(v.all, v.alphabet.byName)
	return v
}

// overview reads the first page from the ledger.
func (b *Board) overview(v *visit) (any, error) {
	s, err := b.look(v.ctx)
	if err != nil {
		return nil, err
	}
	view := b.newView(s, parseFilter(v.r.URL.Query()))
	page := overview{
		frame: v.frame("overview", b.Edition.Name, s), Wish: view.wish, Channels: b.channels(), Classes: b.classes(),
		Counts: view.counts(), Tiles: view.tiles(), Latest: view.latest(), Companies: len(view.all),
	}
	page.Lanes = view.lanes
	page.Sections = view.sections()
	for _, section := range page.Sections {
		page.Shown += len(section.Rows)
	}
	page.Stream = view.stream(v.r.URL.Query())
	return page, nil
}

// classes returns the classes by name.
func (b *Board) classes() []string {
	all := b.Edition.Classes()
	slices.SortFunc(all, b.alphabet().CompareString)
	return all
}

// counts adds up the outcomes of all companies.
func (v view) counts() []count {
	sums := map[probes.Outcome]int{}
	for _, f := range v.all {
		for _, c := range f.Channels {
			for outcome, n := range c.tally.Outcomes {
				sums[outcome] += n
			}
		}
	}
	var all []count
	for _, o := range probes.Outcomes() {
		all = append(all, count{o, sums[o]})
	}
	return all
}

// axis is that of the strips: as the page that is open has it, else one that
// fits what there is.
func (v view) axis() axis {
	if a, ok := parseAxis(v.wish.Axis, axisWidth); ok {
		return a
	}
	var marks []mark
	for _, f := range v.all {
		marks = append(marks, f.Marks...)
	}
	return axisOf(marks, v.now, axisWidth)
}

// sections returns the companies that pass the filter: by class, or in one list.
func (v view) sections() []section {
	a := v.axis()
	byClass := map[string]*section{}
	var order []string
	for _, f := range v.all {
		if !v.wish.wants(f) {
			continue
		}
		class := f.Company.Class
		if v.wish.List {
			class = ""
		}
		if byClass[class] == nil {
			byClass[class] = &section{Class: class, Axis: a, Lanes: v.lanes}
			order = append(order, class)
		}
		byClass[class].Rows = append(byClass[class].Rows, v.row(f, a))
	}
	slices.SortFunc(order, v.alphabet.CompareString)
	var all []section
	for _, class := range order {
		slices.SortStableFunc(byClass[class].Rows, v.wish.order)
		all = append(all, *byClass[class])
	}
	return all
}

func (v view) row(f figures, a axis) row {
	r := row{figures: f, Strip: newStrip(f.Marks, v.lanes, a, v.now), now: v.now}
	if v.wish.List {
		r.Of = f.Company.Class
	}
	return r
}

// A tile is a class at a glance: a bar a company, as high as its reach.
type tile struct {
	Class           string
	Bars            []bar
	Width           int
	Answered, Valid int
	Pending, Hints  int
}

// A bar is a company on a tile.
type bar struct {
	X, Width, Height int
	Y                int
	Known            bool
	Hint             hint
	Paused           bool
}

// Measures of a tile, in units of its picture.
const (
	tileHeight = 32
	barWidth   = 7
)

// tiles returns the classes at a glance.
func (v view) tiles() []tile {
	byClass := map[string]*tile{}
	for _, f := range v.all {
		t := byClass[f.Company.Class]
		if t == nil {
			t = &tile{Class: f.Company.Class}
			byClass[f.Company.Class] = t
		}
		t.add(f)
	}
	var all []tile
	for _, t := range byClass {
		t.Width = len(t.Bars) * (barWidth + 2)
		all = append(all, *t)
	}
	slices.SortFunc(all, func(a, b tile) int { return v.alphabet.CompareString(a.Class, b.Class) })
	return all
}

// add draws one more company.
func (t *tile) add(f figures) {
	b := bar{X: len(t.Bars) * (barWidth + 2), Width: barWidth, Known: f.Valid > 0, Hint: f.Hint, Paused: f.Paused}
	if b.Known {
		b.Height = max(int(math.Round(f.Share()*tileHeight)), 2)
	}
	b.Y = tileHeight - b.Height
	t.Bars = append(t.Bars, b)
	t.Answered, t.Valid, t.Pending = t.Answered+f.Answered, t.Valid+f.Valid, t.Pending+f.Pending
	if f.Hint != noHint {
		t.Hints++
	}
}

// Share is the class's reach; NaN until a contact is decided.
func (t tile) Share() float64 { return float64(t.Answered) / float64(t.Valid) }

// A news is a contact that has come to an end.
type news struct {
	mark
	Name string
}

// latest returns the contacts that ended last.
func (v view) latest() []news {
	const shown = 10
	var all []news
	for _, f := range v.all {
		for _, m := range f.Marks {
			if m.Outcome == probes.Pending || len(all) == shown && !m.Ended.After(all[shown-1].Ended) {
				continue
			}
			at, _ := slices.BinarySearchFunc(all, m, func(n news, m mark) int { return m.Ended.Compare(n.Ended) })
			all = slices.Insert(all, at, news{m, f.Company.Name})
			all = all[:min(len(all), shown)]
		}
	}
	return all
}
