package board

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/reading"
	"github.com/svartid/svartid/probes/report"
)

// asked is how many arrivals the queue shows on a page.
const asked = 50

// A queuePage is what waits for a person.
type queuePage struct {
	frame
	Prompts   []prompt
	Arrivals  []arrival
	Tasks     []taskRow
	Part      queuePart // of the arrivals, that is shown
	Channels  []string
	Blind     bool // the reader's guess is not shown
	Kinds     []reading.Kind
	Tappable  bool
	Noted     string // what was done just now
	NotedName string // on what
}

// A prompt is an opener that a person is to send, or has sent and times.
type prompt struct {
	probes.Attempt
	channels.Prompt
	Contact  string
	Company  string
	Channel  string
	Subject  string
	Until    time.Time     // the window closes: to send it, or to be answered
	Left     time.Duration // until then
	Sent     bool
	Since    time.Time // when it was sent
	Buttons  []button
	First    bool // on the page: it is open
	Progress []noted
}

// A button is a tap that fits now.
type button struct {
	Tap  channels.ReportKind
	Main bool // what is hoped for, or comes first
}

// A noted is a tap that was made.
type noted struct {
	Tap channels.ReportKind
	At  time.Time
}

// An arrival is one that waits for a person's word.
type arrival struct {
	probes.StoredArrival
	N          int // on the page
	Words      *words
	Why        []string
	Candidates []candidate // contacts that it may belong to
	Name       string      // of the company, if it is known
	Sender     string      // as the page shows it
	Holds      []candidate // contacts whose verdicts hang on it
}

// A candidate is a contact that an arrival may belong to.
type candidate struct {
	ID, Name string
	Sent     time.Time
	Outcome  probes.Outcome
}

// queue reads the page of what waits for a person.
func (b *Board) queue(v *visit) (any, error) {
	s, err := b.look(v.ctx)
	if err != nil {
		return nil, err
	}
	page := queuePage{
		frame: v.frame("queue", v.T("Queue"), s), Kinds: reading.Kinds(), Tappable: b.Tap != nil && v.who.Taps,
		Channels: b.channels(),
		Noted:    v.r.URL.Query().Get("noted"), NotedName: v.r.URL.Query().Get("of"), Blind: b.Edition.Review.Blind,
	}
	err = b.Ledger.View(v.ctx, func(tx probes.Tx) error {
		if page.Prompts, err = b.prompts(v, tx); err != nil || v.who.Shopper {
			page.Waiting = len(page.Prompts)
			return err
		}
		unsettled, err := b.unsettled(v.ctx, tx, s.records)
		if err != nil {
			return err
		}
		page.Tasks = v.taskRows(unsettled)
		if page.Arrivals, page.Part, err = b.arrivals(v, tx); err != nil {
			return err
		}
		for i, a := range page.Arrivals {
			page.Arrivals[i].Holds = b.hanging(a.StoredArrival, unsettled)
		}
		return nil
	})
	return page, err
}

// prompts returns the openers that wait for a person, those to be sent first,
// the shortest window before the longer.
func (b *Board) prompts(v *visit, tx probes.Tx) ([]prompt, error) {
	ctx := v.ctx
	open, err := tx.Find(ctx, b.prompting(probes.AttemptPrompt, probes.AttemptSent))
	if err != nil {
		return nil, err
	}
	var all []prompt
	for _, c := range open {
		if c.Current().Prompt.How == "" || !v.who.owns(c) {
			continue
		}
		_, story, err := tx.Story(ctx, c.ID)
		if err != nil {
			return nil, err
		}
		p, err := b.prompt(ctx, tx, c, story)
		if err != nil {
			return nil, err
		}
		p.Left = max(p.Until.Sub(v.now), 0)
		all = append(all, p)
	}
	slices.SortStableFunc(all, func(a, b prompt) int {
		return cmp.Or(compareSent(b, a), a.Until.Compare(b.Until))
	})
	if len(all) > 0 {
		all[0].First = true
	}
	return all, nil
}

// compareSent puts running conversations first: their clock is ticking.
func compareSent(a, b prompt) int {
	switch {
	case a.Sent == b.Sent:
		return 0
	case a.Sent:
		return 1
	}
	return -1
}

// prompt tells what a person is to do for a contact.
func (b *Board) prompt(ctx context.Context, tx probes.Tx, c probes.Contact, story []probes.Event) (prompt, error) {
	a := c.Current()
	p := prompt{
		Attempt: a, Contact: c.ID, Company: c.Plan.Company, Channel: c.Plan.Channel,
		Sent: a.State == probes.AttemptSent, Since: a.Sent, Until: a.Due.Add(b.slot()), Progress: taps(story, a.Number),
	}
	if p.Sent {
		p.Until = a.Deadline
	}
	p.Prompt = channels.Prompt{How: a.Prompt.How, Heard: a.Prompt.Heard, Seen: a.Prompt.Seen}
	o, kept, err := report.Opening(ctx, tx, a.Intent.Words)
	if err != nil {
		return p, err
	}
	p.Text, p.Subject = o.Body, o.Subject
	if b.Prompt != nil && kept {
		if full, ok := b.Prompt(c.Plan.Channel, o); ok {
			p.Prompt = full
		}
	}
	p.Buttons = p.buttons()
	return p, nil
}

func (b *Board) slot() time.Duration { return cmp.Or(b.Slot, time.Hour) }

// taps returns the taps that an attempt has had, as they came.
func taps(story []probes.Event, attempt int) []noted {
	var all []noted
	for _, e := range story {
		if e.Attempt != attempt {
			continue
		}
		var payload struct {
			Tapped *probes.Reported    `json:"tapped"`
			Tap    channels.ReportKind `json:"tap"` // of Noted
		}
		if err := json.Unmarshal(e.Data, &payload); err != nil {
			continue // not one that holds a tap
		}
		switch {
		case payload.Tapped != nil:
			all = append(all, noted{payload.Tapped.Report, e.At})
		case e.Kind == probes.Noted:
			all = append(all, noted{payload.Tap, e.At})
		}
	}
	return all
}

// buttons returns the taps that fit, in order: before it is sent, how it
// begins; then what may follow and has not.
func (p prompt) buttons() []button {
	var all []button
	for _, tap := range p.Taps {
		fits := tap.Begins()
		if p.Sent {
			fits = tap.Follows()
		}
		done := slices.ContainsFunc(p.Progress, func(n noted) bool { return n.Tap == tap })
		if fits && !done {
			all = append(all, button{tap, tap == channels.TapSent || tap == channels.Ringing || tap == channels.Person})
		}
	}
	return all
}

// arrivals returns the part that the visitor asks for of those that wait for a person's
// word, with what they say.
func (b *Board) arrivals(v *visit, tx probes.Tx) (all []arrival, shown queuePart, err error) {
	ctx := v.ctx
	waiting, err := b.toJudge(ctx, tx)
	if err != nil {
		return nil, shown, err
	}
	shown = parsePage(v.r.URL.Query())
	waiting = shown.of(slices.DeleteFunc(waiting, func(h probes.StoredArrival) bool { return !shown.wants(b, v, h) }))
	for _, h := range waiting {
		hide := v.veil(b, h.Company)
		a := arrival{StoredArrival: h, N: len(all) + 1, Name: b.nameOf(h.Company), Sender: hide.sender(first(h.From, subjectRoom))}
		at := report.Arrival{Evidence: h.Digest, Words: h.Words, Media: h.Arrival.Media}
		if a.Words, err = arrivalWords(ctx, tx, at, hide); err != nil {
			return nil, shown, err
		}
		if h.Contact == "" {
			a.Candidates, err = b.candidates(ctx, tx, h)
		} else {
			a.Why, err = reasons(ctx, tx, h)
		}
		if err != nil {
			return nil, shown, err
		}
		a.Why = hide.hideAll(a.Why)
		all = append(all, a)
	}
	return all, shown, nil
}

// toJudge returns the arrivals that wait for a person's word: those that belong to
// no contact, those of contacts by what hangs on them, and what has come since that
// was found out. Where it never is, all are in the order in which they came.
func (b *Board) toJudge(ctx context.Context, tx probes.Tx) ([]probes.StoredArrival, error) {
	unmatched, err := tx.Arrivals(ctx, probes.ArrivalQuery{Unmatched: true})
	if err != nil {
		return nil, err
	}
	doubtful, err := tx.Arrivals(ctx, probes.ArrivalQuery{Doubtful: true})
	if err != nil {
		return nil, err
	}
	if b.Review == nil {
		all := append(doubtful, unmatched...)
		slices.SortStableFunc(all, func(a, b probes.StoredArrival) int { return a.Arrival.Times.Arrived.Compare(b.Arrival.Times.Arrived) })
		return all, nil
	}
	weighed, err := b.weighed(ctx, tx)
	if err != nil {
		return nil, err
	}
	doubtful = slices.DeleteFunc(doubtful, func(h probes.StoredArrival) bool {
		return slices.ContainsFunc(weighed, func(w probes.StoredArrival) bool {
			return w.Channel == h.Channel && w.Arrival.Key == h.Arrival.Key
		})
	})
	return slices.Concat(unmatched, weighed, doubtful), nil
}

// weighed returns the letters of contacts by what hangs on them, without those that
// a person has judged meanwhile.
func (b *Board) weighed(ctx context.Context, tx probes.Tx) (waiting []probes.StoredArrival, err error) {
	items, err := b.Review(ctx)
	if err != nil {
		return nil, err
	}
	for _, i := range items {
		found, err := tx.Arrivals(ctx, probes.ArrivalQuery{Contact: i.Contact, Key: i.Arrival})
		if err != nil {
			return nil, err
		}
		if len(found) == 1 && found[0].Verdict == nil {
			waiting = append(waiting, found[0])
		}
	}
	return waiting, nil
}

// reasons returns why the reader doubts an arrival of a contact.
func reasons(ctx context.Context, tx probes.Tx, h probes.StoredArrival) ([]string, error) {
	_, history, err := tx.Story(ctx, h.Contact)
	if err != nil {
		return nil, err
	}
	history, err = probes.Reveal(ctx, tx, history)
	return report.ReasonsOf(history, h.Arrival.Key), err
}

// hanging returns those of the contacts whose verdicts hang on an arrival, the
// earliest asked first.
func (b *Board) hanging(h probes.StoredArrival, of []probes.Contact) (all []candidate) {
	for _, c := range of {
		if c.HangsOn(h, b.Edition) {
			all = append(all, candidate{c.ID, b.nameOf(c.Plan.Company), c.Current().Sent, c.Outcome})
		}
	}
	slices.SortFunc(all, func(x, y candidate) int { return cmp.Or(x.Sent.Compare(y.Sent), cmp.Compare(x.ID, y.ID)) })
	return all
}

// candidates returns the contacts that were open on the channel when an
// arrival came, or shortly before; those whose company the sender's address
// sounds like first, then the latest.
func (b *Board) candidates(ctx context.Context, tx probes.Tx, h probes.StoredArrival) ([]candidate, error) {
	const offered = 40
	came := h.Arrival.Times.Arrived
	var found []candidate
	for _, channel := range b.channels() {
		if channel != h.Channel && b.Edition.HeardBy[channel] != h.Channel {
			continue
		}
		contacts, err := tx.Find(ctx, probes.Query{
			Edition: b.Edition.Name, Channel: channel, DueBefore: came, DueFrom: came.Add(-21 * day), Newest: true, Limit: 500,
		})
		if err != nil {
			return nil, err
		}
		for _, c := range contacts {
			if a := c.Current(); !a.Sent.IsZero() && !a.Sent.After(came) {
				found = append(found, candidate{c.ID, b.nameOf(c.Plan.Company), a.Sent, c.Outcome})
			}
		}
	}
	_, domain, _ := strings.Cut(strings.ToLower(h.From), "@")
	slices.SortStableFunc(found, func(x, y candidate) int {
		return cmp.Or(cmp.Compare(y.likeness(domain), x.likeness(domain)), y.Sent.Compare(x.Sent))
	})
	return found[:min(len(found), offered)], nil
}

// likeness is how much a company's name sounds like a domain: the letters of
// its longest word that is in it.
func (c candidate) likeness(domain string) int {
	best := 0
	for _, word := range strings.Fields(strings.ToLower(c.Name)) {
		plain := strings.NewReplacer("å", "a", "ø", "o", "æ", "ae", "ä", "a", "ö", "o").Replace(word)
		if len(plain) > 3 && domain != "" && (strings.Contains(domain, plain) || strings.Contains(domain, word)) {
			best = max(best, len(plain))
		}
	}
	return best
}
