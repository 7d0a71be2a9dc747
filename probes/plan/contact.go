package plan

import (
	"cmp"
	"crypto/sha256"
	"encoding/base32"
	"slices"
	"strings"
	"time"
)

// A Contact is one question to one company, as planned. Its instants are UTC;
// its Weekday (Mon … Sun) and Slot are those of the season's zone.
type Contact struct {
	ID, Company, Class, Channel, Probe string
	Round                              time.Time // the tick
	At                                 time.Time // when the opener leaves
	Second                             time.Time // when it is asked again if it must be; zero = not
	Weekday                            string
	Slot                               string // the hour of the clock, as 09-10
	Scenario, Persona                  string
	Replaces                           string // the ID of the contact that this one stands in for
	Moved                              string // why it is not where its square put it
}

// A Left is what could not be placed. Without a Company, the round was closed
// to all.
type Left struct {
	Company, Probe string
	Round          time.Time
	Why            string
}

// A Plan is what [Draw] returns: contacts by time, those of one second in
// drawn order; what is left by round, probe and company.
type Plan struct {
	Contacts []Contact
	Left     []Left
}

// Round returns the contacts of one round, in the order of the plan.
func (p Plan) Round(probe string, tick time.Time) []Contact {
	var round []Contact
	for _, c := range p.Contacts {
		if c.Probe == probe && c.Round.Equal(tick) {
			round = append(round, c)
		}
	}
	return round
}

// WithCell returns c with the Weekday and the Slot of its instant.
func (s Season) WithCell(c Contact) Contact {
	local := c.At.In(s.zone())
	c.Weekday, c.Slot = weekday(local.Weekday()), cell{local.Weekday(), local.Hour()}.slot()
	return c
}

// ID names the contact for what it is, so that planning it twice is planning
// it once: the first 60 bits of SHA-256 of edition, probe, round, company and
// what it replaces, joined by 0x1f, in lower-case base32 (RFC 4648).
func ID(edition string, c Contact) string {
	sum := sha256.Sum256([]byte(strings.Join([]string{edition, c.Probe, stamp(c.Round), c.Company, c.Replaces}, "\x1f")))
	return strings.ToLower(base32.StdEncoding.EncodeToString(sum[:])[:12])
}

// stamp writes an instant the same way everywhere.
func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }

// sorted puts contacts in the order of time, and those of one second in an
// order drawn for each.
func sorted(seed string, contacts []Contact) []Contact {
	order := make(map[string]uint64, len(contacts))
	for _, c := range contacts {
		order[c.ID] = NewStream(seed, "order", c.ID).Uint64()
	}
	slices.SortFunc(contacts, func(a, b Contact) int {
		return cmp.Or(a.At.Compare(b.At), cmp.Compare(order[a.ID], order[b.ID]), cmp.Compare(a.ID, b.ID))
	})
	return contacts
}
