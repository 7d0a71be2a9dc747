package reading

import (
	"strings"
)

// UnknownCentre is the centre of an arrival that no rule knows.
const UnknownCentre = "unknown"

// A CentreRule says by what the arrivals of a centre are known. All fields that are set must
// hold; a rule with none of them never holds.
type CentreRule struct {
	// ID names the centre.
	ID string
	// From is a pattern of the sender's address, such as "*@centre.example".
	From string
	// Received is part of any host in the trace (RFC 5321 section 4.4).
	Received string
	// Signature is part of the text, signature and all; spelling is folded.
	Signature string
}

// Centre returns the ID of the first rule that holds for m, or UnknownCentre.
func Centre(m Message, rules []CentreRule) string {
	for _, rule := range rules {
		if rule.holds(m) {
			return rule.ID
		}
	}
	return UnknownCentre
}

// holds reports whether everything that the rule asks for is there.
func (r CentreRule) holds(m Message) bool {
	if r.From == "" && r.Received == "" && r.Signature == "" {
		return false
	}
	return (r.From == "" || globbed(r.From, m.From())) &&
		(r.Received == "" || m.cameThrough(r.Received)) &&
		(r.Signature == "" || m.signed(r.Signature))
}

// globbed matches an address against a pattern, without regard to case. A pattern without an
// @ is a domain and its subdomains.
func globbed(pattern, address string) bool {
	pattern = strings.ToLower(strings.TrimSpace(pattern))
	if !strings.Contains(pattern, "@") {
		domain := domainOf(address)
		return domain == pattern || strings.HasSuffix(domain, "."+pattern)
	}
	return glob(pattern, address)
}

// cameThrough reports whether host stands in any field of the trace.
func (m Message) cameThrough(host string) bool {
	host = strings.ToLower(host)
	for _, value := range m.header.all("Received") {
		if strings.Contains(strings.ToLower(value), host) {
			return true
		}
	}
	return false
}

// signed reports whether the sender's own part of the text holds words.
func (m Message) signed(signature string) bool {
	l := cut(m.text)
	return strings.Contains(" "+joined(words(l.own+"\n"+l.signature))+" ", " "+joined(words(signature))+" ")
}
