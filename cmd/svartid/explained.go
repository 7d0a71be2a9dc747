package main

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/calendar"
	"github.com/svartid/svartid/probes/fairness"
	"github.com/svartid/svartid/probes/reading"
)

// explained is what explain --json prints: all there is, with the words and
// names in it.
type explained struct {
	Contact probes.Contact    `json:"contact"`
	Story   []probes.Line     `json:"story"`
	Events  []probes.Event    `json:"events"`
	Chain   string            `json:"chain"`
	Worded  int               `json:"events_with_words,omitempty"` // which an earlier version recorded: they cannot be erased
	Words   map[string]string `json:"words,omitempty"`             // evidence, by digest

	Why        string         `json:"why"`                   // by which rule the outcome fell
	Deadlines  []deadline     `json:"deadlines"`             // of each attempt that the plan allows
	Spans      []openSpan     `json:"spans"`                 // of opening time, as they were counted
	Score      *worth         `json:"score"`                 // null: it is no part of the standings
	Drawn      *followed      `json:"drawn,omitempty"`       // the plan that it is from; zero time: the ledger knows of none
	ReplacedBy string         `json:"replaced_by,omitempty"` // what was planned in its stead
	Rules      folding        `json:"rules"`
	told       []probes.Event // the events with their words
	account    probes.Account
	company    probes.Company
	arrivals   []arrival
	openings   map[string]channels.Opening // by the digest of their evidence
	selfTold   bool                        // the company itself says how it went
	people     people
}

// A deadline is how long an attempt could be answered, and how that was counted.
type deadline struct {
	Attempt  int             `json:"attempt"`
	Ahead    bool            `json:"ahead,omitempty"` // it has not left: as the plan has it
	Sent     time.Time       `json:"sent"`
	Within   string          `json:"within"`
	Days     []calendar.Step `json:"days,omitempty"`
	Deadline time.Time       `json:"deadline"`
	Calendar float64         `json:"calendar_seconds"`
	Opening  float64         `json:"opening_seconds"`
}

// An openSpan is a time of opening that was counted.
type openSpan struct {
	Attempt int       `json:"attempt"`
	Of      string    `json:"of"` // promise or wait
	From    time.Time `json:"from"`
	To      time.Time `json:"to"`
	Seconds float64   `json:"seconds"`
}

// A worth is what the contact gives its company by the edition's policy.
type worth struct {
	Policy  fairness.Policy `json:"policy"`
	State   fairness.State  `json:"state"`
	Clock   fairness.Clock  `json:"clock"`
	Wait    float64         `json:"wait_seconds"`
	Promise float64         `json:"promise_seconds"`
	Share   float64         `json:"share"`
	Score   fairness.Number `json:"score"` // null: it does not count, or is not decided
}

// An arrival is what was heard, as it was read then.
type arrival struct {
	probes.Classification
	seq, attempt int
	media        string
}

// explain gathers all that the ledger knows of a contact, and folds it by the
// rules of the edition.
func explain(ctx context.Context, l probes.Ledger, ed *probes.Edition, id string) (x explained, err error) {
	err = l.View(ctx, func(tx probes.Tx) error {
		if _, x.Events, err = tx.Story(ctx, id); err != nil {
			return err
		}
		x.chained()
		if x.told, err = probes.Reveal(ctx, tx, x.Events); err != nil {
			return err
		}
		x.fold(ed, id)
		if err := x.gather(ctx, tx); err != nil {
			return err
		}
		heard, err := probes.Sample{Edition: ed}.Heard(ctx, tx)
		if err != nil {
			return err
		}
		if fair, counts := (probes.Sample{Edition: ed}).Counted(id, x.Events, heard[x.Contact.Plan.Channel]); counts {
			x.Score = worthOf(ed.Scoring.Worth(fair))
		}
		return x.place(ctx, tx)
	})
	return x, err
}

// chained says whether the events are as they were hashed, and how many of them
// hold words that can never be erased.
func (x *explained) chained() {
	x.Chain = "holds"
	if broken := probes.CheckChain(x.Events); broken != nil {
		x.Chain = broken.Error()
	}
	for _, e := range x.Events {
		if probes.HoldsWords(e) {
			x.Worded++
		}
	}
}

// fold makes of the events what they are by the rules of the edition.
func (x *explained) fold(ed *probes.Edition, id string) {
	x.Contact = ed.Rules.Fold(id, x.told)
	x.Story = probes.Tell(x.told)
	x.Why, x.account = ed.Rules.Why(x.Contact), ed.Rules.Account(x.Contact)
	x.company, _ = ed.Company(x.Contact.Plan.Company)
	x.selfTold = ed.SelfReported[x.Contact.Plan.Channel]
	x.Deadlines, x.Spans = []deadline{}, []openSpan{}
	for _, s := range x.account.Promised {
		x.Deadlines = append(x.Deadlines, deadline{
			Attempt: s.Attempt, Ahead: s.Ahead, Sent: s.From, Within: x.account.Within.String(), Days: s.Days,
			Deadline: s.To, Calendar: s.Duration().Seconds(), Opening: s.Opening().Seconds(),
		})
		x.Spans = append(x.Spans, openSpans("promise", s)...)
	}
	for _, s := range x.account.Waited {
		x.Spans = append(x.Spans, openSpans("wait", s)...)
	}
}

func openSpans(of string, s probes.Stretch) (all []openSpan) {
	for _, open := range s.Open {
		all = append(all, openSpan{s.Attempt, of, open.From, open.To, open.Duration().Seconds()})
	}
	return all
}

func worthOf(w fairness.Worth) *worth {
	return &worth{w.Policy, w.State, w.Clock, w.Wait.Seconds(), w.Promise.Seconds(), w.Share, w.Score}
}

// gather collects the evidence that is still kept, and who is named in it.
func (x *explained) gather(ctx context.Context, tx probes.Tx) error {
	media := map[string]string{}
	heard, err := tx.Arrivals(ctx, probes.ArrivalQuery{Contact: x.Contact.ID})
	if err != nil {
		return err
	}
	for _, h := range heard {
		media[h.Arrival.Key] = h.Arrival.Media
	}
	x.Words, x.openings = map[string]string{}, map[string]channels.Opening{}
	x.people = newPeople(x.company, x.Contact.Plan.Persona)
	for _, e := range x.told {
		if _, err := x.keep(ctx, tx, probes.Details(e)); err != nil {
			return err
		}
		switch e.Kind {
		case probes.Intended:
			err = x.opened(ctx, tx, payload[probes.Intent](e))
		case probes.Heard:
			j := payload[probes.Classification](e)
			err = x.answered(ctx, tx, arrival{j, e.Seq, e.Attempt, media[j.Arrival]})
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// opened takes in the words of an opener: as they are, if they were kept by an
// earlier version in another form.
func (x *explained) opened(ctx context.Context, tx probes.Tx, i probes.Intent) error {
	kept, err := x.keep(ctx, tx, i.Words)
	if err != nil || kept == "" {
		return err
	}
	var o channels.Opening
	if err := json.Unmarshal([]byte(kept), &o); err != nil {
		o = channels.Opening{Body: kept}
	}
	x.openings[i.Words] = o
	return nil
}

// answered takes in an arrival, and who shows himself in it.
func (x *explained) answered(ctx context.Context, tx probes.Tx, a arrival) error {
	raw, err := x.keep(ctx, tx, a.Evidence)
	if err != nil {
		return err
	}
	if _, err := x.keep(ctx, tx, a.Classification.Words); err != nil {
		return err
	}
	x.people.meet(message(raw, a.media))
	x.arrivals = append(x.arrivals, a)
	return nil
}

// keep notes the evidence under a digest and returns it; nothing if there is
// none any more.
func (x *explained) keep(ctx context.Context, tx probes.Tx, digest string) (string, error) {
	if digest == "" {
		return "", nil
	}
	words, err := tx.Evidence(ctx, digest)
	if errors.Is(err, probes.ErrNoEvidence) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	x.Words[digest] = string(words)
	return x.Words[digest], nil
}

// place finds the plan that the contact is from, and what stands in its stead.
func (x *explained) place(ctx context.Context, tx probes.Tx) error {
	plan := x.Contact.Plan
	if plan.Drawn != "" {
		x.Drawn = &followed{Digest: plan.Drawn}
		marks, err := tx.Checkpoints(ctx, probes.Drawn)
		if err != nil {
			return err
		}
		for _, m := range marks {
			if m.Source == plan.Drawn {
				x.Drawn.Since = m.Until
			}
		}
	}
	others, err := tx.Find(ctx, probes.Query{Edition: plan.Edition, Company: plan.Company, Probe: plan.Probe})
	for _, c := range others {
		if c.Plan.Replaces == x.Contact.ID {
			x.ReplacedBy = c.ID
		}
	}
	return err
}

// message makes a message of what was kept of an arrival.
func message(raw, media string) reading.Message {
	switch media {
	case channels.Mail:
		return reading.Parse([]byte(raw))
	case channels.JSON:
		return reading.Message{}
	}
	return reading.Plain(raw)
}

// payload reads what an event says. Of one of a later version it is the zero
// value.
func payload[T any](e probes.Event) (v T) {
	if json.Unmarshal(e.Data, &v) != nil {
		var none T
		return none
	}
	return v
}
