package probes

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

	"github.com/svartid/svartid/probes/edition"
	"github.com/svartid/svartid/probes/plan"
)

// Names under which a ledger keeps, as marks, what it was run by.
const (
	// Baselines are by what editions were run: a mark's source is the digest of a
	// [Baseline], which is evidence, and its position the edition. The latest of
	// an edition counts.
	Baselines = "baseline"
	// Doubles are the attempts whose opener left twice: a mark's source is the
	// attempt, its position the channel.
	Doubles = "twice"
	// Begun is how far each probe's rounds have begun: a mark's source is the probe, its
	// time that of the last tick, and its position how many there were.
	Begun = "plan"
	// Losses say for which editions, and their sources, it is not settled yet whether
	// the ledger was lost: until there is a later baseline.
	Losses = "loss"
	// Acceptances are the differences that a person has accepted: a mark's
	// source is the digest, its position what differed.
	Acceptances = "accepted"
	// Decisions are who decided, and why, on who takes part: a mark's source is the
	// digest of words, which are evidence, its position the decision's number. See
	// package participation.
	Decisions = "decisions"
	// FlowChecks are what looks at the ways through companies' pages came to: see [FlowCheck].
	FlowChecks = "flows"
	// FlowLooks are when these were last looked at, whatever came of it: a mark's source is as
	// that of a FlowCheck.
	FlowLooks = "flow looks"
)

// A Baseline is what an edition was last run by, as far as a season rests on it.
// It holds no name, address or secret, but digests of them, by which they are
// compared.
type Baseline struct {
	Edition   string        `json:"edition"`
	From      string        `json:"from"` // first and last day
	To        string        `json:"to"`
	Seed      string        `json:"seed"` // fingerprints
	Key       string        `json:"key"`
	Probes    []ProbeTerms  `json:"probes"`
	Companies []Participant `json:"companies"`
	// Terms are the further rules of the season. None: an earlier version kept none.
	Terms []edition.Term `json:"terms,omitempty"`
}

// ProbeTerms are what a probe promises, and how often it asks.
type ProbeTerms struct {
	Name     string `json:"name"`
	Channel  string `json:"channel"`
	Within   string `json:"within"`
	DayEnds  string `json:"day_ends"`
	Attempts int    `json:"attempts"`
}

// A Participant is a company, and digests of how it is named and reached.
type Participant struct {
	ID    string            `json:"id"`
	Class string            `json:"class"`
	Name  string            `json:"name"`
	Reach map[string]string `json:"reach"` // by channel
	// Places are digests of where it is reached however that is written, by channel: in
	// small letters, without what mail servers, phones and browsers pass over. None: an
	// earlier version kept none.
	Places map[string]string `json:"places,omitempty"`
}

// written returns where a company is reached as all that lead there are written alike.
func written(reach string) string {
	reach = strings.ToLower(strings.TrimSpace(reach))
	if local, domain, mail := strings.Cut(reach, "@"); mail && !strings.Contains(local, "/") && !strings.Contains(local, ":") {
		local, _, _ = strings.Cut(local, "+")
		return local + "@" + domain
	}
	reach = strings.TrimPrefix(strings.TrimPrefix(reach, "https://"), "http://")
	return strings.TrimRight(strings.NewReplacer(" ", "", "-", "", "(", "", ")", "", "\u00a0", "").Replace(reach), "/.")
}

// BaselineOf returns that of an edition.
func BaselineOf(ed *edition.Edition) Baseline {
	b := Baseline{
		Edition: ed.Name, From: ed.From.String(), To: ed.To.String(),
		Seed: fingerprint(ed.Seed, "seed"), Key: fingerprint(ed.Key, "key"), Terms: slices.Clone(ed.Terms),
	}
	for _, p := range ed.Probes {
		b.Probes = append(b.Probes, ProbeTerms{p.Name, p.Channel, p.Within.String(), p.Within.DayEnds.String(), max(p.Attempts, 1)})
	}
	for _, co := range ed.Companies {
		is := Participant{ID: co.ID, Class: co.Class, Name: short("name", co.Name), Reach: map[string]string{}, Places: map[string]string{}}
		for channel, reach := range co.Reach {
			if reach != "" {
				is.Reach[channel] = short("reach", channel, reach)
				is.Places[channel] = short("place", channel, written(reach))
			}
		}
		b.Companies = append(b.Companies, is)
	}
	slices.SortFunc(b.Probes, func(x, y ProbeTerms) int { return cmp.Compare(x.Name, y.Name) })
	slices.SortFunc(b.Companies, func(x, y Participant) int { return cmp.Compare(x.ID, y.ID) })
	return b
}

// fingerprint tells secrets apart without telling them: a word drawn from one.
func fingerprint(secret, purpose string) string {
	return plan.NewStream(secret, "fingerprint", purpose).Token(20)
}

// short returns a digest that tells some texts from others.
func short(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x1f")))
	return hex.EncodeToString(sum[:8])
}

// probe returns the terms of a probe.
func (b Baseline) probe(name string) (ProbeTerms, bool) {
	i := slices.IndexFunc(b.Probes, func(p ProbeTerms) bool { return p.Name == name })
	if i < 0 {
		return ProbeTerms{}, false
	}
	return b.Probes[i], true
}

// company returns a participant.
func (b Baseline) company(id string) (Participant, bool) {
	i := slices.IndexFunc(b.Companies, func(p Participant) bool { return p.ID == id })
	if i < 0 {
		return Participant{}, false
	}
	return b.Companies[i], true
}
