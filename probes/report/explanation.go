package report

import (
	"context"
	"errors"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/calendar"
	"github.com/svartid/svartid/probes/edition"
	"github.com/svartid/svartid/probes/fairness"
	"github.com/svartid/svartid/probes/fairness/survival"
)

// An Explanation is all that the ledger knows of one contact, folded by the
// rules of an edition, with the words and names that are in it ([Explanation.Veil]).
type Explanation struct {
	Contact probes.Contact    `json:"contact"`
	History []Line            `json:"story"`
	Events  []probes.Event    `json:"events"`
	Chain   string            `json:"chain"`           // holds, or what does not
	Words   map[string]string `json:"words,omitempty"` // evidence that is still kept, by digest
	// Pictures are what was on the screen, as WebP, by the digests of the evidence that holds them.
	Pictures map[string][]byte `json:"pictures,omitempty"`
	Worded   int               `json:"events_with_words,omitempty"` // which an earlier version recorded: they cannot be erased

	Why       string     `json:"why"`       // by which rule the outcome fell
	Deadlines []Deadline `json:"deadlines"` // of each attempt that the plan allows
	Spans     []OpenSpan `json:"spans"`     // of opening time, as they were counted
	Score     *Worth     `json:"score"`     // nil: it is no part of the standings
	// Zero is why it counts as unanswered in the standings, whatever came of the question
	// itself, which the outcome says: the score is that of the zero. Empty: it counts as it
	// went.
	Zero Zero `json:"counts_as_unanswered_because,omitempty"`
	// Waiting is true where what one person alone has said would change the winner: outcome
	// and score are without it, until a second person has said the same. Lone is who has
	// said it.
	Waiting    bool      `json:"waiting,omitempty"`
	Lone       []string  `json:"waiting_for_another_than,omitempty"`
	Drawn      *Followed `json:"drawn,omitempty"`       // the plan that it is from; zero time: the ledger knows of none
	ReplacedBy string    `json:"replaced_by,omitempty"` // what was planned in its stead
	Rules      Folding   `json:"rules"`

	told         []probes.Event // the events with their words
	account      probes.Account
	company      edition.Company
	arrivals     []arrival
	openings     map[string]channels.Opening // by the digest of their evidence
	selfReported bool                        // the company itself says how it went
	printer      *Printer
	redactor     *Redactor
	names        Names           // of those who are known to have written
	kept         map[string]bool // evidence that is still there, by digest
}

// A Deadline is how long an attempt could be answered, and how that was counted.
type Deadline struct {
	Attempt  int             `json:"attempt"`
	Ahead    bool            `json:"ahead,omitempty"` // it has not left: as the plan has it
	Sent     time.Time       `json:"sent"`
	Within   string          `json:"within"`
	Days     []calendar.Step `json:"days,omitempty"`
	Deadline time.Time       `json:"deadline"`
	Calendar float64         `json:"calendar_seconds"`
	Opening  float64         `json:"opening_seconds"`
}

// An OpenSpan is a time of opening that was counted.
type OpenSpan struct {
	Attempt int       `json:"attempt"`
	Of      string    `json:"of"` // promise or wait
	From    time.Time `json:"from"`
	To      time.Time `json:"to"`
	Seconds float64   `json:"seconds"`
}

// A Worth is what the contact gives its company by the edition's policy.
type Worth struct {
	Policy  fairness.Policy `json:"policy"`
	State   fairness.State  `json:"state"`
	Clock   fairness.Clock  `json:"clock"`
	Wait    float64         `json:"wait_seconds"`
	Promise float64         `json:"promise_seconds"`
	Share   float64         `json:"share"`
	Score   survival.Number `json:"score"` // null: it does not count, or is not decided
}

// An arrival is what was heard, as it was read then, and what of it is kept.
type arrival struct {
	probes.Classification
	attempt int
	heard   Heard
}

// Explain gathers all that a view of the ledger knows of a contact, and folds it
// by the rules of the edition. The error wraps [probes.ErrNoContact] if there is
// none.
func Explain(ctx context.Context, tx probes.Tx, ed *edition.Edition, id string) (*Explanation, error) {
	x := &Explanation{}
	var err error
	if _, x.Events, err = tx.Story(ctx, id); err != nil {
		return nil, err
	}
	if x.told, err = probes.Reveal(ctx, tx, x.Events); err != nil {
		return nil, err
	}
	if err := x.fold(ed, id); err != nil {
		return nil, err
	}
	if err := x.wait(ctx, tx, ed); err != nil {
		return nil, err
	}
	if err := x.gather(ctx, tx); err != nil {
		return nil, err
	}
	heard, err := probes.Sample{Edition: ed}.Heard(ctx, tx)
	if err != nil {
		return nil, err
	}
	x.score(ed, heard[x.Contact.Plan.Channel])
	return x, errors.Join(x.zero(ctx, tx, ed), x.place(ctx, tx))
}

// zero has the contact give what it gives where it counts as unanswered whatever came of
// the question.
func (x *Explanation) zero(ctx context.Context, tx probes.Tx, ed *edition.Edition) error {
	zeroes, err := new(Entrants).zeroes(ctx, tx, ed, x.Contact.Plan.Company)
	for _, a := range zeroes {
		if a.Contact.ID == x.Contact.ID {
			x.Zero, x.Score = zeroOf(a), worthOf(ed.Scoring.Worth(a.Fair))
		}
	}
	return err
}

// score gives the contact what it gives its company in the standings.
func (x *Explanation) score(ed *edition.Edition, heard time.Time) {
	sample, id := probes.Sample{Edition: ed}, x.Contact.ID
	fair, counts := sample.Counted(id, x.Events, heard)
	if x.Waiting {
		fair = *sample.Alone(id, x.Events, heard)
	}
	if counts {
		x.Score = worthOf(ed.Scoring.Worth(fair))
	}
}

// wait folds the contact without what one person alone has said of it, where that waits
// for a second person.
func (x *Explanation) wait(ctx context.Context, tx probes.Tx, ed *edition.Edition) (err error) {
	without, lone := probes.WithoutLone(x.told)
	if !lone {
		return nil
	}
	if x.Waiting, err = Waits(ctx, tx, ed, x.Contact); err != nil || !x.Waiting {
		return err
	}
	x.Lone = probes.LoneBy(x.told)
	x.Contact = probes.Rules(ed.Rules).Fold(x.Contact.ID, without)
	x.Why, x.account = probes.Rules(ed.Rules).Why(x.Contact), probes.Rules(ed.Rules).Account(x.Contact)
	return nil
}

// fold makes of the events what they are by the rules of the edition.
func (x *Explanation) fold(ed *edition.Edition, id string) (err error) {
	x.Contact, x.Chain = probes.Rules(ed.Rules).Fold(id, x.told), chain(x.Events)
	x.Why, x.account = probes.Rules(ed.Rules).Why(x.Contact), probes.Rules(ed.Rules).Account(x.Contact)
	if x.printer, err = English(x.account.Zone); err != nil {
		return err
	}
	x.History = x.printer.Describe(x.told)
	for _, e := range x.Events {
		if probes.HoldsWords(e) {
			x.Worded++
		}
	}
	x.company, _ = ed.Company(x.Contact.Plan.Company)
	x.selfReported = ed.SelfReported[x.Contact.Plan.Channel]
	x.Deadlines, x.Spans = []Deadline{}, []OpenSpan{}
	for _, s := range x.account.Promised {
		x.Deadlines = append(x.Deadlines, Deadline{
			Attempt: s.Attempt, Ahead: s.Ahead, Sent: s.From, Within: x.account.Within.String(), Days: s.Days,
			Deadline: s.To, Calendar: s.Duration().Seconds(), Opening: s.Opening().Seconds(),
		})
		x.Spans = append(x.Spans, openSpans("promise", s)...)
	}
	for _, s := range x.account.Waited {
		x.Spans = append(x.Spans, openSpans("wait", s)...)
	}
	return nil
}

// chain says whether the chain of a contact's events holds.
func chain(history []probes.Event) string {
	if broken := probes.CheckChain(history); broken != nil {
		return broken.Error()
	}
	return "holds"
}

func openSpans(of string, s probes.Stretch) (all []OpenSpan) {
	for _, open := range s.Open {
		all = append(all, OpenSpan{s.Attempt, of, open.From, open.To, open.Duration().Seconds()})
	}
	return all
}

func worthOf(w fairness.Worth) *Worth {
	return &Worth{w.Policy, w.State, w.Clock, w.Wait.Seconds(), w.Promise.Seconds(), w.Share, w.Score}
}

// gather collects the evidence that is still kept, and who is named in it.
func (x *Explanation) gather(ctx context.Context, tx probes.Tx) error {
	media, err := Media(ctx, tx, x.Contact.ID)
	if err != nil {
		return err
	}
	x.kept, x.Pictures = map[string]bool{}, map[string][]byte{}
	x.Words, x.openings = map[string]string{}, map[string]channels.Opening{}
	x.redactor, x.names = NewRedactor(), NamesAt(x.company)
	x.names.Keep(x.Contact.Plan.Persona)
	for _, e := range x.told {
		if err := errors.Join(x.keep(ctx, tx, probes.Details(e)), x.see(ctx, tx, e)); err != nil {
			return err
		}
		switch e.Kind {
		case probes.Intended:
			err = x.opened(ctx, tx, probes.Payload[probes.Intent](e).Words)
		case probes.Heard:
			j := probes.Payload[probes.Classification](e)
			err = x.answered(ctx, tx, arrival{Classification: j, attempt: e.Attempt}, ArrivalOf(e, media))
		case probes.Reread:
			x.readAgain(probes.Payload[probes.Classification](e))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// opened takes in the words of an opener.
func (x *Explanation) opened(ctx context.Context, tx probes.Tx, digest string) error {
	o, kept, err := Opening(ctx, tx, digest)
	if err != nil || !kept {
		return err
	}
	x.openings[digest] = o
	return x.keep(ctx, tx, digest)
}

// answered takes in an arrival, and the names of who wrote it.
func (x *Explanation) answered(ctx context.Context, tx probes.Tx, a arrival, at Arrival) (err error) {
	a.heard, err = at.Read(ctx, tx)
	if err != nil {
		return err
	}
	x.redactor.Meet(a.heard, x.names)
	x.arrivals = append(x.arrivals, a)
	return errors.Join(x.keep(ctx, tx, a.Evidence), x.keep(ctx, tx, a.Classification.Words))
}

// readAgain takes in what an arrival is in the light of what came later.
func (x *Explanation) readAgain(j probes.Classification) {
	for i, a := range x.arrivals {
		if a.Classification.Arrival == j.Arrival {
			x.arrivals[i].Classification = j
		}
	}
}

// keep notes the evidence under a digest, if there is any still.
func (x *Explanation) keep(ctx context.Context, tx probes.Tx, digest string) error {
	words, kept, err := evidence(ctx, tx, digest)
	if kept {
		x.Words[digest], x.kept[digest] = string(words), true
	}
	return err
}

// see takes in what was on the screen at an event.
func (x *Explanation) see(ctx context.Context, tx probes.Tx, e probes.Event) error {
	picture, err := PictureOf(ctx, tx, e)
	if err == nil && picture.WebP != nil {
		x.Pictures[picture.Digest], x.kept[picture.Digest] = picture.WebP, true
	}
	return err
}

// place finds the plan that the contact is from, and what stands in its stead.
func (x *Explanation) place(ctx context.Context, tx probes.Tx) error {
	plan := x.Contact.Plan
	if plan.Drawn != "" {
		x.Drawn = &Followed{Digest: plan.Drawn}
		followed, err := PlansFollowed(ctx, tx)
		if err != nil {
			return err
		}
		for _, f := range followed {
			if f.Digest == plan.Drawn {
				x.Drawn.Since = f.Since
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
