package centre

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/reading/fingerprint"
)

// A Memory keeps what centres have written, as far as it was read in a view, so that
// for each reply only that is read of a company which has changed since. What an
// update has not made durable yet is never kept. The zero value is ready, and may be
// used by several at once.
type Memory struct {
	mu        sync.Mutex
	of        probes.Snapshot // which ledger, in which epoch, after how many erasures
	companies map[string]*history
}

// A history is what was written to a company's contacts up to a version of the ledger.
type history struct {
	version  int64
	contacts map[string]told
	replies  int               // to all of them
	sorted   []string          // the ids of the contacts, by their slots; nil: they have to be sorted
	lines    map[string]string // each line once: most come in many replies
}

// A told is what was written to one contact.
type told struct {
	due     time.Time
	replies Replies
}

// Learn reads in a view what was written to contacts of companies since it was last
// called for them.
func (m *Memory) Learn(ctx context.Context, view probes.Tx, companies ...string) error {
	now, err := view.Snapshot(ctx)
	if err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.companies == nil || now.Ledger != m.of.Ledger || now.Epoch != m.of.Epoch || now.Erased != m.of.Erased {
		m.of, m.companies = now, map[string]*history{}
	}
	for _, company := range companies {
		h := m.companies[company]
		if h == nil {
			h = &history{contacts: map[string]told{}, lines: map[string]string{}}
		}
		if h.version >= now.Version {
			continue
		}
		changed, err := read(ctx, view, company, h.version)
		if err != nil {
			return err
		}
		for id, t := range changed {
			h.keep(id, t)
		}
		h.version = now.Version
		m.companies[company] = h
	}
	return nil
}

// keep keeps what was written to a contact; nothing, of one to which nothing was.
func (h *history) keep(id string, t told) {
	h.sorted = nil
	h.replies += len(t.replies) - len(h.contacts[id].replies)
	if len(t.replies) == 0 {
		delete(h.contacts, id)
		return
	}
	for i, r := range t.replies {
		lines := make([]string, len(r.Prints.Lines))
		for n, line := range r.Prints.Lines {
			if _, known := h.lines[line]; !known {
				h.lines[line] = line
			}
			lines[n] = h.lines[line]
		}
		t.replies[i].Prints.Lines = lines
	}
	h.contacts[id] = t
}

// RepliesOf returns what a centre has written to a company's contacts by now, as far as
// its fingerprints are still kept, by the contacts' slots.
func (m *Memory) RepliesOf(ctx context.Context, tx probes.Tx, company, centre string) (Replies, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	h := m.companies[company]
	if h == nil {
		h = &history{}
	}
	changed, err := read(ctx, tx, company, h.version)
	if err != nil {
		return nil, err
	}
	replies := make(Replies, 0, h.replies+len(changed))
	add := func(t told) {
		for _, r := range t.replies {
			if r.Centre == centre {
				replies = append(replies, r)
			}
		}
	}
	fresh := bySlot(changed)
	for _, id := range h.bySlot() {
		if _, again := changed[id]; again {
			continue
		}
		for len(fresh) > 0 && inTurn(fresh[0], changed[fresh[0]], id, h.contacts[id]) < 0 {
			add(changed[fresh[0]])
			fresh = fresh[1:]
		}
		add(h.contacts[id])
	}
	for _, id := range fresh {
		add(changed[id])
	}
	return replies, nil
}

// bySlot returns the ids of the contacts that were written to, by their slots.
func (h *history) bySlot() []string {
	if h.sorted == nil {
		h.sorted = bySlot(h.contacts)
	}
	return h.sorted
}

// bySlot returns the ids of contacts by their slots.
func bySlot(all map[string]told) []string {
	return slices.SortedFunc(maps.Keys(all), func(a, b string) int { return inTurn(a, all[a], b, all[b]) })
}

// inTurn compares two contacts by their slots, and then by their ids.
func inTurn(a string, toldA told, b string, toldB told) int {
	return cmp.Or(toldA.due.Compare(toldB.due), cmp.Compare(a, b))
}

// read reads what was written to a company's contacts that have changed since a version;
// 0 reads all.
func read(ctx context.Context, tx probes.Tx, company string, since int64) (map[string]told, error) {
	contacts, err := tx.Find(ctx, probes.Query{Company: company, ChangedSince: since})
	if err != nil {
		return nil, err
	}
	all := map[string]told{}
	for _, c := range contacts {
		replies, err := repliesTo(ctx, tx, c)
		if err != nil {
			return nil, err
		}
		all[c.ID] = told{c.Current().Due, replies}
	}
	return all, nil
}

// repliesTo returns what was written to a contact, by whatever centre.
func repliesTo(ctx context.Context, tx probes.Tx, c probes.Contact) (all Replies, err error) {
	for _, a := range c.Attempts {
		for _, t := range a.Readings {
			if t.Prints == "" || !Writes(t.Kind) {
				continue
			}
			p, err := printsOf(ctx, tx, t.Prints)
			if errors.Is(err, probes.ErrNoEvidence) {
				continue
			}
			if err != nil {
				return nil, fmt.Errorf("fingerprints of %s: %w", t.Arrival, err)
			}
			all = append(all, Reply{
				Contact: c.ID, Scenario: c.Plan.Scenario, Attempt: a.Number, Channel: c.Plan.Channel,
				Arrival: t.Arrival, Kind: t.Kind, Doubtful: t.Doubtful, Centre: t.Centre, Digest: t.Prints, Prints: p,
			})
		}
	}
	return all, nil
}

// printsOf reads fingerprints that were kept.
func printsOf(ctx context.Context, tx probes.Tx, digest string) (p fingerprint.Prints, err error) {
	text, err := tx.Evidence(ctx, digest)
	if err == nil {
		err = json.Unmarshal(text, &p)
	}
	return p, err
}
