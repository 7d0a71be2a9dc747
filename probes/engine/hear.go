package engine

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/centre"
	"github.com/svartid/svartid/probes/edition"
	"github.com/svartid/svartid/probes/engine/parsed"
	"github.com/svartid/svartid/probes/plan"
	"github.com/svartid/svartid/probes/reading"
	"github.com/svartid/svartid/probes/reading/fingerprint"
	"github.com/svartid/svartid/probes/reading/match"
	"github.com/svartid/svartid/probes/reading/message"
)

// hear takes a batch into the ledger: every arrival matched, read and kept,
// and the mark advanced, in one transaction. Then it rules what the mark has
// covered.
func (e *Engine) hear(ctx context.Context, channel, source string, h channels.Batch) error {
	h = e.weigh(ctx, channel, h)
	h.Checkpoint.Until = e.covers(h.Checkpoint.Until)
	e.readClock(channel, source, h)
	e.recentlyHeard(channel, h, e.now())
	from := probes.Source{Channel: channel, Name: source}
	nothing := len(h.Arrivals) == 0 && len(h.Gaps) == 0
	if !nothing || !e.marks.Hold(channel, h.Checkpoint, min(longestHeld, e.Timing.Plan)) {
		if err := e.take(ctx, from, h); err != nil {
			return err
		}
	}
	e.canariesReturned(channel, h.Arrivals)
	if h.Checkpoint.Until.IsZero() {
		return nil
	}
	e.heard.read(from)
	for _, c := range e.Edition.HeardOn(channel) {
		if err := e.rule(ctx, c); err != nil {
			return err
		}
	}
	return nil
}

// take takes a batch into the ledger, with what was held of its channel's checkpoints.
func (e *Engine) take(ctx context.Context, from probes.Source, h channels.Batch) error {
	var o offered
	var written []channels.Checkpoint
	own := e.marks.Withdraw(from.Channel, from.Name)
	err := e.Ledger.Update(ctx, func(tx probes.Tx) (err error) {
		written = append(e.marks.Held(from.Channel), own...)
		if err := advanceAll(ctx, tx, from.Channel, written); err != nil {
			return err
		}
		o = offered{from, h, parsed.All(from, h.Arrivals, printKey(e.Edition))}
		return e.hearAll(ctx, tx, o)
	})
	if err == nil {
		err = e.learn(ctx, o.arrivals)
	}
	if err != nil {
		e.marks.Forget(from.Channel, from.Name)
		return err
	}
	if h.Checkpoint.Source != "" {
		written = append(written, h.Checkpoint)
	}
	e.marks.Written(from.Channel, written...)
	return nil
}

// An offered batch is one with its arrivals taken apart.
type offered struct {
	from probes.Source
	channels.Batch
	arrivals []*parsed.Arrival
}

// hearAll takes in a batch of a source, and its checkpoint.
func (e *Engine) hearAll(ctx context.Context, tx probes.Tx, h offered) error {
	from := h.from
	before := e.heard.count(from.Channel)
	for _, a := range h.arrivals {
		if err := e.hearOne(ctx, tx, a); err != nil {
			return fmt.Errorf("hear %s: %w", a.Arrival.Key, err)
		}
	}
	if e.heard.count(from.Channel) > before {
		if err := e.matchRest(ctx, tx, from.Channel); err != nil {
			return err
		}
	}
	for _, gap := range h.Gaps {
		if err := e.breakOff(ctx, tx, from.Channel, gap); err != nil {
			return fmt.Errorf("note a gap in %s: %w", from.Name, err)
		}
	}
	if err := e.offsets.Keep(ctx, tx); err != nil || h.Checkpoint.Source == "" {
		return err
	}
	return e.advance(ctx, tx, from.Channel, h.Checkpoint)
}

// learn has it known for the next arrivals what the companies have written of which
// some were heard.
func (e *Engine) learn(ctx context.Context, heard []*parsed.Arrival) error {
	companies := map[string]bool{}
	for _, a := range heard {
		if a.Company != "" && !a.Copy {
			companies[a.Company] = true
		}
	}
	if len(companies) == 0 {
		return nil
	}
	return e.Ledger.View(ctx, func(tx probes.Tx) error {
		return e.replies.Learn(ctx, tx, slices.Sorted(maps.Keys(companies))...)
	})
}

// hearOne keeps one arrival, and tells the contact it belongs to, if any.
func (e *Engine) hearOne(ctx context.Context, tx probes.Tx, h *parsed.Arrival) error {
	if token, by := canaryOf(e.Edition, h.Channel, h.Arrival); token != "" {
		return e.keepCanary(ctx, tx, h, by)
	}
	h.Arrival.Key = probes.PlainKey(h.Arrival.Key)
	to, trial, err := e.attribute(ctx, tx, h)
	if err != nil {
		return err
	}
	if trial {
		return e.keepTrial(ctx, tx, h)
	}
	if to.rule == probes.RuleCopy || h.Arrival.Opener {
		return e.keepCopy(ctx, tx, h, to)
	}
	got, err := e.judge(ctx, tx, h, to)
	if err != nil {
		return err
	}
	fresh, err := tx.Hear(ctx, h.StoredArrival)
	if err != nil || !fresh || to.attempt == 0 {
		return err
	}
	return e.tell(ctx, tx, heard{h, got, to})
}

// keepCopy keeps a message of our own, which is not read, and tells its contact that
// it came back.
func (e *Engine) keepCopy(ctx context.Context, tx probes.Tx, h *parsed.Arrival, to attribution) error {
	if to.attempt > 0 {
		h.Contact, h.Attempt, h.Rule, h.Company = to.contact.ID, to.attempt, to.rule, to.contact.Plan.Company
	}
	h.Copy, h.Kind, h.From, h.Subject = true, reading.Other, h.Message.From(), h.Message.Subject()
	h.Unread = h.Message.Failed != ""
	fresh, err := tx.Hear(ctx, h.StoredArrival)
	if err != nil || !fresh || to.attempt == 0 {
		return err
	}
	return e.hearCopy(ctx, tx, h, to)
}

// A heard is an arrival with what it was read as, and whose it is.
type heard struct {
	*parsed.Arrival
	reading reading.Reading
	match   attribution
}

// tell appends a reading to every contact that the arrival names: to those beside
// the first each by what it asked itself. A report names one message; what else it
// holds is a quotation.
func (e *Engine) tell(ctx context.Context, tx probes.Tx, h heard) error {
	err := e.classify(ctx, tx, h.Arrival, classification(h.reading, h.StoredArrival))
	if err != nil || h.Kind == reading.Bounce || h.Kind == reading.Delay {
		return err
	}
	for _, other := range h.match.also {
		other.also = []attribution{h.match}
		got, err := e.judge(ctx, tx, h.Arrival, other)
		if err != nil {
			return err
		}
		merged := classification(got, h.StoredArrival)
		merged.Merged = true
		if err := e.classify(ctx, tx, h.Arrival, merged); err != nil {
			return err
		}
	}
	return nil
}

// judge reads an arrival in the light of what it answers, if that is known, and
// notes on it what the ledger keeps of that.
func (e *Engine) judge(ctx context.Context, tx probes.Tx, h *parsed.Arrival, to attribution) (reading.Reading, error) {
	m := h.Message
	asked := reading.Asked{Responder: string(h.Arrival.Responder), Why: h.Arrival.Because, PerCharacter: e.Timing.Typing}
	if to.attempt > 0 {
		h.Contact, h.Attempt, h.Rule = to.contact.ID, to.attempt, to.rule
		h.Company, h.Centre = to.contact.Plan.Company, centreOf(e.Edition, to.contact, m)
		asked.Expects = e.Edition.Expects(to.contact.Plan.Scenario)
		if err := recall(ctx, tx, to.matched(), &asked); err != nil {
			return reading.Reading{}, err
		}
		if voice := h.Prints().Text; voice != "" {
			before, err := tx.Fingerprints(ctx, h.Company, h.Centre, h.Contact)
			if err != nil {
				return reading.Reading{}, err
			}
			asked.Seen = fingerprint.Alike(voice, before)
		}
		var err error
		if asked.Template, asked.Disclosed, err = e.compare(ctx, tx, h, to.contact); err != nil {
			return reading.Reading{}, err
		}
	}
	got := h.Read(asked)
	if (got.Kind == reading.Bounce || got.Delivery.Taken) && to.attempt > 0 {
		got = weighReport(got, to.matched(), h.Arrival)
	}
	got = weighMerged(e.weighSender(got, h, to), to)
	h.Kind, h.From, h.Subject = got.Kind, m.From(), m.Subject()
	h.Doubtful, h.Unread, h.Fingerprint = got.Doubtful, got.Failed(), h.Prints().Text
	return got, nil
}

// weighReport returns the reading of a report on delivery that names an attempt.
// One that tells of our own copy alone is none on the company's. One that our
// own submission server has not made proves nothing: a person has to look.
func weighReport(got reading.Reading, a probes.Attempt, heard channels.Arrival) reading.Reading {
	named := got.Delivery.Recipients
	copied := func(address string) bool { return message.Same(address, a.Intent.Address) }
	switch {
	case len(named) > 0 && !slices.ContainsFunc(named, func(address string) bool { return !copied(address) }):
		got.Doubtful = got.Doubtful || got.Kind == reading.Bounce
		got.Kind, got.Permanent, got.Delivery.Taken = reading.Other, false, false
		got.Because = append([]reading.Reason{{Signal: "a report on our own copy", Saw: "Final-Recipient"}}, got.Because...)
	case len(named) == 0:
		got.Delivery.Taken = false
	}
	if got.Kind == reading.Bounce && !heard.Submission {
		got.Doubtful = true
	}
	return got
}

// centreOf returns which of a company's centres wrote a message.
func centreOf(ed *edition.Edition, c probes.Contact, m message.Message) string {
	co, _ := ed.Company(c.Plan.Company)
	return match.Centre(m, co.Centres)
}

// recall adds what was asked, as far as its words are still kept.
func recall(ctx context.Context, tx probes.Tx, a probes.Attempt, asked *reading.Asked) error {
	asked.At = a.Sent
	o, err := openingOf(ctx, tx, a)
	if errors.Is(err, probes.ErrNoEvidence) {
		return nil
	}
	asked.Subject, asked.Text = o.Subject, o.Body
	return err
}

// classify appends a reading to its contact, with the arrival that was read.
func (e *Engine) classify(ctx context.Context, tx probes.Tx, h *parsed.Arrival, j probes.Classification) error {
	var err error
	if j.Evidence, err = tx.Keep(ctx, h.Arrival.Raw); err != nil {
		return err
	}
	if h.Arrival.Text != "" {
		if j.Words, err = tx.Keep(ctx, []byte(h.Arrival.Text)); err != nil {
			return err
		}
	}
	if h.Arrival.Picture != nil {
		if j.Picture, err = tx.Keep(ctx, h.Arrival.Picture); err != nil {
			return err
		}
	}
	if j.Prints, err = centre.Keep(ctx, tx, h.Prints()); err != nil {
		return err
	}
	j.Arrival, j.Rule = h.Arrival.Key, h.Rule
	j.Times, j.Flagged = h.Arrival.Times, h.Arrival.Flagged
	j.Responder, j.SelfReported = h.Arrival.Responder, h.Arrival.SelfReported
	if err := e.record(ctx, tx, h.Contact, probes.NewEvent(probes.Heard, h.Attempt, h.Arrival.Times.Arrived, j)); err != nil {
		return err
	}
	if j.Prints == "" || !centre.Writes(j.Kind) {
		return nil
	}
	return e.rereadAll(ctx, tx, h.StoredArrival)
}

// classification is what an event keeps of a reading.
func classification(got reading.Reading, h probes.StoredArrival) probes.Classification {
	return probes.Classification{
		Kind: got.Kind, Doubtful: got.Doubtful, Probability: got.Probability, Final: got.Permanent, Status: got.Status,
		Language: got.Language, Centre: h.Centre, Because: got.Because,
		Fault: probes.ReportFault(got, h.Arrival.Relay), Submission: h.Arrival.Submission,
		Taken: got.Delivery.Taken && h.Arrival.Submission && h.Arrival.Relay == "",
	}
}

// printKey returns what the fingerprints of lines are keyed by.
func printKey(ed *edition.Edition) []byte {
	return []byte(plan.NewStream(markKey(ed), "fingerprints").Token(32))
}

// compare returns what of an arrival to a contact the same centre has written to
// others too, and in what it is like a machine's that said so (see
// [reading.Asked]).
func (e *Engine) compare(ctx context.Context, tx probes.Tx, h *parsed.Arrival, c probes.Contact) (reading.Template, string, error) {
	p := h.Prints()
	if p.None() || h.Arrival.Opener || h.Rule == probes.RuleCopy {
		return reading.Template{}, "", nil
	}
	all, err := e.replies.RepliesOf(ctx, tx, h.Company, h.Centre)
	if err != nil {
		return reading.Template{}, "", err
	}
	now := all.ContrastOf(p.Lines)
	return now.Template(h.Key(), c.Plan.Scenario, p.Lines), now.Disclosed(c.ID, p), nil
}

// rereadAll reads again what a centre wrote before, in the light of what has just
// been heard of it: lines that it has in common with that are template now, and a
// machine that has said what it is makes doubtful all that is signed like it.
func (e *Engine) rereadAll(ctx context.Context, tx probes.Tx, heard probes.StoredArrival) error {
	all, err := e.replies.RepliesOf(ctx, tx, heard.Company, heard.Centre)
	if err != nil {
		return err
	}
	before := all.Without(heard.Arrival.Key)
	if len(before) == len(all) || e.Edition.Closed(e.now()) {
		return nil
	}
	key := printKey(e.Edition)
	now, was := all.Contrast(), before.Contrast()
	for _, r := range before {
		lines := r.Prints.Lines
		if !now.Template(key, r.Scenario, lines).Differs(was.Template(key, r.Scenario, lines), lines) &&
			now.Disclosed(r.Contact, r.Prints) == was.Disclosed(r.Contact, r.Prints) {
			continue
		}
		if err := e.reread(ctx, tx, r); err != nil {
			return fmt.Errorf("read %s again: %w", r.Arrival, err)
		}
	}
	return nil
}

// reread reads one arrival again, and records what it is if that is another thing
// than it was. What a person has judged stays, and so does what was erased.
func (e *Engine) reread(ctx context.Context, tx probes.Tx, r centre.Reply) error {
	stored, ok, err := e.again(ctx, tx, r)
	if err != nil || !ok {
		return err
	}
	h := parsed.Of(stored, printKey(e.Edition))
	to, err := e.rematch(ctx, tx, h, r)
	if err != nil {
		return err
	}
	counted, merged := h.Kind, h.Contact != r.Contact
	got, err := e.judge(ctx, tx, h, to)
	if err != nil || got.Kind == r.Kind && got.Doubtful == r.Doubtful {
		return err
	}
	if !merged { // else it is kept as the other contact's
		h.Kind = counted // it was counted so
		if err := tx.Judge(ctx, h.StoredArrival); err != nil {
			return err
		}
	}
	j := classification(got, h.StoredArrival)
	j.Arrival, j.Evidence, j.Words, j.Prints, j.Merged = h.Arrival.Key, h.Digest, h.Words, r.Digest, merged
	j.Rule, j.Times, j.Flagged = h.Rule, h.Arrival.Times, h.Arrival.Flagged
	j.Responder, j.SelfReported = h.Arrival.Responder, h.Arrival.SelfReported
	c, err := tx.Append(ctx, r.Contact, probes.NewEvent(probes.Reread, r.Attempt, e.now(), j))
	if err != nil {
		return err
	}
	_, err = ruled(ctx, tx, c, e.now())
	return err
}

// again returns the arrival of a reply with what came, if it may be read again.
func (e *Engine) again(ctx context.Context, tx probes.Tx, r centre.Reply) (h probes.StoredArrival, ok bool, err error) {
	found, err := tx.Arrivals(ctx, probes.ArrivalQuery{Channel: e.Edition.Hearer(r.Channel), Key: r.Arrival})
	if err != nil || len(found) != 1 || found[0].Verdict != nil || found[0].Copy {
		return h, false, err
	}
	h = found[0]
	err = recallWords(ctx, tx, &h)
	if errors.Is(err, probes.ErrNoEvidence) {
		return h, false, nil
	}
	return h, err == nil, err
}

// rematch returns whose an arrival is that was heard before as a reply to a contact,
// with the other contacts that it names.
func (e *Engine) rematch(ctx context.Context, tx probes.Tx, h *parsed.Arrival, r centre.Reply) (attribution, error) {
	c, _, err := tx.Story(ctx, r.Contact)
	if err != nil {
		return attribution{}, err
	}
	to := attribution{contact: c, attempt: r.Attempt, rule: h.Rule}
	first, err := e.match(ctx, tx, h)
	if err != nil || first.attempt == 0 {
		return to, err
	}
	for _, m := range append([]attribution{first}, first.also...) {
		if m.sameContact(to) {
			to.rule = m.rule
			continue
		}
		m.also = nil
		to.also = append(to.also, m)
	}
	if h.Contact == r.Contact {
		to.rule = h.Rule
	}
	return to, nil
}

// recallWords puts back what came of an arrival. The error wraps ErrNoEvidence if
// it was erased.
func recallWords(ctx context.Context, tx probes.Tx, h *probes.StoredArrival) (err error) {
	if h.Digest != "" {
		if h.Arrival.Raw, err = tx.Evidence(ctx, h.Digest); err != nil {
			return err
		}
	}
	if h.Words == "" {
		return nil
	}
	words, err := tx.Evidence(ctx, h.Words)
	h.Arrival.Text = string(words)
	return err
}
