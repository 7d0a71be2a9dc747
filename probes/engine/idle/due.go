package idle

import (
	"slices"
	"strings"
	"time"

	"github.com/svartid/svartid/probes"
)

// Due are the openers that fall due before a horizon, kept from one look to the next: after the
// first look, one reads what has changed since and what has come within the horizon, so
// that it costs as much as has changed, however many are waiting. The zero value holds none.
type Due struct {
	jobs    []probes.Job // by time, then by contact
	changes int64        // up to which the changes of contacts are in it; 0: nothing is
	horizon time.Time
	filled  time.Time // when all of them were last read
}

// Since returns after which change contacts have to be read, and from which horizon on those
// that are planned; 0 if all that are due have to be read: at first, each hour, where
// changes are not counted, and where the clock has gone back.
func (d *Due) Since(changes int64, now, horizon time.Time) (since int64, from time.Time) {
	if d.changes <= 0 || changes < d.changes || horizon.Before(d.horizon) || now.Before(d.filled) || now.Sub(d.filled) >= longest {
		return 0, time.Time{}
	}
	return d.changes, d.horizon
}

// Fill takes all that is due before a horizon, as it was found after so many changes.
func (d *Due) Fill(found []probes.Contact, changes int64, now, horizon time.Time) {
	d.jobs, d.filled = nil, now
	d.Add(found, changes, horizon)
}

// Add takes contacts that have changed, or are due before a later horizon, as they stand
// after so many changes.
func (d *Due) Add(found []probes.Contact, changes int64, horizon time.Time) {
	d.changes, d.horizon = changes, horizon
	if len(found) == 0 {
		return
	}
	ids := make(map[string]bool, len(found))
	for _, c := range found {
		ids[c.ID] = true
	}
	d.jobs = slices.DeleteFunc(d.jobs, func(j probes.Job) bool { return ids[j.Contact] })
	for _, c := range found {
		a := c.Current()
		if ids[c.ID] && c.Outcome == probes.Pending && a.State == probes.AttemptPlanned && a.Due.Before(horizon) {
			d.jobs = append(d.jobs, probes.Job{Contact: c.ID, Attempt: a.Number, At: a.Due})
			ids[c.ID] = false // it may be found twice
		}
	}
	slices.SortFunc(d.jobs, func(a, b probes.Job) int {
		if first := a.At.Compare(b.At); first != 0 {
			return first
		}
		return strings.Compare(a.Contact, b.Contact)
	})
}

// Jobs returns what is due, earliest first. It is not to be changed.
func (d *Due) Jobs() []probes.Job { return d.jobs }
