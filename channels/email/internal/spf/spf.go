package spf

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"
)

// A Resolver answers what texts a name has. *net.Resolver is one.
type Resolver interface {
	LookupTXT(ctx context.Context, name string) ([]string, error)
}

// A Record is a domain's, with those that it includes.
type Record struct {
	terms  []term
	broken error // why receivers take it for void
}

// mostLookups is how many terms may have a receiver ask (RFC 7208 section 4.6.4).
const mostLookups = 10

// Load asks for a domain's record and for all that it includes. The error is one of
// the resolver's; what is wrong with records is told by Broken and Of.
func Load(ctx context.Context, r Resolver, domain string) (*Record, error) {
	l := loader{ctx: ctx, resolver: r}
	return l.load([]string{strings.ToLower(domain)})
}

// A loader counts what a receiver would ask.
type loader struct {
	ctx      context.Context
	resolver Resolver
	lookups  int
}

// load loads the record of the last domain of a path of includes.
func (l *loader) load(path []string) (*Record, error) {
	domain := path[len(path)-1]
	if slices.Contains(path[:len(path)-1], domain) {
		return &Record{broken: fmt.Errorf("includes itself: %s", strings.Join(path, " > "))}, nil
	}
	texts, err := l.resolver.LookupTXT(l.ctx, domain)
	var none *net.DNSError
	if err != nil && (!errors.As(err, &none) || !none.IsNotFound) {
		return nil, err
	}
	texts = slices.DeleteFunc(slices.Clone(texts), func(text string) bool { return !IsRecord(text) })
	if len(texts) != 1 {
		return &Record{broken: fmt.Errorf("%s has %d SPF records, and must have one", domain, len(texts))}, nil
	}
	terms, err := parse(texts[0])
	if err != nil {
		return &Record{broken: fmt.Errorf("in the record of %s, %w", domain, err)}, nil
	}
	for i := range terms {
		if err := l.follow(&terms[i], path); err != nil {
			return nil, err
		}
	}
	return &Record{terms: terms}, nil
}

// follow counts a term, and loads what it names.
func (l *loader) follow(t *term, path []string) (err error) {
	if !t.lookup {
		return nil
	}
	if l.lookups++; l.lookups > mostLookups {
		t.record = &Record{broken: fmt.Errorf("more than %d terms have receivers ask; the first too many is %q of %s",
			mostLookups, t.text, path[len(path)-1])}
		return nil
	}
	if t.target != "" {
		t.record, err = l.load(append(slices.Clone(path), t.target))
	}
	return err
}

// IsRecord reports whether a text is an SPF record (RFC 7208 section 4.5).
func IsRecord(text string) bool {
	version, _, _ := strings.Cut(strings.ToLower(text), " ")
	return version == "v=spf1"
}

// Broken returns the first thing that makes the record, or one that it includes,
// void; nil if there is none. A receiver that finds a match before it does not see it.
func (r *Record) Broken() error {
	if r.broken != nil {
		return r.broken
	}
	for _, t := range r.terms {
		if t.record == nil {
			continue
		}
		if err := t.record.Broken(); err != nil {
			return err
		}
	}
	return nil
}

// Of returns what the record says of an address, and by which term (RFC 7208
// section 4.6). A record in which nothing matches is neutral.
func (r *Record) Of(address netip.Addr) (result Result, by string) {
	if r.broken != nil {
		return PermError, r.broken.Error()
	}
	unknown := term{} // the first that could match
	for _, t := range r.terms {
		switch result := t.of(address.Unmap()); {
		case result == "":
		case result == Undecided:
			unknown = cmp.Or(unknown, t)
		case unknown != (term{}) && unknown.result != result:
			return Undecided, unknown.text
		case result == PermError || t.replace && t.record != nil:
			return t.record.Of(address)
		default:
			return result, t.text
		}
	}
	if unknown != (term{}) {
		return Undecided, unknown.text
	}
	return Neutral, "no term"
}

// of returns what a term says of an address; empty where it does not match.
func (t term) of(address netip.Addr) Result {
	if t.record == nil {
		switch {
		case t.all || t.prefix.Contains(address):
			return t.result
		case t.lookup:
			return Undecided
		}
		return ""
	}
	result, _ := t.record.Of(address)
	switch {
	case t.replace || result == PermError || result == Undecided:
		return result
	case result == Pass:
		return t.result
	}
	return ""
}
