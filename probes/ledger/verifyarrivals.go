package ledger

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/reading/message"
)

// A witness is an arrival as the ledger has it.
type witness struct {
	probes.StoredArrival
	arrived int64
	says    string // what is kept of what the platform says
	sum     string // the row's digest, which says who has read its header
}

// key names the arrival in faults.
func (w witness) key() string { return w.Arrival.Key + " on " + w.Channel }

// The columns of an arrival in the order of scanWitness.
const witnessColumns = arrivalColumns + `, arrived, platform, sum`

func scanWitness(scan scan) (w witness, err error) {
	w.StoredArrival, err = scanArrival(func(columns ...any) error { return scan(append(columns, &w.arrived, &w.says, &w.sum)...) })
	return w, err
}

// matched holds the arrivals of a span's contacts against their events.
func (a *audit) matched(ctx context.Context, s span, by map[string]*account, r *recount) error {
	w := where{terms: []string{"contact <> ''"}}
	s.within(&w, "contact")
	q := once(`SELECT `+witnessColumns+` FROM arrivals`+w.String()+` ORDER BY contact, arrived, channel, key`, w.args...)
	heard := map[string][]probes.StoredArrival{}
	var mails []witness
	err := a.tx.each(ctx, q, func(scan scan) error {
		w, err := scanWitness(scan)
		acc := by[w.Contact]
		switch {
		case err != nil:
			return a.unread(ctx, "arrivals", w.key(), err)
		case acc == nil:
			return a.note("arrivals", w.key(), "belongs to contact %s, which has no events", w.Contact)
		}
		heard[acc.id] = append(heard[acc.id], w.StoredArrival)
		mails = withMail(mails, w)
		return a.witness(w, acc.plan.Company, r)
	})
	if err != nil {
		return fmt.Errorf("read arrivals: %w", err)
	}
	if err := a.senders(ctx, mails); err != nil {
		return err
	}
	for _, id := range slices.Sorted(maps.Keys(by)) {
		acc := by[id]
		if acc.torn {
			continue
		}
		for _, m := range probes.Misheard(a.said(ctx, acc), heard[acc.id]) {
			if err := a.note("arrivals", m.Arrival, "%s", m.What); err != nil {
				return err
			}
		}
	}
	return nil
}

// said returns an account's story with the words of what a person has corrected,
// which arrivals repeat. All else stays as it was hashed: names are compared by their
// digests, which outlast the names. Where the evidence of a correction was changed, its
// words are not there, and what is wrong with it is found where evidence is checked.
func (a *audit) said(ctx context.Context, acc *account) []probes.Event {
	if !slices.ContainsFunc(acc.story, func(e probes.Event) bool { return e.Kind == probes.Amended }) {
		return acc.story
	}
	said := slices.Clone(acc.story)
	for i, e := range said {
		if e.Kind != probes.Amended {
			continue
		}
		if told, err := probes.Reveal(ctx, opened{a.tx}, []probes.Event{e}); err == nil {
			said[i] = told[0]
		}
	}
	return said
}

// An opened store has no papers that cannot be decrypted.
type opened struct{ probes.EvidenceStore }

// Evidence returns what was kept, unless it is encrypted for another key.
func (o opened) Evidence(ctx context.Context, digest string) ([]byte, error) {
	evidence, err := o.EvidenceStore.Evidence(ctx, digest)
	if errors.Is(err, probes.ErrSealed) {
		return nil, fmt.Errorf("%w: %s", probes.ErrNoEvidence, digest)
	}
	return evidence, err
}

// unmatched checks the arrivals that belong to no contact: that they are
// whole, and that what came is there.
func (a *audit) unmatched(ctx context.Context) error {
	const page = 1000
	for channel, key := "", ""; ; {
		r, n := &recount{}, 0
		var mails []witness
		q := ask(`SELECT `+witnessColumns+` FROM arrivals WHERE contact = '' AND (channel, key) > ($1, $2)
			ORDER BY channel, key LIMIT $3`, channel, key, page)
		err := a.tx.each(ctx, q, func(scan scan) error {
			n++
			w, err := scanWitness(scan)
			channel, key = w.Channel, w.Arrival.Key
			if err != nil {
				return a.unread(ctx, "arrivals", w.key(), err)
			}
			mails = withMail(mails, w)
			return a.witness(w, "", r)
		})
		if err != nil {
			return fmt.Errorf("read unmatched arrivals: %w", err)
		}
		if err := errors.Join(a.senders(ctx, mails), a.kept(ctx, r.papers)); err != nil || n < page {
			return err
		}
	}
}

// witness checks what an arrival says by itself, and keeps what it names.
func (a *audit) witness(w witness, company string, r *recount) error {
	r.names(w.Digest, "arrival %s", w.key())
	r.names(w.Words, "arrival %s", w.key())
	if at := micros(w.Arrival.Times.Arrived); w.arrived != at {
		return a.note("arrivals", w.key(), "arrived is %v, and its times say %v", instant(w.arrived), instant(at))
	}
	// An arrival from before it was kept what platforms say has the column's default.
	if says, err := json.Marshal(platformSays(w.Arrival)); err != nil || string(says) != w.says && w.says != "{}" {
		return a.note("arrivals", w.key(), "platform is %s, and should be written %s", w.says, says)
	}
	if w.Company != company {
		return a.note("arrivals", w.key(), "company is %q, and its contact is with %q", w.Company, company)
	}
	if w.Erased && (w.From != "" || w.Subject != "" || w.Fingerprint != "" || len(w.Arrival.Names) > 0) {
		return a.note("arrivals", w.key(), "is said to have been erased, and tells who wrote it")
	}
	if what := w.Amiss(); what != "" {
		return a.note("arrivals", w.key(), "%s", what)
	}
	return nil
}

// withMail adds an arrival whose evidence says who has sent it, if it is one and that was
// not erased.
func withMail(mails []witness, w witness) []witness {
	if w.Arrival.Media == channels.Mail && w.Digest != "" && !w.Erased {
		mails = append(mails, w)
	}
	return mails
}

// senders holds who has sent mails, and their subjects, against the mails themselves. What
// is erased or encrypted cannot be asked, and what was changed is found where evidence is
// checked.
func (a *audit) senders(ctx context.Context, mails []witness) error {
	by := map[string][]witness{}
	var wanted []string
	for _, w := range mails {
		by[w.Digest] = append(by[w.Digest], w)
		wanted = append(wanted, w.Digest)
	}
	return a.lookUp(ctx, `SELECT e.digest, e.size, e.body FROM `+a.tx.ledger.place.dialect().Wanted+`
		evidence e ON e.digest = wanted.value`, wanted, func(scan scan) error {
		var sum string
		var size int
		var body sql.RawBytes
		if err := scan(&sum, &size, &body); err != nil {
			return a.unread(ctx, "evidence", sum, err)
		}
		raw, err := a.tx.ledger.packer.Unpack(body, size)
		if err != nil || digest(raw) != sum {
			return nil
		}
		m := probes.MessageOf(channels.Arrival{Media: channels.Mail, Raw: raw})
		for _, w := range by[sum] {
			if what := w.notOf(m); what != "" {
				if err := a.note("arrivals", w.key(), "%s", what); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// notOf says what of an arrival its own mail does not; "" if all. A mail that names no
// sender, or has no subject, says nothing of it. Earlier versions wrote senders with
// their names, and decoded subjects in ways of their own: of those that are encoded
// nothing is said.
func (w witness) notOf(m message.Message) string {
	from := w.From
	if all := message.Addresses(from); len(all) > 0 {
		from = all[len(all)-1]
	}
	if says := m.From(); says != "" && from != says {
		return fmt.Sprintf("sender is %q, and the mail is from %q", w.From, says)
	}
	earlier := strings.HasPrefix(w.sum, readEarlier) && strings.Contains(m.Header.First("Subject"), "=?")
	if says := m.Subject(); says != "" && w.Subject != says && !earlier {
		return fmt.Sprintf("subject is %q, and that of the mail is %q", w.Subject, says)
	}
	return ""
}
