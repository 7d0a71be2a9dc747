package ledger

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/svartid/svartid/probes"
)

// Erase takes papers and personal columns out of the ledger, for good: the file
// is written anew without them, and the log is emptied. That and what was asked
// for is recorded; every chain and figure stays. A paper that something else names
// stays and is counted. Erased twice, nothing is recorded. Each write waits while
// the file is written anew.
func (l *Ledger) Erase(ctx context.Context, e probes.Erasure) (n probes.ErasureCount, err error) {
	err = l.view(ctx, func(t *tx) error {
		_, n, err = t.condemned(ctx, e)
		return err
	})
	if err != nil || n == (probes.ErasureCount{Shared: n.Shared}) {
		return n, wrapped("erase", err)
	}
	err = l.update(ctx, func(t *tx) error {
		n, err = t.erase(ctx, e)
		return err
	})
	if err == nil {
		err = l.compact(ctx)
	}
	return n, wrapped("erase", err)
}

// wrapped names the step in which an error arose, if there is one.
func wrapped(step string, err error) error {
	if err != nil {
		return fmt.Errorf("%s: %w", step, err)
	}
	return nil
}

// A condemnation is what an erasure takes out.
type condemnation struct {
	probes.Erasure
	named    map[string]string // the contact that names a paper, by the paper's digest
	papers   []string          // their digests, in order
	arrivals []probes.StoredArrival
}

// condemned finds out what there is to erase. What is counted of contacts are
// those that hold some of it.
func (t *tx) condemned(ctx context.Context, e probes.Erasure) (c condemnation, n probes.ErasureCount, err error) {
	c = condemnation{Erasure: e, named: map[string]string{}}
	for _, id := range e.Contacts {
		if err := t.condemn(ctx, id, &c); err != nil {
			return c, n, err
		}
	}
	for _, key := range e.Arrivals {
		heard, err := t.Arrivals(ctx, probes.ArrivalQuery{Channel: key.Channel, Key: key.Key})
		if err != nil {
			return c, n, err
		}
		c.arrivalsOf("", heard)
	}
	if e.Personal {
		for _, digest := range e.Decisions {
			c.named[digest] = ""
		}
	}
	if err := t.onlyKept(ctx, c.named); err != nil {
		return c, n, err
	}
	before := len(c.named)
	if err := t.spare(ctx, e, c.named); err != nil {
		return c, n, err
	}
	c.papers = slices.Sorted(maps.Keys(c.named))
	contacts := map[string]bool{}
	for _, h := range c.arrivals {
		contacts[h.Contact] = true
	}
	for _, contact := range c.named {
		contacts[contact] = true
	}
	delete(contacts, "")
	return c, probes.ErasureCount{
		Contacts: len(contacts), Arrivals: len(c.arrivals), Papers: len(c.papers), Shared: before - len(c.named),
	}, nil
}

// condemn gathers what a contact holds.
func (t *tx) condemn(ctx context.Context, id string, c *condemnation) error {
	story, err := t.story(ctx, id)
	if err != nil {
		return err
	}
	for _, event := range story {
		for _, digest := range asked(event, c.Erasure) {
			c.named[digest] = id
		}
	}
	heard, err := t.Arrivals(ctx, probes.ArrivalQuery{Contact: id})
	if err != nil {
		return err
	}
	c.arrivalsOf(id, heard)
	return nil
}

// asked returns the papers of an event that an erasure takes.
func asked(event probes.Event, e probes.Erasure) (all []string) {
	evidence, personal := probes.PapersOf(event)
	if e.Evidence {
		all = append(all, evidence...)
	}
	if e.Personal {
		all = append(all, personal...)
	}
	return all
}

// arrivalsOf gathers what arrivals hold: their papers, and the columns of those
// that have them still.
func (c *condemnation) arrivalsOf(contact string, heard []probes.StoredArrival) {
	for _, h := range heard {
		if c.Evidence {
			for _, digest := range []string{h.Digest, h.Words} {
				if digest != "" {
					c.named[digest] = contact
				}
			}
		}
		if c.Personal && !h.Erased {
			c.arrivals = append(c.arrivals, h)
		}
	}
}

// onlyKept drops the digests of papers that are not there.
func (t *tx) onlyKept(ctx context.Context, named map[string]string) error {
	for digest := range maps.Clone(named) {
		found, err := t.one(ctx, ask(`SELECT 1 FROM evidence WHERE digest = $1`, digest), new(int))
		if err != nil {
			return fmt.Errorf("look up evidence: %w", err)
		}
		if !found {
			delete(named, digest)
		}
	}
	return nil
}

// spare drops the digests of papers that something names which is not erased.
func (t *tx) spare(ctx context.Context, e probes.Erasure, named map[string]string) error {
	if len(named) == 0 {
		return nil
	}
	if err := t.spareMarked(ctx, e, named); err != nil {
		return err
	}
	goes := map[string]bool{}
	for _, id := range e.Contacts {
		goes[id] = true
	}
	err := t.each(ctx, once(`SELECT `+eventColumns+` FROM events`), func(scan scan) error {
		event, err := scanEvent(scan)
		if err != nil || goes[event.Contact] {
			return err
		}
		evidence, personal := probes.PapersOf(event)
		for _, digest := range append(evidence, personal...) {
			delete(named, digest)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("read events: %w", err)
	}
	alone := map[probes.ArrivalKey]bool{}
	for _, key := range e.Arrivals {
		alone[key] = true
	}
	err = t.each(ctx, once(`SELECT channel, key, contact, digest, words FROM arrivals`), func(scan scan) error {
		var key probes.ArrivalKey
		var contact, digest, words string
		err := scan(&key.Channel, &key.Key, &contact, &digest, &words)
		if !alone[key] && !goes[contact] {
			delete(named, digest)
			delete(named, words)
		}
		return err
	})
	return wrapped("read arrivals", err)
}

// spareMarked drops the digests of papers that marks name: plans, baselines, heads, and
// what was said with decisions that are not asked for.
func (t *tx) spareMarked(ctx context.Context, e probes.Erasure, named map[string]string) error {
	all, err := t.allMarks(ctx)
	if err != nil {
		return fmt.Errorf("read marks: %w", err)
	}
	for name, marks := range all {
		for _, m := range marks {
			if name == probes.Decisions && e.Personal && slices.Contains(e.Decisions, m.Source) {
				continue
			}
			delete(named, m.Source)
			delete(named, m.Position)
		}
	}
	return nil
}

// erase takes out what is asked for and records it.
func (t *tx) erase(ctx context.Context, e probes.Erasure) (probes.ErasureCount, error) {
	c, n, err := t.condemned(ctx, e)
	if err != nil {
		return n, err
	}
	r, err := t.lastErasure(ctx)
	if err != nil {
		return n, err
	}
	r = erasure{
		seq: r.seq + 1, at: micros(t.ledger.opt.Clock()), scope: e.Scope, prev: r.hash,
		contacts: n.Contacts, arrivals: n.Arrivals, papers: n.Papers, sum: sumOf(c.papers),
	}
	_, err = t.exec(ctx, ask(`INSERT INTO erasures (seq, at, scope, contacts, arrivals, papers, sum, prev, hash)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		r.seq, r.at, r.scope, r.contacts, r.arrivals, r.papers, r.sum, r.prev, r.link()))
	if err != nil {
		return n, fmt.Errorf("record erasure: %w", err)
	}
	for _, digest := range c.papers {
		_, err := t.exec(ctx, ask(`DELETE FROM evidence WHERE digest = $1`, digest))
		if err == nil {
			_, err = t.exec(ctx, ask(`INSERT INTO erased (digest, erasure) VALUES ($1, $2)
				ON CONFLICT (digest) DO NOTHING`, digest, r.seq))
		}
		if err != nil {
			return n, fmt.Errorf("erase evidence %s: %w", digest, err)
		}
	}
	for _, h := range c.arrivals {
		if err := t.eraseArrival(ctx, h); err != nil {
			return n, err
		}
	}
	return n, nil
}

// eraseArrival takes out of an arrival who wrote it, what it was about, by what it
// was matched and what it sounded like.
func (t *tx) eraseArrival(ctx context.Context, h probes.StoredArrival) error {
	says := platformSays(h.Arrival)
	says.Because = ""
	platform, err := json.Marshal(says)
	if err != nil {
		return err
	}
	verdict := ""
	if h.Verdict != nil {
		v := *h.Verdict
		v.Reason, v.By = probes.Erased, probes.Erased
		text, err := json.Marshal(v)
		if err != nil {
			return err
		}
		verdict = string(text)
	}
	before, err := t.sealedArrival(ctx, h.Channel, h.Arrival.Key)
	if err != nil {
		return err
	}
	_, err = t.exec(ctx, ask(`UPDATE arrivals SET sender = '', subject = '', names = 'null', voice = '',
		platform = $1, verdict = $2, erased = 1 WHERE channel = $3 AND key = $4`, string(platform), verdict, h.Channel, h.Arrival.Key))
	if err == nil {
		err = t.digestArrival(ctx, before)
	}
	return wrapped("erase arrival "+h.Arrival.Key, err)
}

// An erasure is a row that records one.
type erasure struct {
	seq                        int64
	at                         int64
	scope                      string
	contacts, arrivals, papers int
	sum, prev, hash            string
}

// link returns the hash of a row: of all its columns and of the row before.
func (r erasure) link() string {
	return linked(r.prev, r.seq, r.at, r.scope, r.contacts, r.arrivals, r.papers, r.sum)
}

// linked is the hash of a row of a chain, over the columns of the row and the hash
// of the one before.
func linked(columns ...any) string {
	text, _ := json.Marshal(columns) // texts and numbers, which always have a form
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// sumOf is the digest of digests that are in order.
func sumOf(digests []string) string {
	sum := sha256.Sum256([]byte(strings.Join(digests, "\n")))
	return hex.EncodeToString(sum[:])
}

// erasureColumns are in the order of scanErasure.
const erasureColumns = `seq, at, scope, contacts, arrivals, papers, sum, prev, hash`

func scanErasure(scan scan) (r erasure, err error) {
	return r, scan(&r.seq, &r.at, &r.scope, &r.contacts, &r.arrivals, &r.papers, &r.sum, &r.prev, &r.hash)
}

// lastErasure returns the newest row; zero if there is none.
func (t *tx) lastErasure(ctx context.Context) (erasure, error) {
	all, err := collect(ctx, t, ask(`SELECT `+erasureColumns+` FROM erasures ORDER BY seq DESC LIMIT 1`), scanErasure)
	if err != nil || len(all) == 0 {
		return erasure{}, wrapped("read erasures", err)
	}
	return all[0], nil
}

// compact writes the file anew without what was deleted, and empties the log: free
// pages and the log hold what was there. Readers of an earlier state keep the log
// from being emptied; it is tried for a while. The log of a server is the server's.
func (l *Ledger) compact(ctx context.Context) error {
	const tries, pause = 50, 100 * time.Millisecond
	in := l.place.dialect()
	err := l.committer.Alone(func() error {
		_, err := l.db.ExecContext(ctx, in.Compact)
		return err
	})
	if err != nil {
		return fmt.Errorf("write the file anew: %w", err)
	}
	for range tries {
		var busy, pages, done int
		if in.Log == "" {
			return nil
		}
		if err := l.db.QueryRowContext(ctx, in.Log).Scan(&busy, &pages, &done); err != nil {
			return fmt.Errorf("empty the log: %w", err)
		}
		if busy == 0 {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(pause):
		}
	}
	return fmt.Errorf("what was erased is out of the ledger, and %s could not be emptied because someone reads an earlier state: erase again", l.place.log())
}

// Erased returns how many papers were erased and are still gone, and in how many
// erasures.
func (l *Ledger) Erased(ctx context.Context) (papers, erasures int, err error) {
	err = l.view(ctx, func(t *tx) error {
		_, err := t.one(ctx, ask(`SELECT (SELECT count(*) FROM erased WHERE digest NOT IN (SELECT digest FROM evidence)),
			(SELECT count(*) FROM erasures)`), &papers, &erasures)
		return err
	})
	return papers, erasures, wrapped("count what was erased", err)
}
