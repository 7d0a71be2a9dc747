package idle

import (
	"sync"
	"time"
)

// longest is for how long a look is left out at most, whatever is known.
const longest = time.Hour

// Looks are what an engine looks for in its ledger over and over, with what the last
// of these looks found. The zero value is ready.
type Looks struct {
	mu   sync.Mutex
	last map[string]look
}

// A look found nothing to do until an instant, unless contacts change.
type look struct {
	changes     int64
	from, until time.Time
}

// Idle reports whether a look would find nothing to do: the last of its name found
// nothing until later than now, and no contact has changed since, in whichever process.
func (l *Looks) Idle(name string, changes int64, now time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	last, looked := l.last[name]
	return looked && last.changes == changes && !now.Before(last.from) && now.Before(last.until)
}

// Quiet reports whether no contact has changed since the last look of a name, so that
// it is worth while to find out until when there is nothing to do.
func (l *Looks) Quiet(name string, changes int64) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	last, looked := l.last[name]
	return looked && last.changes == changes
}

// Found notes that a look found nothing to do until an instant; zero: for as long as
// no contact changes. The changes are those that were counted, and now is the instant
// that it was, before the look.
func (l *Looks) Found(name string, changes int64, now, until time.Time) {
	if most := now.Add(longest); until.IsZero() || until.After(most) {
		until = most
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.last == nil {
		l.last = map[string]look{}
	}
	l.last[name] = look{changes, now, until}
}
