package ledger

import (
	"sync"

	"github.com/svartid/svartid/probes"
)

// recent are the contacts that were looked at last, as they stood, so that one which
// is looked at again need not be decoded again. A contact is known by its head: the
// hash of its last event says what all of them are. Several may use it at once, and
// what it gives is not to be changed.
type recent struct {
	mu         sync.Mutex
	young, old map[string]*chain // by id; the old ones are dropped when the young are many
}

// mostYoung is how many contacts are young: twice as many are kept at most, some
// kilobytes each.
const mostYoung = 256

// at returns a contact that stands at a head; nil if it is not known. Its story is
// empty if that was not read.
func (r *recent) at(id, head string) *chain {
	r.mu.Lock()
	defer r.mu.Unlock()
	c := r.young[id]
	if c == nil {
		if c = r.old[id]; c != nil {
			r.put(id, c)
		}
	}
	if c == nil || c.head != head {
		return nil
	}
	return c
}

// keep keeps a contact, with its story if that is known.
func (r *recent) keep(c *chain) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.put(c.contact.ID, c)
}

func (r *recent) put(id string, c *chain) {
	if len(r.young) >= mostYoung {
		r.old, r.young = r.young, nil
	}
	if r.young == nil {
		r.young = make(map[string]*chain, mostYoung)
	}
	r.young[id] = c
}

// scanStanding reads the id, the head and the body of a contact.
func (t *tx) scanStanding(scan scan) (*chain, error) {
	var id, head, body string
	if err := scan(&id, &head, &body); err != nil {
		return nil, err
	}
	if c := t.ledger.recent.at(id, head); c != nil {
		return c, nil
	}
	contact, err := decoded(body)
	return &chain{contact: contact, head: head}, err
}

// standings returns the contacts of chains.
func standings(chains []*chain) []probes.Contact {
	if len(chains) == 0 {
		return nil
	}
	all := make([]probes.Contact, len(chains))
	for i, c := range chains {
		all[i] = c.contact
	}
	return all
}
