package head

import (
	"context"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/svartid/svartid/probes"
)

// An Arrival is what a head covers of one: that it came on a channel, when, and the
// digest of what came. What was made of it, and whose it is, are events of a contact
// once that is known, and until then a person may still say so.
type Arrival struct {
	Channel, Key string
	Arrived      time.Time
	Digest       string // of what came; empty: there were no octets
}

// name names an arrival in one word for each part.
func (a Arrival) name() string { return url.QueryEscape(a.Channel) + " " + url.QueryEscape(a.Key) }

// hash stands for an arrival: the SHA-256 of a line "CHANNEL KEY ARRIVED DIGEST", with
// the first two escaped as in a URL's query and ARRIVED in microseconds since 1970.
func (a Arrival) hash() string {
	return digestOf(fmt.Sprintf("%s %d %s", a.name(), a.Arrived.UnixMicro(), a.Digest))
}

// Heard returns the arrivals of a view of the ledger, those too that belong to no
// contact: one of them may hold a verdict up, or be the answer.
func Heard(ctx context.Context, tx probes.Tx) (all []Arrival, err error) {
	stored, err := tx.Arrivals(ctx, probes.ArrivalQuery{})
	if err != nil {
		return nil, fmt.Errorf("read arrivals: %w", err)
	}
	for _, h := range stored {
		all = append(all, Arrival{h.Channel, h.Arrival.Key, h.Arrival.Times.Arrived, h.Digest})
	}
	return all, nil
}

// named returns the names of arrivals by their hashes.
func named(all []Arrival) map[string]string {
	names := map[string]string{}
	for _, a := range all {
		names[a.hash()] = a.name()
	}
	return names
}

// arrivalsText is the part of a head's text that is of arrivals: a line
// "arrival HASH" for each, in order. Names are by hash.
func arrivalsText(names map[string]string) string {
	var out strings.Builder
	for _, hash := range slices.Sorted(maps.Keys(names)) {
		fmt.Fprintf(&out, "arrival %s\n", hash)
	}
	return out.String()
}

// altered names what has become of arrivals that a head had seen: reached are theirs,
// and now those of the ledger, each by hash.
func altered(h Head, reached, now map[string]string) (faults []string) {
	there := map[string]bool{}
	for _, name := range now {
		there[name] = true
	}
	for hash, name := range reached {
		if _, kept := now[hash]; kept || forgotAccess(name, now) {
			continue
		}
		what := "is not there any more"
		if there[name] {
			what = "was rewritten: it came at another time, or with other words"
		}
		channel, key, _ := strings.Cut(name, " ")
		if unescaped(channel) == digests {
			what = "is another or gone: they were made anew, over whatever the rows were by then"
		}
		faults = append(faults, fmt.Sprintf("%s, which %s had seen, %s", kind(unescaped(channel), unescaped(key)), h.Name(), what))
	}
	slices.Sort(faults)
	return faults
}

// unescaped undoes url.QueryEscape.
func unescaped(s string) string {
	if plain, err := url.QueryUnescape(s); err == nil {
		return plain
	}
	return s
}
