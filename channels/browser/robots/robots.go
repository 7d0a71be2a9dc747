// Package robots reads what a site's robots.txt says of a page (RFC 9309). It is written for crawlers, and one agreed visit
// is none: what it says is told, so that the company can be asked, and binds nothing.
package robots

import (
	"strings"
)

// A rule allows or disallows the paths that a pattern matches.
type rule struct {
	allow   bool
	pattern string // in which * is any number of characters, and $ at the end is the end
	line    string // as it is written
}

// Forbids returns the line of a robots.txt by which no robot that is not named in it may read a path; empty: it may.
// The longest pattern that matches decides and, of two that are as long, the one that allows (section 2.2.2).
func Forbids(text, path string) string {
	if path == "" {
		path = "/"
	}
	best := rule{allow: true}
	for _, r := range rules(text) {
		longer := len(r.pattern) > len(best.pattern)
		if matches(r.pattern, path) && (longer || len(r.pattern) == len(best.pattern) && r.allow) {
			best = r
		}
	}
	if best.allow {
		return ""
	}
	return best.line
}

// rules returns those of all groups that are for every robot. A group begins with one or more lines that name
// robots; an empty pattern says nothing.
func rules(text string) (all []rule) {
	ours, naming := false, false
	for line := range strings.Lines(strings.TrimPrefix(text, "\ufeff")) {
		bare, _, _ := strings.Cut(line, "#")
		key, value, ok := strings.Cut(bare, ":")
		if !ok {
			continue
		}
		value = strings.TrimSpace(value)
		switch key = strings.ToLower(strings.TrimSpace(key)); key {
		case "user-agent":
			ours, naming = value == "*" || naming && ours, true
		case "allow", "disallow":
			naming = false
			if ours && value != "" {
				all = append(all, rule{key == "allow", value, strings.TrimSpace(bare)})
			}
		}
	}
	return all
}

// matches reports whether a pattern matches a path from its beginning.
func matches(pattern, path string) bool {
	pattern, anchored := strings.CutSuffix(pattern, "$")
	parts := strings.Split(pattern, "*")
	if !strings.HasPrefix(path, parts[0]) {
		return false
	}
	rest := path[len(parts[0]):]
	if len(parts) == 1 {
		return !anchored || rest == ""
	}
	last := parts[len(parts)-1]
	for _, part := range parts[1 : len(parts)-1] {
		at := strings.Index(rest, part)
		if at < 0 {
			return false
		}
		rest = rest[at+len(part):]
	}
	if anchored {
		return strings.HasSuffix(rest, last)
	}
	return strings.Contains(rest, last)
}
