package email

import (
	"bytes"
	"cmp"
	"context"
	"crypto"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/emersion/go-msgauth/dmarc"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/email/internal/letter"
	"github.com/svartid/svartid/channels/email/internal/spf"
)

// A Finding is what was seen of a domain from outside.
type Finding struct {
	Level string // fault, warning or note
	Text  string
}

// A Resolver answers what the Domain Name System says. *net.Resolver is one.
type Resolver interface {
	LookupTXT(ctx context.Context, name string) ([]string, error)
}

// CheckDomains looks at what receivers of our mail look at: SPF (RFC 7208), DKIM
// (RFC 6376) and DMARC (RFC 7489) of each domain that a persona sends from. It
// asks r, or the configured resolver if r is nil. Where no answer comes the
// finding says that it was not checked.
func (c *Channel) CheckDomains(ctx context.Context, domains []string, r Resolver) []Finding {
	if r == nil {
		r = c.cfg.resolver()
	}
	var all []Finding
	for _, domain := range domains {
		look := domainCheck{ctx: ctx, resolver: r, domain: domain, sendsFrom: c.cfg.SendsFrom}
		look.spf()
		look.dkim(c.cfg.DKIM)
		look.dmarc(c.cfg.DKIM)
		all = append(all, look.findings...)
	}
	return all
}

// resolver returns the configured resolver, or the system's.
func (c Config) resolver() Resolver { return c.netResolver() }

func (c Config) netResolver() *net.Resolver {
	if c.Resolver == "" {
		return net.DefaultResolver
	}
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, network, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, network, c.Resolver)
	}}
}

// A domainCheck looks at one domain.
type domainCheck struct {
	ctx      context.Context
	resolver Resolver
	domain   string
	// sendsFrom are the addresses from which our mail is delivered.
	sendsFrom []string
	findings  []Finding
}

func (l *domainCheck) say(level, format string, args ...any) {
	l.findings = append(l.findings, Finding{Level: level, Text: l.domain + ": " + fmt.Sprintf(format, args...)})
}

// txt returns the records of a name that begin so. Not ok: no answer came, which
// is said.
func (l *domainCheck) txt(what, name, prefix string) (records []string, ok bool) {
	all, err := l.resolver.LookupTXT(l.ctx, name)
	var none *net.DNSError
	if errors.As(err, &none) && none.IsNotFound {
		return nil, true
	}
	if err != nil {
		l.say("note", "%s is not checked: %v", what, err)
		return nil, false
	}
	return slices.DeleteFunc(all, func(record string) bool {
		return !strings.HasPrefix(strings.ToLower(record), prefix)
	}), true
}

// spf looks for the one record that says who may send for the domain.
func (l *domainCheck) spf() {
	records, ok := l.txt("SPF", l.domain, "v=spf1")
	records = slices.DeleteFunc(records, func(record string) bool { return !spf.IsRecord(record) })
	switch {
	case !ok:
	case len(records) == 0:
		l.say("warning", "has no SPF record: what we send may be taken for spam")
	case len(records) > 1:
		l.say("fault", "has %d SPF records, and must have one (RFC 7208 section 4.5)", len(records))
	default:
		if broken := l.spfSays(); !broken {
			l.spfRecord(strings.Fields(strings.ToLower(records[0])))
		}
	}
}

// spfSays reads the record with all that it includes, and says what it makes of the
// addresses that we send from. A fault behind the term that lets all of them send
// is one that receivers of our mail do not come to.
func (l *domainCheck) spfSays() (broken bool) {
	record, err := spf.Load(l.ctx, l.resolver, l.domain)
	if err != nil {
		l.say("note", "SPF is not checked: %v", err)
		return true
	}
	level := "fault"
	if len(l.sendsFrom) > 0 {
		level = "warning"
	}
	for _, from := range l.sendsFrom {
		address, err := netip.ParseAddr(from)
		if err != nil {
			continue // which check tells
		}
		switch result, by := record.Of(address); result {
		case spf.Pass:
		case spf.PermError:
			level = "fault"
		case spf.Fail:
			l.say("fault", "says by SPF that %s must not send for it (%s): what we send may be refused", from, by)
		case spf.Undecided:
			l.say("note", "whether SPF lets %s send hangs on %s, which is not looked up", from, by)
		default:
			l.say("warning", "does not say by SPF that %s sends for it (%s by %s): what we send may be taken for spam", from, result, by)
		}
	}
	if err := record.Broken(); err != nil {
		l.say(level, "has an SPF record that receivers take for void (RFC 7208): %v", err)
		return true
	}
	return false
}

func (l *domainCheck) spfRecord(terms []string) {
	last := terms[len(terms)-1]
	switch {
	case slices.Contains(terms, "+all") || slices.Contains(terms, "all"):
		l.say("warning", "lets everybody send for it (SPF %s): receivers give it no credit", last)
	case len(terms) == 2 && last == "-all":
		l.say("fault", "says by SPF that it sends no mail")
	case !strings.HasSuffix(last, "all") && !strings.HasPrefix(last, "redirect="):
		l.say("warning", "has an SPF record without an end (%s): it forbids nothing", last)
	default:
		l.say("note", "has an SPF record")
	}
}

// dkim looks whether receivers find the key that we sign with.
func (l *domainCheck) dkim(d *DKIM) {
	if d == nil {
		l.say("note", "is not signed for by svartid; whether the provider signs is not known")
		return
	}
	name := d.Selector + "._domainkey." + d.Domain
	records, ok := l.txt("DKIM", name, "")
	if !ok {
		return
	}
	key, err := d.signer()
	if err != nil {
		l.say("fault", "dkim: %v", err)
		return
	}
	found := len(records)
	records = slices.DeleteFunc(records, func(record string) bool { return tag(record, "p") == "" })
	switch {
	case len(records) == 0:
		l.say("fault", "DKIM: %s holds no key: what we sign fails", name)
	case found > 1:
		l.say("fault", "DKIM: %s holds %d records, and must hold one (RFC 6376 section 3.6.2.2): what we sign may fail", name, found)
	case unfit(records[0], key.Public()) != "":
		l.say("fault", "DKIM: %s %s: what we sign fails", name, unfit(records[0], key.Public()))
	case !slices.ContainsFunc(records, func(record string) bool { return publishes(record, key.Public()) }):
		l.say("fault", "DKIM: %s holds another key than ours: what we sign fails", name)
	default:
		l.say("note", "DKIM: %s holds our key", name)
	}
}

// signer returns the private key that we sign with.
func (d *DKIM) signer() (crypto.Signer, error) {
	text, err := d.Key.Or(d.KeyFile).Reveal()
	if err != nil {
		return nil, err
	}
	return letter.ParseKey(text)
}

// tag returns the value of a tag of a record (RFC 6376 section 3.2).
func tag(record, name string) string {
	for part := range strings.SplitSeq(record, ";") {
		if key, value, _ := strings.Cut(part, "="); strings.TrimSpace(key) == name {
			return strings.Join(strings.Fields(value), "")
		}
	}
	return ""
}

// unfit says by which of its tags a record is for none of our signatures; empty if it
// is for them (RFC 6376 section 3.6.1, RFC 8463 section 4).
func unfit(record string, key crypto.PublicKey) string {
	kind := "rsa"
	if _, curve := key.(ed25519.PublicKey); curve {
		kind = "ed25519"
	}
	lists := func(name string, any ...string) bool {
		value := tag(record, name)
		return value == "" || slices.ContainsFunc(strings.Split(value, ":"), func(one string) bool { return slices.Contains(any, one) })
	}
	version := tag(record, "v")
	switch {
	case version != "" && version != "DKIM1":
		return "is of version " + version + ", and not of DKIM1"
	case cmp.Or(tag(record, "k"), "rsa") != kind:
		return "says that its key is of " + cmp.Or(tag(record, "k"), "rsa") + ", and ours is of " + kind
	case !lists("h", "sha256"):
		return "takes no signatures with sha256 (h=" + tag(record, "h") + ")"
	case !lists("s", "*", "email"):
		return "is not for mail (s=" + tag(record, "s") + ")"
	}
	return ""
}

// publishes reports whether a record holds a public key.
func publishes(record string, key crypto.PublicKey) bool {
	given, err := base64.StdEncoding.DecodeString(tag(record, "p"))
	if err != nil {
		return false
	}
	switch key := key.(type) {
	case ed25519.PublicKey:
		return bytes.Equal(given, key)
	case *rsa.PublicKey:
		der, err := x509.MarshalPKIXPublicKey(key)
		return err == nil && bytes.Equal(given, der) || bytes.Equal(given, x509.MarshalPKCS1PublicKey(key))
	}
	return false
}

// dmarc looks for what the domain asks receivers to do with mail that proves
// nothing, at the domain and then at those above it (RFC 7489 section 6.6.3; the
// list of public suffixes is not at hand, and a record there would be of no use).
func (l *domainCheck) dmarc(d *DKIM) {
	for at := l.domain; strings.Contains(at, "."); _, at, _ = strings.Cut(at, ".") {
		records, ok := l.txt("DMARC", "_dmarc."+at, "v=dmarc1")
		if !ok {
			return
		}
		if len(records) != 1 {
			continue
		}
		policy, err := dmarc.Parse(records[0])
		switch {
		case err != nil:
			l.say("fault", "has a DMARC record that cannot be read: %v", err)
		case policy.Policy != dmarc.PolicyNone && d != nil && !aligned(d.Domain, l.domain, policy.DKIMAlignment):
			l.say("warning", "asks by DMARC to %s what is not signed for it, and dkim.domain is %s", policy.Policy, d.Domain)
		default:
			l.say("note", "has a DMARC policy: %s", policy.Policy)
		}
		return
	}
	l.say("warning", "has no DMARC record: large receivers ask for one")
}

// aligned reports whether a signature of one domain counts for mail from
// another (RFC 7489 section 3.1.1).
func aligned(signer, from string, mode dmarc.AlignmentMode) bool {
	signer, from = strings.ToLower(signer), strings.ToLower(from)
	return signer == from || mode != dmarc.AlignmentStrict &&
		(strings.HasSuffix(from, "."+signer) || strings.HasSuffix(signer, "."+from))
}

var _ channels.Listed = (*Channel)(nil)

// Listings returns the configured block lists that have one of the addresses from
// which our mail is delivered. The error is of a list that gave no answer.
func (c *Channel) Listings(ctx context.Context) ([]string, error) {
	var listed []string
	var failed []error
	for _, zone := range c.cfg.Blocklists {
		on, err := c.listedIn(ctx, zone)
		if err != nil {
			failed = append(failed, fmt.Errorf("block list %s: %w", zone, err))
		} else if on {
			listed = append(listed, zone)
		}
	}
	return listed, errors.Join(failed...)
}

// listedIn reports whether a list has one of our addresses. An answer in
// 127.0.0.0/16 says that it has (RFC 5782 section 2.3); lists refuse to answer by
// others, such as those in 127.255.255.0/24.
func (c *Channel) listedIn(ctx context.Context, zone string) (bool, error) {
	says := netip.MustParsePrefix("127.0.0.0/16")
	for _, from := range c.cfg.SendsFrom {
		address, err := netip.ParseAddr(from)
		if err != nil {
			return false, err
		}
		answers, err := c.cfg.netResolver().LookupNetIP(ctx, "ip4", listName(address, zone))
		var no *net.DNSError
		switch {
		case errors.As(err, &no) && no.IsNotFound:
			continue
		case err != nil:
			return false, err
		case slices.ContainsFunc(answers, func(a netip.Addr) bool { return says.Contains(a.Unmap()) }):
			return true, nil
		}
		return false, fmt.Errorf("it answers %v, which is no listing", answers)
	}
	return false, nil
}

// listName returns the name under which a list keeps an address: its octets, or
// the nibbles of one of IPv6, backwards (RFC 5782 sections 2.1 and 2.4).
func listName(address netip.Addr, zone string) string {
	address = address.Unmap()
	var parts []string
	for _, octet := range address.AsSlice() {
		if address.Is4() {
			parts = append(parts, strconv.Itoa(int(octet)))
		} else {
			parts = append(parts, strconv.FormatInt(int64(octet>>4), 16), strconv.FormatInt(int64(octet&15), 16))
		}
	}
	slices.Reverse(parts)
	return strings.Join(parts, ".") + "." + strings.TrimSuffix(zone, ".") + "."
}
