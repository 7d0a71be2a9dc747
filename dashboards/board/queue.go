package board

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/dashboards/board/worklist"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/reading"
	"github.com/svartid/svartid/probes/report"
)

// A queuePage is what waits for a person.
type queuePage struct {
	frame
	Prompts  []prompt
	Arrivals []arrival
	Tasks    []task
	Part     worklist.Part // of the arrivals, that is shown
	Reasons  []worklist.Reason
	Channels []string
	Classes  []string
	Blind    bool // the reader's guess is not shown
	Kinds    []reading.Kind
	Tappable bool
	PushKey  string // by which a telephone is told when a prompt is due; empty: it cannot be
	Noted    notice // what was done just now
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
	Later    []button // that fit once it is sent, for a telephone without a connection
	First    bool     // on the page: it is open
	Progress []noted
}

// A button is a tap that fits now.
type button struct {
	Tap  channels.ReportKind
	Main bool // what is hoped for, or comes first
	Ends bool // nothing is left to tap after it
}

// A noted is a tap that was made.
type noted struct {
	Tap channels.ReportKind
	At  time.Time
}

// An arrival is one that waits for a person's word, for itself and for those that say
// the same.
type arrival struct {
	probes.StoredArrival
	Letter     worklist.Letter
	N          int // on the page
	Words      *words
	Why        []string
	Candidates []candidate // contacts that it may belong to
	Name       string      // of the company, if it is known
	Sender     string      // as the page shows it
	Holds      []candidate // contacts whose verdicts hang on it
	Also       []sibling   // that say the same, and are judged with it
	Contacts   int         // that it and those belong to
}

// A sibling is a letter that says the same as the one that is shown.
type sibling struct {
	Key, Contact, Name string
	At                 time.Time
}

// Together is how many letters are judged by one word.
func (a arrival) Together() int { return 1 + len(a.Also) }

// queue reads the page of what waits for a person.
func (b *Board) queue(v *visit) (any, error) {
	s, err := b.look(v.ctx)
	if err != nil {
		return nil, err
	}
	page := queuePage{
		frame: v.frame("queue", v.T("Queue"), s), Kinds: reading.Kinds(), Tappable: b.Tap != nil && v.who.Taps,
		Channels: b.channels(), Classes: b.classes(), Reasons: worklist.Reasons(), PushKey: b.PushKey,
	}
	err = b.Ledger.View(v.ctx, func(tx probes.Tx) error {
		if page.Noted, err = b.noticeOf(v, tx); err != nil {
			return err
		}
		if page.Prompts, err = b.prompts(v, tx); err != nil || v.who.Shopper {
			return err
		}
		waiting, err := b.waitingLetters(v.ctx, tx, s)
		if err != nil {
			return err
		}
		page.Tasks = b.tasksOf(v, s)
		page.Arrivals, page.Part, err = b.arrivals(v, tx, waiting)
		page.Blind = b.Edition.Review.Blind || page.Part.Second
		return err
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
	q := v.r.URL.Query()
	held := cmp.Or(q.Get("of"), q.Get("open"))
	slices.SortStableFunc(all, func(a, b prompt) int {
		return cmp.Or(cmp.Compare(atHand(b, held), atHand(a, held)), compareSent(b, a), a.Until.Compare(b.Until))
	})
	// After a tap that has ended a prompt none is open: the thumb that taps once more
	// would land on another company.
	if len(all) > 0 && (held == "" || all[0].Contact == held) {
		all[0].First = true
	}
	return all, nil
}

// atHand is 1 of the prompt that a person is at, which stays where it is, and else 0.
func atHand(p prompt, contact string) int {
	if p.Contact == contact {
		return 1
	}
	return 0
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
	if !p.Sent {
		sent := p
		sent.Sent = true
		p.Later = sent.buttons()
		p.Later = slices.DeleteFunc(p.Later, func(b button) bool { return b.Tap.Begins() })
	}
	return p, nil
}

func (b *Board) slot() time.Duration { return cmp.Or(b.Slot, time.Hour) }

// taps returns the taps that an attempt has had and that count, as they came.
func taps(story []probes.Event, attempt int) []noted {
	var all []noted
	for _, e := range probes.InForce(story) {
		if by := e.Tap(); e.Attempt == attempt && by != nil {
			all = append(all, noted{by.Report, e.At})
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
			hoped := tap == channels.TapSent || tap == channels.Ringing || tap == channels.Person
			all = append(all, button{Tap: tap, Main: hoped, Ends: ends(tap)})
		}
	}
	return all
}

// later writes buttons for the page's script, which shows them where there is no
// connection.
func (t *theme) later(all []button) (string, error) {
	type shown struct {
		Tap, Label string
		Main, Ends bool
	}
	var list []shown
	for _, b := range all {
		list = append(list, shown{string(b.Tap), t.Tap(b.Tap), b.Main, b.Ends})
	}
	text, err := json.Marshal(list)
	return string(text), err
}

// ends reports whether nothing is left to tap after a tap.
func ends(tap channels.ReportKind) bool {
	switch tap {
	case channels.Person, channels.GaveUp, channels.CouldNot, channels.Busy, channels.Shut:
		return true
	}
	return false
}
