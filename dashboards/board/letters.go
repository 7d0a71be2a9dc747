package board

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/svartid/svartid/dashboards/board/schedule"
	"github.com/svartid/svartid/dashboards/board/worklist"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/report"
	"github.com/svartid/svartid/probes/review"
)

// A letterKey names an arrival.
type letterKey struct{ channel, key string }

func keyOf(h probes.StoredArrival) letterKey { return letterKey{h.Channel, h.Arrival.Key} }

// A backlog is what waits for a person, as it stands at one version of the ledger. It
// does not change: another takes its place.
type backlog struct {
	version   int64
	items     []review.Item // that it was made with
	letters   []worklist.Letter
	stored    map[letterKey]probes.StoredArrival
	judges    map[letterKey][]string // who has judged a letter, of those that wait for a second opinion
	unsettled []probes.Contact
	asked     []candidate // contacts whose opener has left, the latest first
}

// A backlogCache keeps the newest backlog, and by what texts are compared. The zero
// value is ready.
type backlogCache struct {
	mu    sync.Mutex
	last  *backlog
	texts map[string]string // worklist.TextKey by the digests of what came and was said
	asked askedIndex
}

// waitingLetters returns what waits for a person. While nothing is written it costs
// nothing; what a letter says is read once.
func (b *Board) waitingLetters(ctx context.Context, tx probes.Tx, s snapshot) (*backlog, error) {
	b.backlog.mu.Lock()
	defer b.backlog.mu.Unlock()
	var items []review.Item
	if b.Review != nil {
		var err error
		if items, err = b.Review(ctx); err != nil {
			return nil, err
		}
	}
	if last := b.backlog.last; last != nil && last.version == s.version && sameItems(last.items, items) {
		return last, nil
	}
	fresh := &backlog{version: s.version, items: items, stored: map[letterKey]probes.StoredArrival{}, judges: map[letterKey][]string{}}
	fresh.unsettled = s.unsettled()
	if err := (&filling{b, tx, fresh, map[letterKey]probes.StoredArrival{}}).fill(ctx); err != nil {
		return nil, err
	}
	if err := b.backlog.asked.follow(ctx, tx, b, s.version); err != nil {
		return nil, err
	}
	fresh.asked = b.backlog.asked.latest
	b.backlog.last = fresh
	return fresh, nil
}

// sameItems reports whether two lists are one: they are made anew, and not changed.
func sameItems(a, b []review.Item) bool {
	return len(a) == len(b) && (len(a) == 0 || &a[0] == &b[0])
}

// A filling is a backlog that is being read.
type filling struct {
	*Board
	tx      probes.Tx
	to      *backlog
	waiting map[letterKey]probes.StoredArrival // doubtful ones
}

// fill takes in the letters: those that belong to no contact, those of contacts by what
// hangs on them, and what has come since that was found out.
func (f *filling) fill(ctx context.Context) error {
	unmatched, err := f.tx.Arrivals(ctx, probes.ArrivalQuery{Unmatched: true})
	if err != nil {
		return err
	}
	doubtful, err := f.tx.Arrivals(ctx, probes.ArrivalQuery{Doubtful: true})
	if err != nil {
		return err
	}
	for _, h := range doubtful {
		f.waiting[keyOf(h)] = h
	}
	for _, h := range unmatched {
		if err := f.add(ctx, h, worklist.Letter{Why: worklist.Unmatched}); err != nil {
			return err
		}
	}
	for _, i := range f.to.items {
		if err := f.addItem(ctx, i); err != nil {
			return err
		}
	}
	for _, h := range doubtful {
		if _, known := f.to.stored[keyOf(h)]; known {
			continue
		}
		if err := f.add(ctx, h, worklist.Letter{Why: worklist.Doubtful}); err != nil {
			return err
		}
	}
	if f.Review == nil {
		slices.SortStableFunc(f.to.letters, func(a, b worklist.Letter) int { return a.At.Compare(b.At) })
	}
	return nil
}

// addItem takes in a letter of which is known what hangs on it. It may have been judged
// since that was found out, or what was said taken back.
func (f *filling) addItem(ctx context.Context, i review.Item) error {
	h, found := f.waiting[letterKey{i.Channel, i.Arrival}]
	if !found {
		all, err := f.tx.Arrivals(ctx, probes.ArrivalQuery{Contact: i.Contact, Key: i.Arrival})
		if err != nil || len(all) != 1 {
			return err
		}
		h = all[0]
	}
	var judges []string
	if h.Verdict != nil {
		for _, said := range i.Said {
			judges = append(judges, said.By)
		}
		if !slices.Contains(judges, h.Verdict.By) {
			judges = append(judges, h.Verdict.By)
		}
	}
	if len(judges) > 1 {
		return nil
	}
	f.to.judges[keyOf(h)] = judges
	return f.add(ctx, h, worklist.Letter{Why: worklist.Reason(i.Why), Points: i.Points, Winner: i.Winner, Judged: len(judges)})
}

// add takes in one letter.
func (f *filling) add(ctx context.Context, h probes.StoredArrival, l worklist.Letter) error {
	text, err := f.textKey(ctx, f.tx, h)
	if err != nil {
		return err
	}
	co, _ := f.Edition.Company(h.Company)
	_, domain, _ := strings.Cut(h.From, "@")
	l.Channel, l.Key, l.Contact, l.Company, l.Class = h.Channel, h.Arrival.Key, h.Contact, h.Company, co.Class
	l.At, l.Text = h.Arrival.Times.Arrived, text
	l.Search = strings.ToLower(strings.Join([]string{f.nameOf(h.Company), h.Company, co.Class, h.Channel, domain}, " "))
	f.to.letters = append(f.to.letters, l)
	f.to.stored[keyOf(h)] = h
	return nil
}

// textKey returns by what the text of an arrival is compared. What was erased is like
// no other.
func (b *Board) textKey(ctx context.Context, tx probes.Tx, h probes.StoredArrival) (string, error) {
	at := h.Digest + " " + h.Words
	if key, known := b.backlog.texts[at]; known {
		return key, nil
	}
	said, err := report.Arrival{Evidence: h.Digest, Words: h.Words, Media: h.Arrival.Media}.Read(ctx, tx)
	if err != nil {
		return "", err
	}
	key := ""
	if said.Kept {
		key = worklist.TextKey(said.Text())
	}
	if b.backlog.texts == nil {
		b.backlog.texts = map[string]string{}
	}
	b.backlog.texts[at] = key
	return key, nil
}

// forVisitor returns the letters that are a visitor's to judge: a second opinion is
// another person's. Who sees the senders' names may search for them.
func (l *backlog) forVisitor(v *visit) []worklist.Letter {
	all := make([]worklist.Letter, 0, len(l.letters))
	for _, letter := range l.letters {
		at := letterKey{letter.Channel, letter.Key}
		if letter.Judged > 0 && (v.by == "" || slices.Contains(l.judges[at], v.by)) {
			continue
		}
		if v.named {
			letter.Search += " " + strings.ToLower(l.stored[at].From)
		}
		all = append(all, letter)
	}
	return all
}

// arrivals returns the part that the visitor asks for of the letters that wait for a
// person's word, with what they say.
func (b *Board) arrivals(v *visit, tx probes.Tx, waiting *backlog) (all []arrival, shown worklist.Part, err error) {
	groups, shown := worklist.Parse(v.r.URL.Query()).Pick(waiting.forVisitor(v))
	for _, g := range groups {
		h := waiting.stored[letterKey{g[0].Channel, g[0].Key}]
		hide := v.veil(b, h.Company)
		a := arrival{StoredArrival: h, Letter: g[0], N: len(all) + 1, Name: b.nameOf(h.Company)}
		a.Sender = hide.sender(first(h.From, subjectRoom))
		at := report.Arrival{Evidence: h.Digest, Words: h.Words, Media: h.Arrival.Media}
		if a.Words, err = arrivalWords(v.ctx, tx, at, hide); err != nil {
			return nil, shown, err
		}
		if h.Contact == "" && len(g) == 1 {
			a.Candidates = b.candidates(waiting.asked, h)
		} else if h.Contact != "" && !b.Edition.Review.Blind && !shown.Second {
			a.Why, err = b.reasons(v, tx, h)
		}
		if err != nil {
			return nil, shown, err
		}
		a.Why = hide.hideAll(a.Why)
		a.Holds = b.hanging(h, waiting.unsettled)
		a.Contacts = g.Contacts()
		for _, l := range g[1:] {
			a.Also = append(a.Also, sibling{Key: l.Key, Contact: l.Contact, Name: b.nameOf(l.Company), At: l.At})
		}
		all = append(all, a)
	}
	return all, shown, nil
}

// why names a reason for which letters wait.
func (t *theme) why(r worklist.Reason) string {
	switch r {
	case worklist.Unmatched:
		return t.T("belongs to no contact")
	case worklist.Doubtful:
		return t.T("a doubtful reading")
	case worklist.Decides:
		return t.T("decides who wins")
	}
	return t.T("drawn at random")
}

// reasons returns why the reader doubts an arrival of a contact.
func (b *Board) reasons(v *visit, tx probes.Tx, h probes.StoredArrival) ([]string, error) {
	_, history, err := tx.Story(v.ctx, h.Contact)
	if err != nil {
		return nil, err
	}
	history, err = probes.Reveal(v.ctx, tx, history)
	return v.ReasonsOf(history, h.Arrival.Key), err
}

// hanging returns those of the contacts whose verdicts hang on an arrival, the
// earliest asked first.
func (b *Board) hanging(h probes.StoredArrival, of []probes.Contact) (all []candidate) {
	for _, c := range of {
		if c.HangsOn(h, b.Edition) {
			all = append(all, candidate{ID: c.ID, Name: b.nameOf(c.Plan.Company), Sent: c.Current().Sent, Outcome: c.Outcome})
		}
	}
	slices.SortFunc(all, func(x, y candidate) int { return cmp.Or(x.Sent.Compare(y.Sent), cmp.Compare(x.ID, y.ID)) })
	return all
}

// A candidate is a contact that an arrival may belong to.
type candidate struct {
	ID, Name string
	Sent     time.Time
	Outcome  probes.Outcome

	company, channel string
	due              time.Time
	entry            schedule.Entry
}

// An askedIndex keeps whom we have asked, and reads of the ledger only what has changed.
// The zero value is empty.
type askedIndex struct {
	version int64
	by      map[string]candidate
	latest  []candidate // those that were sent, the latest first; it does not change: another takes its place
}

// follow takes in what has changed up to a version.
func (x *askedIndex) follow(ctx context.Context, tx probes.Tx, b *Board, version int64) error {
	if x.by != nil && x.version == version {
		return nil
	}
	changed, err := tx.Find(ctx, probes.Query{Edition: b.Edition.Name, ChangedSince: x.version})
	if err != nil {
		return err
	}
	if x.by == nil {
		x.by = map[string]candidate{}
	}
	for _, c := range changed {
		a := c.Current()
		x.by[c.ID] = candidate{c.ID, b.nameOf(c.Plan.Company), a.Sent, c.Outcome, c.Plan.Company, c.Plan.Channel, a.Due, entryOf(c)}
	}
	x.version, x.latest = version, make([]candidate, 0, len(x.by))
	for _, c := range x.by {
		if !c.Sent.IsZero() {
			x.latest = append(x.latest, c)
		}
	}
	slices.SortFunc(x.latest, func(x, y candidate) int { return cmp.Or(y.Sent.Compare(x.Sent), cmp.Compare(x.ID, y.ID)) })
	return nil
}

// candidates returns of those that were asked the ones that were open on the channel
// when an arrival came, or shortly before; those whose company the sender's address
// sounds like first, then the latest.
func (b *Board) candidates(asked []candidate, h probes.StoredArrival) []candidate {
	const offered, open = 40, 21 * day
	came := h.Arrival.Times.Arrived
	_, domain, _ := strings.Cut(strings.ToLower(h.From), "@")
	like := map[string]int{}
	var alike, others []candidate
	for _, c := range asked {
		heard := c.channel == h.Channel || b.Edition.HeardBy[c.channel] == h.Channel
		if !heard || !c.due.Before(came) || c.due.Before(came.Add(-open)) || c.Sent.After(came) {
			continue
		}
		if _, known := like[c.company]; !known {
			like[c.company] = likeness(c.Name, domain)
		}
		switch {
		case like[c.company] > 0:
			alike = append(alike, c)
		case len(others) < offered:
			others = append(others, c)
		}
	}
	slices.SortStableFunc(alike, func(x, y candidate) int { return cmp.Compare(like[y.company], like[x.company]) })
	all := append(alike, others...)
	return all[:min(len(all), offered)]
}

// likeness is how much a company's name sounds like a domain: the letters of
// its longest word that is in it.
func likeness(name, domain string) int {
	best := 0
	for _, word := range strings.Fields(strings.ToLower(name)) {
		plain := strings.NewReplacer("å", "a", "ø", "o", "æ", "ae", "ä", "a", "ö", "o").Replace(word)
		if len(plain) > 3 && domain != "" && (strings.Contains(domain, plain) || strings.Contains(domain, word)) {
			best = max(best, len(plain))
		}
	}
	return best
}
