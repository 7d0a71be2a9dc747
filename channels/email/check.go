package email

import (
	"fmt"
	"net"
	"net/mail"
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/emersion/go-msgauth/dmarc"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/email/internal/letter"
	"github.com/svartid/svartid/channels/email/internal/marks"
)

// A Reach is the address that a company takes mail at.
type Reach struct {
	Address string `yaml:"address,short"`
}

// String returns the address.
func (r Reach) String() string { return r.Address }

// Check returns what is wrong with the address.
func (r Reach) Check() []channels.Fault {
	faults := checkAddress("address", r.Address)
	if len(faults) > 0 {
		return faults
	}
	if _, err := letter.OnTheWire(r.Address); err != nil {
		return []channels.Fault{{Key: "address", Text: err.Error()}}
	}
	return nil
}

// Doubts returns what may keep mail from the address although nothing is wrong
// with it.
func (r Reach) Doubts() []channels.Fault {
	local, _, _ := strings.Cut(r.Address, "@")
	if letter.IsASCII(local) {
		return nil
	}
	return []channels.Fault{{
		Key:  "address",
		Text: fmt.Sprintf("%q is reached only if every server on the way offers SMTPUTF8, ours first", r.Address),
	}}
}

// Check returns what is wrong with the mailbox pair, each fault with its key
// below the channel.
func (c Config) Check() []channels.Fault {
	faults := append(suits(c.OAuth2, c.SMTP, "smtp"), suits(c.OAuth2, c.IMAP.Server, "imap")...)
	faults = append(faults, c.IMAP.check("imap", c.OAuth2)...)
	faults = append(faults, checkOAuth2(c.OAuth2, "oauth2")...)
	if c.Canary != nil {
		faults = append(faults, c.checkCanary()...)
	}
	faults = append(faults, c.checkCopies()...)
	if c.DKIM != nil {
		faults = append(faults, c.DKIM.check("dkim")...)
	}
	if host, port, err := net.SplitHostPort(c.Resolver); c.Resolver != "" && (err != nil || !isHost(host) || port == "") {
		faults = append(faults, channels.Fault{Key: "resolver", Text: fmt.Sprintf("%q is no host:port", c.Resolver)})
	}
	return append(faults, c.checkHosts()...)
}

// Doubts returns which servers are probably connected to in the wrong mode: at the
// port of one, by the way of the other, each waits for the other to speak.
func (c Config) Doubts() (faults []channels.Fault) {
	doubt := func(key string, s Server) {
		if text := s.doubt(); text != "" {
			faults = append(faults, channels.Fault{Key: key + ".tls", Text: text})
		}
	}
	doubt("smtp", c.SMTP)
	doubt("imap", c.IMAP.Server)
	if c.Canary != nil {
		doubt("canary.imap", c.Canary.IMAP.Server)
	}
	return faults
}

// doubt says why a server is probably connected to in the wrong mode, by its port; ""
// if it is not (RFC 8314, section 7).
func (s Server) doubt() string {
	switch {
	case s.TLS == StartTLS && (s.Port == portImplicit || s.Port == portIMAPS):
		return fmt.Sprintf("is starttls, and port %d is that of TLS from the start: probably implicit", s.Port)
	case s.TLS == Implicit && slices.Contains([]int{25, 110, portIMAP, portSubmission}, s.Port):
		return fmt.Sprintf("is implicit, and port %d is that of servers which begin without TLS: probably starttls", s.Port)
	}
	return ""
}

// Marks returns the marks by which a company could know letters that say what the
// openings do, each in a sentence: forms that people's letters do not have so often,
// and words that most of them have in common. An opening that cannot be written is
// left out. The letters bear the given date.
func Marks(openings []channels.Opening, date time.Time) (all []string) {
	var messages [][]byte
	for _, o := range openings {
		o, err := letter.Prepare(o)
		if err != nil {
			continue
		}
		if l, err := letter.Compose(o, date); err == nil {
			messages = append(messages, l.Message)
		}
	}
	for _, l := range marks.Leaning(messages) {
		all = append(all, l.String())
	}
	return all
}

// checkCopies returns what is wrong with what is said of our own copies.
func (c Config) checkCopies() []channels.Fault {
	switch {
	case c.Copies != "" && c.Copies != CopiesNone:
		return []channels.Fault{{
			Key: "copies", Text: fmt.Sprintf("%q is not known; want none, or nothing where copies come home", string(c.Copies)),
		}}
	case c.Copies == CopiesNone && c.Canary == nil:
		return []channels.Fault{{Key: "copies", Text: "none needs a canary: without copies it alone shows that we hear"}}
	}
	return nil
}

// checkHosts returns which of the hosts that are trusted are none.
func (c Config) checkHosts() (faults []channels.Fault) {
	for i, hop := range c.TrustedHops {
		if !isHost(hop) {
			faults = append(faults, channels.Fault{
				Key: fmt.Sprintf("trusted_hops[%d]", i), Text: fmt.Sprintf("%q is no host name", hop),
			})
		}
	}
	for i, from := range c.ReportsFrom {
		if _, err := netip.ParsePrefix(from); err != nil && !isHost(from) {
			faults = append(faults, channels.Fault{
				Key: fmt.Sprintf("reports_from[%d]", i), Text: fmt.Sprintf("%q is no host name, address or network", from),
			})
		}
	}
	return append(faults, c.checkLists()...)
}

// checkLists returns what is wrong with the block lists and what they are asked.
func (c Config) checkLists() (faults []channels.Fault) {
	for i, zone := range c.Blocklists {
		if !isHost(zone) {
			faults = append(faults, channels.Fault{Key: fmt.Sprintf("blocklists[%d]", i), Text: fmt.Sprintf("%q is no host name", zone)})
		}
	}
	for i, from := range c.SendsFrom {
		if _, err := netip.ParseAddr(from); err != nil {
			faults = append(faults, channels.Fault{Key: fmt.Sprintf("sends_from[%d]", i), Text: fmt.Sprintf("%q is no IP address", from)})
		}
	}
	if len(c.Blocklists) > 0 && len(c.SendsFrom) == 0 {
		faults = append(faults, channels.Fault{Key: "sends_from", Text: "is missing: block lists are asked about the addresses from which our mail is delivered"})
	}
	return faults
}

// checkCanary returns what is wrong with the second mailbox. One that is also
// the first would be found whether or not mail goes anywhere else.
func (c Config) checkCanary() []channels.Fault {
	faults := append(checkAddress("canary.address", c.Canary.Address), suits(c.Canary.OAuth2, c.Canary.IMAP.Server, "canary.imap")...)
	faults = append(faults, c.Canary.IMAP.check("canary.imap", c.Canary.OAuth2)...)
	faults = append(faults, checkOAuth2(c.Canary.OAuth2, "canary.oauth2")...)
	second := c.Canary.IMAP
	if second.Host != "" && second.Host == c.IMAP.Host && second.Port == c.IMAP.Port && second.Username == c.IMAP.Username {
		faults = append(faults, channels.Fault{Key: "canary.imap", Text: "is the mailbox that we listen to; want a second one"})
	}
	if i := slices.Index(c.IMAP.Folders, channels.CanarySource); i >= 0 {
		faults = append(faults, channels.Fault{
			Key: fmt.Sprintf("imap.folders[%d]", i), Text: "canary is what the canary itself is called; want another name",
		})
	}
	return faults
}

func (s Server) check(key string) []channels.Fault {
	var faults []channels.Fault
	fault := func(name, text string) {
		faults = append(faults, channels.Fault{Key: key + "." + name, Text: text})
	}
	switch {
	case s.Host == "":
		fault("host", "is missing")
	case !isHost(s.Host):
		fault("host", "is no host name; port, user name and password have keys of their own")
	}
	if s.Port < 0 || s.Port > 65535 {
		fault("port", fmt.Sprintf("%d is no port; want 1 to 65535", s.Port))
	}
	if text := s.protection(); text != "" {
		fault("tls", text)
	}
	secret := !s.Password.IsZero() || s.PasswordFile != ""
	switch {
	case s.Username != "" && !secret:
		fault("password", "is missing: a user name is given")
	case s.Username == "" && secret:
		fault("username", "is missing: a password is given")
	}
	return faults
}

// protection says what is wrong with the server's tls, if anything.
func (s Server) protection() string {
	switch s.TLS {
	case Implicit, StartTLS:
		return ""
	case None:
		if s.Host == "" || isLoopback(s.Host) {
			return ""
		}
		return "none is for loopback alone; want implicit or starttls"
	case "":
		return "is missing; want implicit or starttls (none for loopback alone)"
	}
	return fmt.Sprintf("%q is not known; want implicit or starttls (none for loopback alone)", string(s.TLS))
}

func (m Mailbox) check(key string, tokens *OAuth2) []channels.Fault {
	var faults []channels.Fault
	if m.Username == "" && (tokens != nil || m.Password.IsZero() && m.PasswordFile == "") {
		faults = append(faults, channels.Fault{Key: key + ".username", Text: "is missing: a mailbox has an owner"})
	}
	seen := map[string]bool{}
	for i, folder := range m.Folders {
		if seen[folder] {
			faults = append(faults, channels.Fault{
				Key: fmt.Sprintf("%s.folders[%d]", key, i), Text: fmt.Sprintf("%q is given twice", folder),
			})
		}
		seen[folder] = true
	}
	return faults
}

func (d DKIM) check(key string) []channels.Fault {
	var faults []channels.Fault
	if !isHost(d.Domain) || !strings.Contains(d.Domain, ".") {
		faults = append(faults, channels.Fault{Key: key + ".domain", Text: "is missing or no domain"})
	}
	if !isSelector(d.Selector) || len(d.Selector)+len(d.Domain) > 253-len("._domainkey.") {
		faults = append(faults, channels.Fault{Key: key + ".selector", Text: "is missing or no selector; want a name such as s1 or mail.2"})
	}
	if d.Key.IsZero() && d.KeyFile == "" {
		return append(faults, channels.Fault{Key: key + ".key", Text: "is missing; want key or key_file"})
	}
	if text, err := d.Key.Reveal(); err == nil && d.KeyFile == "" {
		if err := CheckKey(text); err != nil {
			faults = append(faults, channels.Fault{Key: key + ".key", Text: err.Error()})
		}
	}
	return faults
}

// CheckKey returns an error that says why letters cannot be signed with the private
// key of a text, such as a key_file's.
func CheckKey(text string) error {
	_, err := letter.ParseKey(text)
	return err
}

// Covers reports whether a signature counts for letters from a domain: it is of that
// domain, of one above it or of one below (RFC 7489 section 3.1.1, relaxed).
func (d DKIM) Covers(domain string) bool { return aligned(d.Domain, domain, dmarc.AlignmentRelaxed) }

func checkAddress(key, address string) []channels.Fault {
	a, err := mail.ParseAddress(address)
	if err == nil && a.Address == address && !strings.ContainsAny(address, " \"\r\n") {
		return nil
	}
	return []channels.Fault{{Key: key, Text: fmt.Sprintf("%q is no address; want one such as post@example.no", address)}}
}

// isHost reports whether s may be a host's name or address.
func isHost(s string) bool {
	if _, err := netip.ParseAddr(s); err == nil {
		return true
	}
	return s != "" && len(s) < 254 && !strings.ContainsAny(s, " \t\r\n/:@[]")
}

// isSelector reports whether s is of a host name's labels (RFC 6376 section 3.1).
func isSelector(s string) bool {
	label := regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?$`)
	return !slices.ContainsFunc(strings.Split(s, "."), func(s string) bool { return !label.MatchString(s) })
}

// isLoopback reports whether a host is this machine.
func isLoopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.IsLoopback()
}
