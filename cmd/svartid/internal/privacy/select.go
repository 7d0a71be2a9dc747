// Package privacy finds what a ledger holds of a company, of a person, or from before
// a day, so that it can be erased or handed over, and erases by age.
package privacy

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/calendar"
	"github.com/svartid/svartid/probes/edition"
	"github.com/svartid/svartid/probes/participation"
	"github.com/svartid/svartid/probes/reading/match"
	"github.com/svartid/svartid/probes/reading/message"
	"github.com/svartid/svartid/probes/report"
)

// Before selects the contacts that were over before an instant, and the arrivals of no
// contact that came before it. A contact is over once its deadline has passed and
// nothing has come for it since.
func Before(ctx context.Context, tx probes.Tx, at time.Time) (e probes.Erasure, err error) {
	e = probes.Erasure{Scope: "before " + at.UTC().Format(time.RFC3339), Evidence: true, Personal: true}
	found, err := tx.Find(ctx, probes.Query{DueBefore: at})
	if err != nil {
		return e, err
	}
	heard, err := tx.Arrivals(ctx, probes.ArrivalQuery{})
	if err != nil {
		return e, err
	}
	fresh := map[string]bool{}
	for _, h := range heard {
		switch {
		case !h.Arrival.Times.Arrived.Before(at):
			fresh[h.Contact] = true
		case h.Contact == "":
			e.Arrivals = append(e.Arrivals, keyOf(h))
		}
	}
	for _, c := range found {
		if c.Deadline.Before(at) && !fresh[c.ID] {
			e.Contacts = append(e.Contacts, c.ID)
		}
	}
	e.Decisions, err = decisions(ctx, tx, func(d participation.Statement) bool {
		return d.At.Before(at) && d.To.Before(calendar.DateOf(at.UTC()))
	})
	return e, err
}

// decisions returns the papers of what was said with decisions on who takes part, of
// those that are asked for.
func decisions(ctx context.Context, tx probes.Tx, asked func(participation.Statement) bool) (papers []string, err error) {
	all, err := participation.Statements(ctx, tx)
	for _, d := range all {
		if asked(d) {
			papers = append(papers, d.Paper)
		}
	}
	return papers, err
}

// keyOf returns the name of an arrival.
func keyOf(h probes.StoredArrival) probes.ArrivalKey {
	return probes.ArrivalKey{Channel: h.Channel, Key: h.Arrival.Key}
}

// OfCompany selects all contacts of a company, and the arrivals of no contact that
// came from its own mail domains: not from those that another company of the edition
// is reached at too.
func OfCompany(ctx context.Context, tx probes.Tx, ed *edition.Edition, company string) (e probes.Erasure, err error) {
	e = probes.Erasure{Scope: "company " + company, Evidence: true, Personal: true}
	found, err := tx.Find(ctx, probes.Query{Company: company})
	if err != nil {
		return e, err
	}
	for _, c := range found {
		e.Contacts = append(e.Contacts, c.ID)
	}
	heard, err := tx.Arrivals(ctx, probes.ArrivalQuery{})
	if err != nil {
		return e, err
	}
	domains := ownDomains(ed, company)
	for _, h := range heard {
		address := message.Normal(addressIn(h.From))
		if h.Contact == "" && slices.ContainsFunc(domains, func(d string) bool { return match.WrittenFrom(d, address) }) {
			e.Arrivals = append(e.Arrivals, keyOf(h))
		}
	}
	e.Decisions, err = decisions(ctx, tx, func(d participation.Statement) bool { return d.Company == company })
	return e, err
}

// addressIn returns the address in what a mail program shows of a sender.
func addressIn(from string) string {
	if _, inner, shown := strings.Cut(from, "<"); shown {
		from, _, _ = strings.Cut(inner, ">")
	}
	return strings.TrimSpace(from)
}

// ownDomains returns the mail domains that a company takes mail at, and no other one.
func ownDomains(ed *edition.Edition, company string) (own []string) {
	owners := map[string][]string{}
	for _, co := range ed.Companies {
		for _, channel := range co.Channels() {
			_, domain, mail := strings.Cut(message.Normal(co.Reach[channel]), "@")
			if mail && domain != "" && !slices.Contains(owners[domain], co.ID) {
				owners[domain] = append(owners[domain], co.ID)
			}
		}
	}
	for domain, by := range owners {
		if len(by) == 1 && by[0] == company {
			own = append(own, domain)
		}
	}
	slices.Sort(own)
	return own
}

// A Found is one thing that a ledger holds of a person.
type Found struct {
	Contact string `json:"contact,omitempty"` // empty: it belongs to none
	Company string `json:"company,omitempty"`
	Channel string `json:"channel"`
	Arrival string `json:"arrival,omitempty"` // its key; empty: the person is named by an event
	// Decision is the digest of what was said with a decision on who takes part that
	// names the person; empty: it is none.
	Decision string    `json:"decision,omitempty"`
	At       time.Time `json:"at"`
	From     string    `json:"from,omitempty"`
	Subject  string    `json:"subject,omitempty"`
	Text     string    `json:"text"`
}

// OfPerson finds what tells of a person by an address or a name: letters that they
// wrote or in which they are named, in the header or in the words, and events whose
// words name them. What is erased already is not found.
func OfPerson(ctx context.Context, tx probes.Tx, who string) (all []Found, err error) {
	p := personNamed(who)
	heard, err := tx.Arrivals(ctx, probes.ArrivalQuery{})
	if err != nil {
		return nil, err
	}
	for _, h := range heard {
		f, named, err := p.in(ctx, tx, h)
		if err != nil {
			return nil, fmt.Errorf("arrival %s: %w", h.Arrival.Key, err)
		}
		if named {
			all = append(all, f)
		}
	}
	contacts, err := tx.Find(ctx, probes.Query{})
	if err != nil {
		return nil, err
	}
	for _, c := range contacts {
		found, err := p.told(ctx, tx, c.ID)
		if err != nil {
			return nil, err
		}
		all = append(all, found...)
	}
	decided, err := p.decided(ctx, tx)
	return append(all, decided...), err
}

// Erasure returns what has to go so that none of it is left: all that the contacts
// hold in which the person was found.
func Erasure(found []Found) probes.Erasure {
	e := probes.Erasure{Scope: "a person", Evidence: true, Personal: true}
	for _, f := range found {
		key := probes.ArrivalKey{Channel: f.Channel, Key: f.Arrival}
		switch {
		case f.Decision != "":
			e.Decisions = append(e.Decisions, f.Decision)
		case f.Contact != "" && !slices.Contains(e.Contacts, f.Contact):
			e.Contacts = append(e.Contacts, f.Contact)
		case f.Contact == "" && !slices.Contains(e.Arrivals, key):
			e.Arrivals = append(e.Arrivals, key)
		}
	}
	return e
}

// A person is whom something may tell of, in lower case.
type person string

// personNamed returns the person of a name or an address.
func personNamed(who string) person {
	return person(plain(who))
}

// plain returns a text in lower case, with one space between words, and with one way of
// writing each letter (NFKC of Unicode): some programs write å as two.
func plain(text string) string {
	return strings.ToLower(strings.Join(strings.Fields(norm.NFKC.String(text)), " "))
}

// named reports whether a text names the person, as words of their own.
func (p person) named(text string) bool {
	text = plain(text)
	for from := 0; p != ""; {
		at := strings.Index(text[from:], string(p))
		if at < 0 {
			return false
		}
		begin, end := from+at, from+at+len(p)
		if !letterEnds(text[:begin]) && !letterBegins(text[end:]) {
			return true
		}
		from = end
	}
	return false
}

func letterEnds(s string) bool {
	all := []rune(s)
	return len(all) > 0 && (unicode.IsLetter(all[len(all)-1]) || unicode.IsDigit(all[len(all)-1]))
}

// letterBegins leaves the genitive aside: Lises letter is Lise's.
func letterBegins(s string) bool {
	s = strings.TrimPrefix(s, "s")
	for _, c := range s {
		return unicode.IsLetter(c) || unicode.IsDigit(c)
	}
	return false
}

// in looks for the person in an arrival.
func (p person) in(ctx context.Context, tx probes.Tx, h probes.StoredArrival) (f Found, named bool, err error) {
	f = Found{
		Contact: h.Contact, Company: h.Company, Channel: h.Channel, Arrival: h.Arrival.Key,
		At: h.Arrival.Times.Arrived, From: h.From, Subject: h.Subject,
	}
	came, err := report.Arrival{Evidence: h.Digest, Words: h.Words, Media: h.Arrival.Media}.Read(ctx, tx)
	if err != nil {
		return f, false, err
	}
	f.Text = came.Message.Text
	shown := append([]string{h.From, h.Subject, came.Message.Text, h.Arrival.Because}, h.Arrival.Names...)
	if h.Verdict != nil {
		shown = append(shown, h.Verdict.Reason, h.Verdict.By)
	}
	return f, slices.ContainsFunc(append(shown, textsIn(came.Raw)...), p.named), nil
}

// decided looks for the person in what was said with decisions on who takes part.
func (p person) decided(ctx context.Context, tx probes.Tx) (all []Found, err error) {
	decisions, err := participation.Statements(ctx, tx)
	for _, d := range decisions {
		if p.named(d.By) || p.named(d.Reason) {
			text := fmt.Sprintf("decision %d, %s: %s (%s)", d.Seq, d.Kind, d.Reason, d.By)
			all = append(all, Found{Company: d.Company, Decision: d.Paper, At: d.At, Text: text})
		}
	}
	return all, err
}

// Reads returns the accesses of a person to evidence. They are kept to account for
// them, and go by age alone.
func Reads(all []probes.Access, who string) (own []probes.Access) {
	p := personNamed(who)
	for _, a := range all {
		if p.named(a.Reader) {
			own = append(own, a)
		}
	}
	return own
}

// told looks for the person in the words of a contact's events.
func (p person) told(ctx context.Context, tx probes.Tx, contact string) (all []Found, err error) {
	c, history, err := tx.Story(ctx, contact)
	if err != nil {
		return nil, err
	}
	told, err := probes.Reveal(ctx, tx, history)
	if err != nil {
		return nil, err
	}
	for i, e := range told {
		if probes.Details(history[i]) != "" && p.named(string(e.Data)) {
			all = append(all, Found{
				Contact: c.ID, Company: c.Plan.Company, Channel: c.Plan.Channel, At: e.At, Text: string(e.Data),
			})
		}
	}
	return all, nil
}
