// Package spf tells what a domain's SPF record (RFC 7208) says of an address that
// sends for it: by ip4, ip6, include, redirect and all. What a, mx, ptr, exists and
// macros match is not looked up.
package spf

import (
	"fmt"
	"net/netip"
	"regexp"
	"strings"
)

// A Result is what a record says of an address (RFC 7208 section 2.6), or Undecided
// where a mechanism could match that is not looked up.
type Result string

// The results. PermError is that receivers take the record for void.
const (
	Pass      Result = "pass"
	Fail      Result = "fail"
	SoftFail  Result = "softfail"
	Neutral   Result = "neutral"
	PermError Result = "permerror"
	Undecided Result = "undecided"
)

// A term is one mechanism of a record, or its redirect.
type term struct {
	text    string
	result  Result       // of what it matches
	prefix  netip.Prefix // of ip4 and ip6
	target  string       // the domain of include and redirect; empty = none, or not known
	record  *Record      // of the target
	all     bool
	lookup  bool // it has receivers ask, and counts
	replace bool // it is the redirect
}

// parse reads a record. The error says which term no receiver understands, which
// makes all of the record void (RFC 7208 section 4.6).
func parse(text string) (terms []term, err error) {
	var redirect []term
	seen := map[string]bool{}
	for _, field := range strings.Fields(text)[1:] {
		name, value, isModifier := strings.Cut(field, "=")
		if !isModifier || !regexp.MustCompile(`^[A-Za-z][A-Za-z0-9._-]*$`).MatchString(name) {
			t, err := mechanism(field)
			if err != nil {
				return nil, err
			}
			terms, seen["all"] = append(terms, t), seen["all"] || t.all
			continue
		}
		name = strings.ToLower(name)
		if name != "redirect" && name != "exp" {
			continue // modifiers that are not known are passed over (section 6)
		}
		if seen[name] || !isDomain(value) {
			return nil, fmt.Errorf("%q is given twice or is no domain", field)
		}
		if seen[name] = true; name == "redirect" {
			redirect = []term{{text: field, target: plain(value), lookup: true, replace: true}}
		}
	}
	if seen["all"] { // section 6.1
		return terms, nil
	}
	return append(terms, redirect...), nil
}

// mechanism reads one mechanism with its qualifier.
func mechanism(field string) (term, error) {
	t := term{text: field, result: Pass}
	rest := field
	if result, qualified := map[byte]Result{'+': Pass, '-': Fail, '~': SoftFail, '?': Neutral}[field[0]]; qualified {
		t.result, rest = result, field[1:]
	}
	end := strings.IndexAny(rest, ":/")
	if end < 0 {
		end = len(rest)
	}
	name, argument := strings.ToLower(rest[:end]), rest[end:]
	read, known := map[string]func(*term, string) bool{
		"all": readAll, "ip4": readIP4, "ip6": readIP6, "include": readInclude, "exists": readExists,
		"a": readHosts, "mx": readHosts, "ptr": readHosts,
	}[name]
	if !known {
		return t, fmt.Errorf("%q is no mechanism", field)
	}
	if !read(&t, argument) {
		return t, fmt.Errorf("%q cannot be read", field)
	}
	return t, nil
}

// What a mechanism's name is followed by, each by its rule of section 5. They report
// whether it is that.

func readAll(t *term, argument string) bool {
	t.all = true
	return argument == ""
}

func readIP4(t *term, argument string) (good bool) {
	t.prefix, good = network(argument)
	return good && t.prefix.Addr().Is4()
}

func readIP6(t *term, argument string) (good bool) {
	t.prefix, good = network(argument)
	return good && t.prefix.Addr().Is6()
}

func readInclude(t *term, argument string) bool {
	domain, colon := strings.CutPrefix(argument, ":")
	t.target, t.lookup = plain(domain), true
	return colon && isDomain(domain)
}

func readExists(t *term, argument string) bool {
	domain, colon := strings.CutPrefix(argument, ":")
	t.lookup = true
	return colon && isDomain(domain)
}

func readHosts(t *term, argument string) bool {
	t.lookup = true
	return regexp.MustCompile(`^(:[^:/\s]+)?(/\d{1,2})?(//\d{1,3})?$`).MatchString(argument)
}

// network reads a colon and an address, or a network.
func network(argument string) (netip.Prefix, bool) {
	s, colon := strings.CutPrefix(argument, ":")
	if !colon {
		return netip.Prefix{}, false
	}
	if prefix, err := netip.ParsePrefix(s); err == nil {
		return prefix, true
	}
	address, err := netip.ParseAddr(s)
	if err != nil || address.Zone() != "" {
		return netip.Prefix{}, false
	}
	return netip.PrefixFrom(address, address.BitLen()), true
}

// isDomain reports whether a text may be a domain, or a macro for one.
func isDomain(s string) bool {
	return strings.Contains(s, "%{") || regexp.MustCompile(`^([^\s./:@]+\.)+[^\s./:@]+\.?$`).MatchString(s)
}

// plain returns a domain as it is looked up; empty if it is a macro.
func plain(domain string) string {
	if strings.Contains(domain, "%") {
		return ""
	}
	return strings.ToLower(strings.TrimSuffix(domain, "."))
}
