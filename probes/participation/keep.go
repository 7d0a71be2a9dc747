package participation

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/calendar"
	"github.com/svartid/svartid/probes/edition"
)

// Marks is the name under which a ledger keeps the chain: marks whose source is the
// number of an event, and whose position is the event as JSON.
const Marks = "participation"

// A payload is what an event of the chain holds.
type payload struct {
	Edition string `json:"edition"`
	Company string `json:"company,omitempty"`
	From    string `json:"from"`
	To      string `json:"to,omitempty"`
	Channel string `json:"channel,omitempty"`
	Ends    []Span `json:"ends,omitempty"`
	Entry   string `json:"entry,omitempty"`
	Value   string `json:"value,omitempty"`
	// Confirms is left out where it is false, so that older chains read the same.
	Confirms bool   `json:"confirms,omitempty"`
	Detail   string `json:"detail"` // digest of the words
}

// words are what a person said. Salt keeps likely words from being tried against a
// digest whose evidence was erased.
type words struct {
	Reason string `json:"reason"`
	By     string `json:"by"`
	Salt   string `json:"salt"`
}

// Record decides for an edition as it is configured, at the act's own instant. The
// error wraps ErrAct if it cannot be decided so. What the same person has just decided,
// as a form that is sent again does, is not decided twice.
func Record(ctx context.Context, tx probes.Tx, ed *edition.Edition, a Act) error {
	events, err := chain(ctx, tx)
	if err != nil {
		return err
	}
	acts, err := reveal(ctx, tx, ed.Name, events)
	if err != nil {
		return err
	}
	ed = Apply(ed, acts)
	today := ed.Day(a.At)
	a.begin(ed, today)
	if co, known := ed.Company(a.Company); known && a.Kind == Corrected {
		a.Value = EntryOf(co, a.Entry)
	}
	if again(acts, a) {
		return nil
	}
	a.Confirms = a.confirmed(acts)
	if a.Ends = nil; a.Kind == Resumed {
		a.Ends = ending(ed, a.Company, a.From)
	}
	if err := a.check(ed, today); err != nil {
		return err
	}
	a.Seq = len(events) + 1
	previous := ""
	if len(events) > 0 {
		previous = events[len(events)-1].Hash
	}
	return a.keep(ctx, tx, link{ed.Name, previous})
}

// again reports whether an act is the last one over.
func again(acts []Act, a Act) bool {
	if len(acts) == 0 {
		return false
	}
	last := acts[len(acts)-1]
	return last.Kind == a.Kind && last.Company == a.Company && last.From == a.From && last.To == a.To &&
		last.Channel == a.Channel && last.Entry == a.Entry && last.Value == a.Value && last.By == a.By && last.Reason == a.Reason
}

// A link is where an event belongs: its edition, and the hash of the one before.
type link struct{ edition, previous string }

// keep appends the act to the chain as an event.
func (a Act) keep(ctx context.Context, tx probes.Tx, to link) error {
	p := payload{
		Edition: to.edition, Company: a.Company, From: a.From.String(), To: a.To.String(), Channel: a.Channel, Ends: a.Ends,
		Entry: a.Entry, Value: a.Value, Confirms: a.Confirms,
	}
	said, err := json.Marshal(words{a.Reason, a.By, rand.Text()})
	if err != nil {
		return fmt.Errorf("encode who decides: %w", err)
	}
	if p.Detail, err = tx.Keep(ctx, said); err != nil {
		return err
	}
	e := probes.NewEvent(a.Kind, 0, a.At, p)
	e.Contact, e.Seq, e.Recorded, e.Prev = Marks, a.Seq, a.At, to.previous
	e.Hash = e.Sum()
	text, err := json.Marshal(e)
	if err != nil {
		return fmt.Errorf("encode a decision: %w", err)
	}
	number := strconv.Itoa(e.Seq)
	if err := tx.Advance(ctx, probes.Decisions, channels.Checkpoint{Source: p.Detail, Position: number, Until: a.At}); err != nil {
		return err
	}
	return tx.Advance(ctx, Marks, channels.Checkpoint{Source: fmt.Sprintf("%09d", e.Seq), Position: string(text), Until: a.At})
}

// Story returns the events of the chain, in order.
func Story(ctx context.Context, tx probes.Tx) ([]probes.Event, error) { return chain(ctx, tx) }

// chain returns the events of all editions, in order.
func chain(ctx context.Context, tx probes.Tx) (events []probes.Event, err error) {
	marks, err := tx.Checkpoints(ctx, Marks)
	if err != nil {
		return nil, fmt.Errorf("read who takes part: %w", err)
	}
	for _, m := range marks {
		var e probes.Event
		if err := json.Unmarshal([]byte(m.Position), &e); err != nil {
			return nil, fmt.Errorf("read decision %s of who takes part: %w", m.Source, err)
		}
		events = append(events, e)
	}
	return events, nil
}

// bare returns the act of an event without its words; false if it is of another
// edition.
func bare(e probes.Event, edition string) (Act, payload, bool) {
	p := probes.Payload[payload](e)
	a := Act{
		Kind: e.Kind, Company: p.Company, Channel: p.Channel, Ends: p.Ends,
		Entry: p.Entry, Value: p.Value, Confirms: p.Confirms, Seq: e.Seq, At: e.At,
	}
	a.From, _ = calendar.ParseDate(p.From) // written by us; what cannot be read is never
	if p.To != "" {
		a.To, _ = calendar.ParseDate(p.To)
	}
	return a, p, p.Edition == edition
}

// reveal returns the acts of an edition with what was said, as far as it is kept.
func reveal(ctx context.Context, tx probes.Tx, edition string, events []probes.Event) (acts []Act, err error) {
	for _, e := range events {
		a, p, ours := bare(e, edition)
		if !ours {
			continue
		}
		said, err := tx.Evidence(ctx, p.Detail)
		switch {
		case errors.Is(err, probes.ErrNoEvidence):
			a.Erased = true
		case err != nil:
			return nil, fmt.Errorf("read why %s: %w", a.Kind, err)
		default:
			var w words
			if err := json.Unmarshal(said, &w); err != nil {
				return nil, fmt.Errorf("read why %s: %w", a.Kind, err)
			}
			a.Reason, a.By = w.Reason, w.By
		}
		acts = append(acts, a)
	}
	return acts, nil
}

// History returns what was decided for an edition, in order, with who decided and why.
func History(ctx context.Context, tx probes.Tx, edition string) ([]Act, error) {
	events, err := chain(ctx, tx)
	if err != nil {
		return nil, err
	}
	return reveal(ctx, tx, edition, events)
}

// A Statement is what was said with a decision of any edition, as evidence keeps it.
type Statement struct {
	Act
	Edition string
	Paper   string // digest of the evidence
}

// Statements returns the decisions of all editions, in order, each with the paper that
// holds who decided and why.
func Statements(ctx context.Context, tx probes.Tx) (all []Statement, err error) {
	events, err := chain(ctx, tx)
	if err != nil {
		return nil, err
	}
	for _, e := range events {
		p := probes.Payload[payload](e)
		acts, err := reveal(ctx, tx, p.Edition, []probes.Event{e})
		if err != nil {
			return nil, err
		}
		for _, a := range acts {
			all = append(all, Statement{a, p.Edition, p.Detail})
		}
	}
	return all, nil
}

// Of returns an edition as the ledger's decisions leave it.
func Of(ctx context.Context, tx probes.Tx, ed *edition.Edition) (*edition.Edition, error) {
	events, err := chain(ctx, tx)
	return Apply(ed, ofEdition(events, ed.Name)), err
}

// Barred returns what keeps a company of an edition from being asked on a day over a
// channel by a decision that the ledger holds, whether the edition has it already or
// not; false if nothing does.
func Barred(ctx context.Context, tx probes.Tx, ed *edition.Edition, at Place) (edition.Bar, bool, error) {
	events, err := chain(ctx, tx)
	acts := ofEdition(events, ed.Name)
	if err != nil || len(acts) == 0 {
		return edition.Bar{}, false, err
	}
	bar, barred := applied(at.Company, acts).Barred(at.Day, at.Channel)
	return bar, barred, nil
}

// A Place is where and when a company is to be asked.
type Place struct {
	Company edition.Company
	Day     calendar.Date
	Channel string
}

// ofEdition returns the acts of an edition without their words.
func ofEdition(events []probes.Event, edition string) (acts []Act) {
	for _, e := range events {
		if a, _, ours := bare(e, edition); ours {
			acts = append(acts, a)
		}
	}
	return acts
}

// Count returns how many decisions the ledger holds, those of other editions too.
func Count(ctx context.Context, tx probes.Tx) (int, error) {
	marks, err := tx.Checkpoints(ctx, Marks)
	return len(marks), err
}

// Verify returns what does not hold of the chain, in a sentence; "" if all does.
func Verify(ctx context.Context, tx probes.Tx) (fault string, err error) {
	events, err := chain(ctx, tx)
	if err != nil {
		return "", err
	}
	if err := probes.CheckChain(events); err != nil {
		return "who takes part: " + err.Error(), nil
	}
	return "", nil
}
