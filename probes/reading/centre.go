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
	if pattern == "" {
		return false
	}
	if !strings.Contains(pattern, "@") {
		domain := domainOf(address)
		return domain == pattern || strings.HasSuffix(domain, "."+pattern)
	}
	return glob(pattern, address)
}

// cameThrough reports whether host stands in any field of the trace, by whole labels: neither
// within another name nor as the domain of whom the message was for.
func (m Message) cameThrough(host string) bool {
	host = strings.ToLower(strings.TrimSpace(host))
	for _, value := range m.header.all("Received") {
		if host != "" && names(strings.ToLower(value), host) {
			return true
		}
	}
	return false
}

// names reports whether host stands in trace between characters that no label or mailbox has. A
// host that begins with a full stop stands for all below it.
func names(trace, host string) bool {
	for from := 0; ; {
		i := strings.Index(trace[from:], host)
		if i < 0 {
			return false
		}
		at := from + i
		if (host[0] == '.' || !inLabel(trace, at-1)) && !inLabel(trace, at+len(host)) {
			return true
		}
		from = at + 1
	}
}

// inLabel reports whether the character at a place is one of a label or a mailbox.
func inLabel(s string, at int) bool {
	return at >= 0 && at < len(s) && (s[at] == '-' || s[at] == '@' || s[at] >= '0' && s[at] <= '9' || s[at] >= 'a' && s[at] <= 'z')
}

// signed reports whether the sender's own part of the text holds words.
func (m Message) signed(signature string) bool {
	l, wanted := cut(m.text), words(signature)
	return len(wanted) > 0 && strings.Contains(" "+joined(words(l.own+"\n"+l.signature))+" ", " "+joined(wanted)+" ")
}

// WrittenFrom reports whether an address is one that a pattern of
// [CentreRule.From] stands for. A pattern without an @ is a domain, with those
// below it.
func WrittenFrom(pattern, address string) bool {
	return address != "" && globbed(pattern, Normal(address))
}
