// Package twice tells when one opener was handed over twice. A ledger keeps that from
// happening among all who share it; a copy of the ledger that another svartid runs on
// does not, and only our own copies in the mailbox show it.
package twice

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"sync"

	"github.com/svartid/svartid/probes/reading/message"
)

// Handed names one handing over of an opener, by its copy: when it was written, and the
// line that the first server to take it wrote. Both stay as they are however often
// the copy is delivered. Empty if the copy shows neither.
func Handed(m message.Message) string {
	date, trace := m.Header.First("Date"), m.Header.All("Received")
	first := ""
	if len(trace) > 0 {
		first = trace[len(trace)-1]
	}
	if date == "" && first == "" {
		return ""
	}
	return digest(date) + "-" + digest(first)
}

// digest is short: it tells lines apart, and keeps none. Empty stays empty.
func digest(line string) string {
	line = strings.Join(strings.Fields(line), " ")
	if line == "" {
		return ""
	}
	sum := sha256.Sum256([]byte(line))
	return hex.EncodeToString(sum[:8])
}

// Differ reports whether two copies are of two handings over. What one of them does not
// show tells nothing: a copy that a provider files under what was sent has no trace.
func Differ(a, b string) bool {
	dateA, firstA, _ := strings.Cut(a, "-")
	dateB, firstB, _ := strings.Cut(b, "-")
	other := func(x, y string) bool { return x != "" && y != "" && x != y }
	return other(dateA, dateB) || other(firstA, firstB)
}

// enough is of how many companies that share no centre openers have left twice before
// no more leave. One alone could send our letter back to us as if it had come twice;
// the letters to others it does not know.
const enough = 3

// A Watch counts the companies that were asked twice. The zero value is ready.
type Watch struct {
	mu        sync.Mutex
	companies map[string][]string // the centres of each
}

// Note notes that an opener to a company left twice, and reports whether that is
// what makes openers stop.
func (w *Watch) Note(company string, centres []string) (stops bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	before := w.apart() >= enough
	if w.companies == nil {
		w.companies = map[string][]string{}
	}
	w.companies[company] = append(slices.Clone(centres), company)
	return !before && w.apart() >= enough
}

// Stops reports whether no opener may leave any more.
func (w *Watch) Stops() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.apart() >= enough
}

// apart counts companies of which no two have a centre in common.
func (w *Watch) apart() (n int) {
	seen := map[string]bool{}
	names := make([]string, 0, len(w.companies))
	for name := range w.companies {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		centres := w.companies[name]
		if slices.ContainsFunc(centres, func(c string) bool { return seen[c] }) {
			continue
		}
		for _, c := range centres {
			seen[c] = true
		}
		n++
	}
	return n
}
