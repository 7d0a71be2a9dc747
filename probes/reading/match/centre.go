package match

import (
	"strings"

	"github.com/svartid/svartid/probes/reading/lexicon"
	"github.com/svartid/svartid/probes/reading/message"
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
func Centre(m message.Message, rules []CentreRule) string {
	for _, rule := range rules {
		if rule.holds(m) {
			return rule.ID
		}
	}
	return UnknownCentre
}

// holds reports whether everything that the rule asks for is there.
func (r CentreRule) holds(m message.Message) bool {
	if r.From == "" && r.Received == "" && r.Signature == "" {
		return false
	}
	return (r.From == "" || globbed(r.From, m.From())) &&
		(r.Received == "" || cameThrough(m, r.Received)) &&
		(r.Signature == "" || signed(m, r.Signature))
}

// globbed matches an address against a pattern, without regard to case. A pattern without an
// @ is a domain and its subdomains.
func globbed(pattern, address string) bool {
	pattern = strings.ToLower(strings.TrimSpace(pattern))
	if pattern == "" {
		return false
	}
	if !strings.Contains(pattern, "@") {
		domain := message.DomainOf(address)
		return domain == pattern || strings.HasSuffix(domain, "."+pattern)
	}
	return glob(pattern, address)
}

// cameThrough reports whether host stands in any field of the trace, by whole labels: neither
// within another name nor as the domain of whom the message was for.
func cameThrough(m message.Message, host string) bool {
	host = strings.ToLower(strings.TrimSpace(host))
	for _, value := range m.Header.All("Received") {
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
func signed(m message.Message, signature string) bool {
	l, wanted := m.Letter(), lexicon.Words(signature)
	written := lexicon.Words(l.Own + "\n" + l.Signature)
	return len(wanted) > 0 && strings.Contains(" "+lexicon.Joined(written)+" ", " "+lexicon.Joined(wanted)+" ")
}

// WrittenFrom reports whether an address is one that a pattern of
// [CentreRule.From] stands for. A pattern without an @ is a domain, with those
// below it.
func WrittenFrom(pattern, address string) bool {
	return address != "" && globbed(pattern, message.Normal(address))
}
