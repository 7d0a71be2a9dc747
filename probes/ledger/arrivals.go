package ledger

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/ledger/internal/seal"
)

// Hear keeps an arrival with its evidence. The second time it writes nothing,
// whatever else h says.
func (t *tx) Hear(ctx context.Context, h probes.StoredArrival) (fresh bool, err error) {
	if h.Arrival.Raw != nil {
		h.Digest = digest(h.Arrival.Raw)
	}
	if h.Arrival.Text != "" {
		h.Words = digest([]byte(h.Arrival.Text))
	}
	fresh, err = t.keepArrival(ctx, h)
	if err == nil && fresh {
		err = t.keepHeard(ctx, h)
	}
	if err != nil {
		return false, fmt.Errorf("hear %s on %s: %w", h.Arrival.Key, h.Channel, err)
	}
	return fresh, nil
}

// What is counted of arrivals: by kind, without those of trials, and those at which
// the reader failed.
const (
	arrivalCounts = `SELECT $1, channel, kind, count(*) FROM arrivals WHERE rule <> $2 GROUP BY channel, kind`
	unreadCounts  = `SELECT $1, channel, '', count(*) FROM arrivals WHERE unread = 1 GROUP BY channel`
)

// keepHeard counts a fresh arrival, unless it is a trial's, and keeps its evidence.
func (t *tx) keepHeard(ctx context.Context, h probes.StoredArrival) (err error) {
	if h.Rule != probes.RuleTrial {
		_, err = t.count(ctx, counter{arrivals, h.Channel, string(h.Kind)})
	}
	if err == nil && h.Unread {
		_, err = t.count(ctx, counter{name: unread, channel: h.Channel})
	}
	if err == nil && h.Arrival.Raw != nil {
		err = t.keep(ctx, h.Digest, h.Arrival.Raw)
	}
	if err == nil && h.Arrival.Text != "" {
		err = t.keep(ctx, h.Words, []byte(h.Arrival.Text))
	}
	return err
}

// keepArrival inserts an arrival unless its key is there already.
func (t *tx) keepArrival(ctx context.Context, h probes.StoredArrival) (fresh bool, err error) {
	names, err := json.Marshal(h.Arrival.Names)
	if err != nil {
		return false, err
	}
	times, err := json.Marshal(h.Arrival.Times)
	if err != nil {
		return false, err
	}
	platform, err := json.Marshal(platformSays(h.Arrival))
	if err != nil {
		return false, err
	}
	columns := []any{
		h.Channel, h.Arrival.Key, h.Source, h.Contact, h.Attempt, string(h.Rule), string(h.Kind),
		h.From, h.Subject, flags()[h.Copy], h.Arrival.Media, string(names), string(times),
		micros(h.Arrival.Times.Arrived), h.Arrival.Flagged, h.Digest,
		h.Company, h.Centre, h.Fingerprint, flags()[h.Doubtful], h.Words, string(platform), flags()[h.Unread],
		"", 0, // no verdict yet, and nothing is erased
	}
	sum := readNow + seal.Digest(columns...)
	rows, err := t.exec(ctx, ask(`
		INSERT INTO arrivals (`+sealedColumns+`, sum)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26)
		ON CONFLICT (channel, key) DO NOTHING`, append(columns, sum)...))
	if rows > 0 {
		t.digested(rowset{"arrivals", h.Channel}, sum, 1)
	}
	return rows > 0, err
}

// platformSays returns what is kept of an arrival beside its times and names.
func platformSays(a channels.Arrival) channels.Arrival {
	return channels.Arrival{
		Submission: a.Submission, Relay: a.Relay, Unproven: a.Unproven, Opener: a.Opener,
		Responder: a.Responder, Because: a.Because, SelfReported: a.SelfReported,
	}
}

// flags are how the ledger writes yes and no.
func flags() map[bool]int { return map[bool]int{true: 1} }

// The columns of an arrival in the order of scanHearsay.
const arrivalColumns = `channel, key, source, contact, attempt, rule, kind,
	sender, subject, copied, media, names, times, flagged, digest,
	company, centre, voice, doubtful, words, platform, verdict, unread, erased`

// scanArrival reads an arrival, without what came.
func scanArrival(scan scan) (probes.StoredArrival, error) {
	var h probes.StoredArrival
	var copied, doubtful, unread, erased int
	var names, times, platform, verdict string
	err := scan(&h.Channel, &h.Arrival.Key, &h.Source, &h.Contact, &h.Attempt, &h.Rule, &h.Kind,
		&h.From, &h.Subject, &copied, &h.Arrival.Media, &names, &times, &h.Arrival.Flagged, &h.Digest,
		&h.Company, &h.Centre, &h.Fingerprint, &doubtful, &h.Words, &platform, &verdict, &unread, &erased)
	if err != nil {
		return h, err
	}
	h.Copy, h.Doubtful, h.Unread, h.Erased = copied == 1, doubtful == 1, unread == 1, erased == 1
	if slices.Max([]int{copied, doubtful, unread, erased}) > 1 || slices.Min([]int{copied, doubtful, unread, erased}) < 0 {
		return h, errors.New("copied, doubtful, unread and erased must be 0 or 1")
	}
	if err := json.Unmarshal([]byte(names), &h.Arrival.Names); err != nil {
		return h, fmt.Errorf("read names: %w", err)
	}
	if err := json.Unmarshal([]byte(times), &h.Arrival.Times); err != nil {
		return h, fmt.Errorf("read times: %w", err)
	}
	var says channels.Arrival
	if err := json.Unmarshal([]byte(platform), &says); err != nil {
		return h, fmt.Errorf("read what the platform says: %w", err)
	}
	h.Arrival.Submission, h.Arrival.Relay, h.Arrival.Unproven = says.Submission, says.Relay, says.Unproven
	h.Arrival.Opener, h.Arrival.Responder = says.Opener, says.Responder
	h.Arrival.Because, h.Arrival.SelfReported = says.Because, says.SelfReported
	if verdict == "" {
		return h, nil
	}
	h.Verdict = &probes.Verdict{}
	if err := json.Unmarshal([]byte(verdict), h.Verdict); err != nil {
		return h, fmt.Errorf("read verdict: %w", err)
	}
	return h, nil
}

// Advance moves a channel's checkpoint for a source.
func (t *tx) Advance(ctx context.Context, channel string, checkpoint channels.Checkpoint) error {
	if err := t.advance(ctx, channel, checkpoint); err != nil {
		return fmt.Errorf("advance %s of %s: %w", checkpoint.Source, channel, err)
	}
	return nil
}

// advance writes a mark with its digest.
func (t *tx) advance(ctx context.Context, channel string, m channels.Checkpoint) error {
	var until int64
	var position, before string
	found, err := t.one(ctx, ask(`SELECT until, position, sum FROM marks WHERE channel = $1 AND source = $2`, channel, m.Source),
		&until, &position, &before)
	if err != nil {
		return err
	}
	at := rowset{"marks", channel}
	was := channels.Checkpoint{Source: m.Source, Position: position, Until: instant(until)}
	if found && !m.Corrects && until > micros(m.Until) {
		m.Until = was.Until
	}
	sum := markDigest(channel, m)
	if found {
		t.digested(at, before, -1)
		if before != markDigest(channel, was) {
			sum = spoiled
		}
	}
	t.digested(at, sum, 1)
	_, err = t.exec(ctx, ask(`
		INSERT INTO marks (channel, source, position, until, sum) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (channel, source) DO UPDATE SET position = excluded.position, until = excluded.until, sum = excluded.sum`,
		channel, m.Source, m.Position, micros(m.Until), sum))
	return err
}

// Checkpoints returns a channel's checkpoints by source.
func (t *tx) Checkpoints(ctx context.Context, channel string) ([]channels.Checkpoint, error) {
	checkpoints, err := collect(ctx, t, ask(
		`SELECT source, position, until FROM marks WHERE channel = $1 ORDER BY source`, channel), scanCheckpoint)
	if err != nil {
		return nil, fmt.Errorf("checkpoints of %s: %w", channel, err)
	}
	return checkpoints, nil
}

// scanCheckpoint reads source, position and until.
func scanCheckpoint(scan scan) (channels.Checkpoint, error) {
	var m channels.Checkpoint
	var until int64
	err := scan(&m.Source, &m.Position, &until)
	m.Until = instant(until)
	return m, err
}

// Arrivals returns the arrivals that match every field of q that is not zero,
// earliest first; those that wait by channel. What came is not read with them:
// it is the evidence under their Digest.
func (t *tx) Arrivals(ctx context.Context, q probes.ArrivalQuery) ([]probes.StoredArrival, error) {
	var w where
	order := "arrived, channel, key"
	if q.Contact != "" {
		w.terms = append(w.terms, "contact <> ''")
		w.equals("contact", q.Contact)
	}
	if q.Channel != "" {
		w.equals("channel", q.Channel)
	}
	if q.Key != "" {
		w.equals("key", q.Key)
	}
	if q.Unmatched {
		w.terms = append(w.terms, unmatched)
		order = "channel, arrived, key"
	}
	if q.Doubtful {
		w.terms = append(w.terms, doubtful)
	}
	if q.Unread {
		w.terms = append(w.terms, "unread = 1")
	}
	if q.Judged {
		w.terms = append(w.terms, "verdict <> '' AND contact <> ''")
	}
	if !q.From.IsZero() {
		w.that("arrived >= ", micros(q.From))
	}
	if !q.Until.IsZero() {
		w.that("arrived <= ", micros(q.Until))
	}
	text := "SELECT " + arrivalColumns + " FROM arrivals" + w.String() + " ORDER BY " + order
	if q.Limit > 0 {
		text += " LIMIT " + hole(&w.args, q.Limit)
	}
	heard, err := collect(ctx, t, ask(text, w.args...), scanArrival)
	if err != nil {
		return nil, fmt.Errorf("find arrivals: %w", err)
	}
	return heard, nil
}

// The conditions of what waits for a person, as their indexes have them.
const (
	unmatched = "contact = '' AND copied = 0 AND verdict = ''"
	doubtful  = "doubtful = 1 AND contact <> '' AND verdict = ''"
)

// Judge notes what a person said of an arrival, if anything, to which attempt it
// belongs now, and whether what it is is doubtful. As what it was heard stays:
// it was counted so.
func (t *tx) Judge(ctx context.Context, h probes.StoredArrival) error {
	verdict := ""
	if h.Verdict != nil {
		text, err := json.Marshal(h.Verdict)
		if err != nil {
			return fmt.Errorf("encode verdict: %w", err)
		}
		verdict = string(text)
	}
	before, err := t.sealedArrival(ctx, h.Channel, h.Arrival.Key)
	if err != nil {
		return fmt.Errorf("judge %s on %s: %w", h.Arrival.Key, h.Channel, err)
	}
	rows, err := t.exec(ctx, ask(`
		UPDATE arrivals SET verdict = $1, contact = $2, attempt = $3, rule = $4, company = $5, centre = $6, doubtful = $7
		WHERE channel = $8 AND key = $9`,
		verdict, h.Contact, h.Attempt, string(h.Rule), h.Company, h.Centre, flags()[h.Doubtful], h.Channel, h.Arrival.Key))
	if err == nil && rows == 0 {
		err = probes.ErrNoArrival
	}
	if err == nil {
		err = t.digestArrival(ctx, before)
	}
	if err != nil {
		return fmt.Errorf("judge %s on %s: %w", h.Arrival.Key, h.Channel, err)
	}
	return nil
}

// Fingerprints returns what a company's centre sounded like in arrivals to other
// contacts than one.
func (t *tx) Fingerprints(ctx context.Context, company, centre, besides string) ([]string, error) {
	var voices []string
	err := t.each(ctx, ask(`SELECT voice, count(*) FROM arrivals
		WHERE company = $1 AND centre = $2 AND contact <> $3 AND voice <> '' GROUP BY voice`, company, centre, besides),
		func(scan scan) error {
			var voice string
			var times int
			err := scan(&voice, &times)
			voices = append(voices, slices.Repeat([]string{voice}, times)...)
			return err
		})
	if err != nil {
		return nil, fmt.Errorf("voices of %s: %w", company, err)
	}
	return voices, nil
}

// Heard returns what was heard because of a contact, earliest first.
func (l *Ledger) Heard(ctx context.Context, contact string) ([]probes.StoredArrival, error) {
	return l.arrivals(ctx, probes.ArrivalQuery{Contact: contact})
}

// Unmatched returns the arrivals that wait for a person to match them, by
// channel, earliest first. Limit 0 returns all.
func (l *Ledger) Unmatched(ctx context.Context, limit int) ([]probes.StoredArrival, error) {
	return l.arrivals(ctx, probes.ArrivalQuery{Unmatched: true, Limit: limit})
}

// arrivals finds arrivals in a view of its own.
func (l *Ledger) arrivals(ctx context.Context, q probes.ArrivalQuery) (heard []probes.StoredArrival, err error) {
	err = l.view(ctx, func(t *tx) error {
		heard, err = t.Arrivals(ctx, q)
		return err
	})
	return heard, err
}
