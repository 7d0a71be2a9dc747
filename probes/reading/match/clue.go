package match

import (
	"slices"
	"strings"

	"github.com/svartid/svartid/probes/reading/message"
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
func Clues(m message.Message) []Clue {
	var c clues
	if !answersItself(m) {
		c.add(ByCopy, m.ID())
	}
	for _, name := range []string{"Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To", "X-Forwarded-For", "X-Forwarded-To", "X-RCPT-TO"} {
		c.addAddresses(ByAddress, m.Header.All(name))
	}
	c.addAddresses(ByAddress, receivedFor(m))
	for _, name := range []string{"To", "Cc", "Resent-To"} {
		c.addAddresses(ByAddress, m.Header.All(name))
	}
	for _, name := range []string{"In-Reply-To", "References", "X-MS-Exchange-Parent-Message-Id", "Thread-Parent-Id"} {
		for _, value := range m.Header.All(name) {
			c.addIDs(ByThread, value)
		}
	}
	c.addReport(m)
	c.addQuoted(m)
	if domain := message.DomainOf(m.From()); domain != "" {
		c.add(ByGuess, domain+" "+strings.ToLower(message.BareSubject(m.Subject())))
	}
	return c.list
}

// answersItself reports whether a letter names its own id as what it answers: no
// opener does. It is an answer that a gateway has given the id of the letter it answers.
func answersItself(m message.Message) bool {
	for _, name := range []string{"In-Reply-To", "References"} {
		for _, value := range m.Header.All(name) {
			if m.ID() != "" && slices.ContainsFunc(message.MessageIDs(value), func(id string) bool { return message.Same(id, m.ID()) }) {
				return true
			}
		}
	}
	return false
}

// addReport adds what a delivery report gives back.
func (c *clues) addReport(m message.Message) {
	c.add(ByReport, m.Report.Envelope)
	for _, name := range []string{"Message-Id", "Resent-Message-Id", "References"} {
		for _, value := range m.Returned.All(name) {
			c.addIDs(ByReport, value)
		}
	}
	for _, name := range []string{"Return-Path", "From", "Sender"} {
		c.addAddresses(ByReport, m.Returned.All(name))
	}
	for _, recipient := range m.Report.Recipients {
		c.add(ByReport, recipient)
	}
	c.addAddresses(ByReport, m.Header.All("X-Failed-Recipients"))
}

// addQuoted adds addresses and ids that stand in the text itself: old mail servers return
// the header there, and mail programs name the person they quote.
func (c *clues) addQuoted(m message.Message) {
	text := m.Text[:min(len(m.Text), 64<<10)]
	for line := range strings.Lines(text) {
		if !strings.Contains(line, "@") {
			continue
		}
		c.addIDs(ByReference, line)
		c.addAddresses(ByReference, []string{line})
	}
}

// receivedFor returns the addresses in the "for" clauses of the trace (RFC 5321 section 4.4).
func receivedFor(m message.Message) []string {
	var found []string
	for _, value := range m.Header.All("Received") {
		_, after, ok := strings.Cut(value, " for ")
		if !ok {
			continue
		}
		if first := message.Addresses(after); len(first) > 0 {
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
	clue := Clue{rule, message.OneLine(strings.ToValidUTF8(key, ""))}
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
		for _, address := range message.Addresses(value) {
			c.add(rule, address)
		}
	}
}

// addIDs adds the bracketed ids of value, or its bare words where nothing has brackets.
func (c *clues) addIDs(rule Rule, value string) {
	ids := message.MessageIDs(value)
	if len(ids) == 0 && rule == ByThread {
		ids = strings.Fields(value)
	}
	for _, id := range ids {
		c.add(rule, id)
	}
}

// Recipients returns the addresses that m was for, each once: those of its
// trace and its envelope, and those that it names itself.
func Recipients(m message.Message) []string {
	var all []string
	for _, clue := range Clues(m) {
		if clue.Rule == ByAddress {
			all = append(all, clue.Key)
		}
	}
	return all
}
