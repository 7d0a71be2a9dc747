// Package dsn reads which servers a report on delivery (RFC 3464) says have spoken.
package dsn

import (
	"bytes"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"regexp"
	"strings"
	"sync"

	"github.com/svartid/svartid/channels/email/internal/header"
)

// longest bounds how much of a report's status is read.
const longest = 64 << 10

// A Status is what a report says of the servers. Its zero value says nothing.
type Status struct {
	Reporting string   // who made it
	Remotes   []Host   // who refused, by Remote-MTA, one for each recipient that names one
	Unreached []string // hosts that the maker says it did not reach or find, in its own words
}

// A Host is a server by its name, or its address where it has none.
type Host struct{ Name, Address string }

// Read returns what a report says. Fields count only in the part that is made for
// them, as fields: whatever else is there may be the words of any server.
func Read(raw []byte) (s Status) {
	for name, value := range fields(raw) {
		kind, value, typed := strings.Cut(value, ";")
		if !typed {
			kind, value = "", kind
		}
		switch value = strings.TrimSpace(value); name {
		case "reporting-mta":
			s.Reporting = hostIn(value).Name
		case "remote-mta":
			if host := hostIn(value); host != (Host{}) {
				s.Remotes = append(s.Remotes, host)
			}
		case "diagnostic-code":
			if host := unreached(kind, value); host != "" {
				s.Unreached = append(s.Unreached, host)
			}
		}
	}
	return s
}

// fields yields the fields of every group of the status part.
func fields(raw []byte) func(yield func(name, value string) bool) {
	return func(yield func(name, value string) bool) {
		for _, group := range bytes.Split(statusPart(raw), []byte("\n\n")) {
			for name, value := range header.Fields(bytes.Trim(group, "\n")) {
				if !yield(name, value) {
					return
				}
			}
		}
	}
}

// statusPart returns the part of a multipart/report that servers are to read, with
// lines that end in LF; nil if there is none.
func statusPart(raw []byte) []byte {
	m, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		return nil
	}
	kind, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil || !strings.HasPrefix(kind, "multipart/") {
		return nil
	}
	for r := multipart.NewReader(m.Body, params["boundary"]); ; {
		part, err := r.NextRawPart()
		if err != nil {
			return nil
		}
		kind, _, _ := mime.ParseMediaType(part.Header.Get("Content-Type"))
		if kind != "message/delivery-status" && kind != "message/global-delivery-status" {
			continue
		}
		body := io.Reader(part)
		if strings.EqualFold(part.Header.Get("Content-Transfer-Encoding"), "quoted-printable") {
			body = quotedprintable.NewReader(part)
		}
		text, _ := io.ReadAll(io.LimitReader(body, longest)) // what can be read of it counts
		return bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n"))
	}
}

// hostIn reads a host as servers write it: with its address, a port or more in
// parentheses behind it, or by an address in brackets alone.
func hostIn(value string) (h Host) {
	name, rest, _ := strings.Cut(value, " ")
	if before, inside, found := strings.Cut(name, "["); found {
		name, h.Address = before, strings.TrimPrefix(strings.TrimSuffix(inside, "]"), "IPv6:")
	}
	if i := strings.LastIndexByte(name, ':'); i > 0 && strings.Count(name, ":") == 1 {
		name = name[:i]
	}
	h.Name = strings.ToLower(strings.TrimRight(name, ".,;"))
	if _, inside, found := strings.Cut(rest, "("); found && h.Address == "" {
		address, _, _ := strings.Cut(inside, ")")
		address, _, _ = strings.Cut(address, ",")
		h.Address = strings.Trim(address, " []")
	}
	return h
}

// unreached returns the host that a maker's own diagnosis says it has not reached, or
// not found. One of type smtp repeats what another server has said (RFC 3464 section
// 2.3.6), and is believed in nothing.
func unreached(kind, said string) string {
	if kind = strings.ToLower(strings.TrimSpace(kind)); !strings.HasPrefix(kind, "x-") {
		return ""
	}
	found := diagnoses().FindStringSubmatch(said)
	if found == nil {
		return ""
	}
	return strings.ToLower(strings.TrimRight(found[1]+found[2], "."))
}

// diagnoses finds the host in what Postfix says of one that it cannot reach, or whose
// name it cannot find. It is compiled once.
//
//nolint:gochecknoglobals // it is set once and never changes
var diagnoses = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)^(?:delivery temporarily suspended: )?(?:` +
		`(?:connect to|lost connection with|conversation with) ([\w.-]+)\[|` +
		`host or domain name not found\. name service error for name=([\w.-]+) )`)
})
