package reading

import (
	"strings"
)

// A Rule says how an arrival was tied to an attempt, in falling strength.
type Rule string

// The rules by which an arrival may be matched.
const (
	// ByCopy is the opener itself, come back as our own blind copy.
	ByCopy Rule = "copy"
	// ByAddress is the unique address that the attempt was sent from.
	ByAddress Rule = "address"
	// ByThread is our Message-ID in a threading header.
	ByThread Rule = "thread"
	// ByReport is what a delivery report returns of ours (RFC 3464).
	ByReport Rule = "report"
	// ByReference is our address or Message-ID within the quoted text.
	ByReference Rule = "reference"
	// ByGuess is the sender's domain and the subject: for a person, never automatic.
	ByGuess Rule = "guess"
)

// maxClues is more than real mail has and keeps a hostile one cheap.
const maxClues = 120

// A Clue names the attempt that an arrival may belong to.
type Clue struct {
	Rule Rule `json:"rule"`
	// Key is an address in the form of [Normal], an id without brackets, or for ByGuess the
	// sender's domain, a space and the subject without its prefixes in lower case.
	Key string `json:"key"`
}

// Clues returns what m says about the attempt it belongs to, strongest first, without
// repetition. It knows nothing about which attempts there are.
func (m Message) Clues() []Clue {
	var c clues
	c.add(ByCopy, m.ID())
	for _, name := range []string{"Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To", "X-Forwarded-For", "X-Forwarded-To", "X-RCPT-TO"} {
		c.addAddresses(ByAddress, m.header.all(name))
	}
	c.addAddresses(ByAddress, m.receivedFor())
	for _, name := range []string{"To", "Cc", "Resent-To"} {
		c.addAddresses(ByAddress, m.header.all(name))
	}
	for _, name := range []string{"In-Reply-To", "References", "X-MS-Exchange-Parent-Message-Id", "Thread-Parent-Id"} {
		for _, value := range m.header.all(name) {
			c.addIDs(ByThread, value)
		}
	}
	m.reportClues(&c)
	m.quotedClues(&c)
	if domain := domainOf(m.From()); domain != "" {
		c.add(ByGuess, domain+" "+strings.ToLower(bareSubject(m.Subject())))
	}
	return c.list
}

// reportClues adds what a delivery report gives back.
func (m Message) reportClues(c *clues) {
	c.add(ByReport, m.report.envelope)
	for _, name := range []string{"Message-Id", "Resent-Message-Id", "References"} {
		for _, value := range m.returned.all(name) {
			c.addIDs(ByReport, value)
		}
	}
	for _, name := range []string{"Return-Path", "From", "Sender"} {
		c.addAddresses(ByReport, m.returned.all(name))
	}
	for _, recipient := range m.report.recipients {
		c.add(ByReport, recipient)
	}
	c.addAddresses(ByReport, m.header.all("X-Failed-Recipients"))
}

// quotedClues adds addresses and ids that stand in the text itself: old mail servers return
// the header there, and mail programs name the person they quote.
func (m Message) quotedClues(c *clues) {
	text := m.text[:min(len(m.text), 64<<10)]
	for line := range strings.Lines(text) {
		if !strings.Contains(line, "@") {
			continue
		}
		c.addIDs(ByReference, line)
		c.addAddresses(ByReference, []string{line})
	}
}

// receivedFor returns the addresses in the "for" clauses of the trace (RFC 5321 section 4.4).
func (m Message) receivedFor() []string {
	var found []string
	for _, value := range m.header.all("Received") {
		_, after, ok := strings.Cut(value, " for ")
		if !ok {
			continue
		}
		if first := addresses(after); len(first) > 0 {
			found = append(found, first[0])
		}
	}
	return found
}

// clues gathers clues once each.
type clues struct {
	list []Clue
	seen map[Clue]bool
}

func (c *clues) add(rule Rule, key string) {
	clue := Clue{rule, oneLine(strings.ToValidUTF8(key, ""))}
	if clue.Key == "" || c.seen[clue] || len(c.list) >= maxClues {
		return
	}
	if c.seen == nil {
		c.seen = map[Clue]bool{}
	}
	c.seen[clue] = true
	c.list = append(c.list, clue)
}

func (c *clues) addAddresses(rule Rule, values []string) {
	for _, value := range values {
		for _, address := range addresses(value) {
			c.add(rule, address)
		}
	}
}

// addIDs adds the bracketed ids of value, or its bare words where nothing has brackets.
func (c *clues) addIDs(rule Rule, value string) {
	ids := messageIDs(value)
	if len(ids) == 0 && rule == ByThread {
		ids = strings.Fields(value)
	}
	for _, id := range ids {
		c.add(rule, id)
	}
}

// domainOf returns what stands after the @ of a bare address.
func domainOf(address string) string {
	return address[strings.LastIndexByte(address, '@')+1:]
}
