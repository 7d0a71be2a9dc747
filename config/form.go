package config

import (
	"errors"
	"maps"
	"net"
	"net/mail"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/svartid/svartid/probes/calendar"
)

// longestID keeps ids fit for labels, file names and the local part of an
// address.
const longestID = 63

// formed says what is wrong with a text of a form, if anything. It does not
// quote what may hold a password.
func formed(s, form string) error {
	switch form {
	case "id":
		return formedID(s)
	case "email":
		return formedAddress(s)
	case "url":
		return formedURL(s)
	case "listen":
		return formedListen(s)
	case "host":
		return formedHost(s)
	case "network":
		return formedNetwork(s)
	case "country":
		if !slices.Contains(calendar.Countries(), s) {
			return errors.New(unknownWord(s, calendar.Countries()))
		}
	case "language":
		return formedLanguage(s)
	}
	return nil
}

// formedID wants what can be a label, a file's name and part of a URL as it is.
func formedID(s string) error {
	const letters = "abcdefghijklmnopqrstuvwxyz0123456789-"
	if strings.Trim(s, letters) != "" || s == "" || s[0] == '-' || len(s) > longestID {
		return errors.New(strconv.Quote(s) + " is no id; want a-z, 0-9 and -, at most 63, and no - in front")
	}
	return nil
}

// formedAddress wants a bare address (RFC 5322 addr-spec).
func formedAddress(s string) error {
	a, err := mail.ParseAddress(s)
	if err != nil || a.Address != s || strings.ContainsAny(s, " \"") {
		return errors.New(strconv.Quote(s) + " is no address; want one such as kari@example.no")
	}
	return nil
}

// formedURL wants https, or http that stays on this machine.
func formedURL(s string) error {
	u, err := url.Parse(s)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http":
		return errors.New("is no URL; want one such as https://example.no")
	case u.User != nil:
		return errors.New("holds a user name or a password; these have keys of their own")
	case u.RawQuery != "" || u.Fragment != "" || strings.HasSuffix(s, "?"):
		return errors.New("must end with the path, without ? and #")
	case u.Scheme == "http" && !loopback(u.Hostname()):
		return errors.New("must begin with https:// (http:// only to loopback)")
	}
	return nil
}

// formedListen wants a host, which may be empty for all of them, and a port,
// which may be 0 for any.
func formedListen(s string) error {
	host, port, err := net.SplitHostPort(s)
	number, portErr := strconv.ParseUint(port, 10, 16)
	if err != nil || portErr != nil || strings.ContainsAny(host, " /") || number > 65535 {
		return errors.New(strconv.Quote(s) + " is nothing to listen on; want host:port, as 127.0.0.1:9724")
	}
	return nil
}

// formedHost wants a name or an address by which a listener is asked for, with a
// port or without.
func formedHost(s string) error {
	host, port, err := net.SplitHostPort(s)
	if err != nil {
		host, port = strings.Trim(s, "[]"), "1"
	}
	number, err := strconv.ParseUint(port, 10, 16)
	_, notIP := netip.ParseAddr(host)
	if err != nil || number == 0 || host == "" || notIP != nil && strings.ContainsAny(host, " /:*@?#[]") {
		return errors.New(strconv.Quote(s) + " is no host; want a name as board.example.no, with a port where it is not the usual one")
	}
	return nil
}

// formedNetwork wants an address, or a network as CIDR writes it.
func formedNetwork(s string) error {
	_, err := netip.ParseAddr(s)
	if _, netErr := netip.ParsePrefix(s); err != nil && netErr != nil {
		return errors.New(strconv.Quote(s) + " is neither an address nor a network; want 192.0.2.7 or 192.0.2.0/28")
	}
	return nil
}

// formedLanguage wants the beginning of a tag of BCP 47: nb, sv, fi-FI.
func formedLanguage(s string) error {
	first, _, _ := strings.Cut(s, "-")
	if len(first) < 2 || len(first) > 3 || strings.Trim(first, "abcdefghijklmnopqrstuvwxyz") != "" {
		return errors.New(strconv.Quote(s) + " is no language; want a code such as nb, sv, da, fi or en")
	}
	return nil
}

// loopback reports whether a host is this machine.
func loopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.IsLoopback()
}

// suggestion ends a sentence about an unknown word with the known one that it
// was probably meant to be, if there is one.
func suggestion(word string, known []string) string {
	best, least := "", max(1, min(2, len(word)/3))+1
	for _, k := range known {
		if n := distance(strings.ToLower(word), k); n < least {
			best, least = k, n
		}
	}
	if best == "" || len(word) > longestID {
		return ""
	}
	return "; did you mean " + best + "?"
}

// unknownWord says that a word is none of those allowed.
func unknownWord(word string, known []string) string {
	return strconv.Quote(word) + " is not known; want " + list(known) + suggestion(word, known)
}

// list joins words as a, b or c.
func list(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " or " + words[last]
}

// distance counts the letters to insert, drop, change or swap with the next to
// make b of a (optimal string alignment). Words that differ much in length
// are far apart without counting.
func distance(a, b string) int {
	if d := len(a) - len(b); d > 2 || d < -2 {
		return 3
	}
	before, row := make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		next := make([]int, len(b)+1)
		next[0] = i + 1
		for j := range len(b) {
			change := row[j]
			if a[i] != b[j] {
				change++
			}
			next[j+1] = min(row[j+1]+1, next[j]+1, change)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				next[j+1] = min(next[j+1], before[j-1]+1)
			}
		}
		before, row = row, next
	}
	return row[len(b)]
}

// names returns the keys of a map, in order.
func names[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
