package config

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// A Fault is one thing wrong with the configuration, and where.
type Fault struct {
	File string // as it was given, or as it is named in the configuration
	Line int    // 1 is the first; 0 = the file as a whole
	Key  string // the key's path, such as channels.mail.smtp.port; in a table the column
	Text string // what is wrong, and what would be right
}

// Error writes the fault as svartid.yml:12: channels.mail.smtp.port: text.
func (f Fault) Error() string {
	var b strings.Builder
	b.WriteString(f.File)
	if f.Line > 0 {
		fmt.Fprintf(&b, ":%d", f.Line)
	}
	b.WriteString(": ")
	if f.Key != "" {
		b.WriteString(f.Key + ": ")
	}
	b.WriteString(f.Text)
	return b.String()
}

// Faults are all that is wrong, in the order of files and lines.
type Faults []Fault

// Error writes one fault a line.
func (fs Faults) Error() string {
	lines := make([]string, len(fs))
	for i, f := range fs {
		lines[i] = f.Error()
	}
	return strings.Join(lines, "\n")
}

// Unwrap lets errors.As find a single Fault.
func (fs Faults) Unwrap() []error {
	errs := make([]error, len(fs))
	for i, f := range fs {
		errs[i] = f
	}
	return errs
}

// A place is where a key stands.
type place struct {
	file string
	line int
	key  string // how a fault names it, if not by its path
	text string // the value as written; empty for mappings, lists and secrets
}

// A report gathers faults, and knows where each key stands.
type report struct {
	file   string // the configuration's own
	places map[string]place
	faults Faults
	broken map[string]bool // paths whose value could not be read

	tableless bool // there are more companies than could be read
}

// newReport returns a report on the configuration in a file.
func newReport(file string) *report {
	return &report{file: file, places: map[string]place{}, broken: map[string]bool{}}
}

// fault adds a fault at a path, or at the nearest mapping above it that is
// there. What could not be read is not complained about twice.
func (r *report) fault(path, format string, args ...any) {
	if r.unread(path) {
		return
	}
	r.faults = append(r.faults, r.at(path, fmt.Sprintf(format, args...)))
}

// misread adds a fault and takes the path for unreadable from now on.
func (r *report) misread(path, format string, args ...any) {
	r.fault(path, format, args...)
	r.broken[path] = true
}

// unread reports whether the path or something above it could not be read.
func (r *report) unread(path string) bool {
	for path != "" {
		if r.broken[path] {
			return true
		}
		path = above(path)
	}
	return false
}

// at makes a fault, or a warning, that stands where path does.
func (r *report) at(path, text string) Fault {
	for up := path; up != ""; up = above(up) {
		if p, ok := r.places[up]; ok {
			return Fault{File: p.file, Line: p.line, Key: clip(cmp.Or(p.key, path)), Text: clip(text)}
		}
	}
	return Fault{File: r.file, Line: r.places[""].line, Key: clip(path), Text: clip(text)}
}

// clip keeps a fault that quotes what it found to a bearable length.
func clip(s string) string {
	const longest = 500
	if len(s) <= longest {
		return s
	}
	return strings.ToValidUTF8(s[:longest], "") + "…"
}

// given reports whether the file has the key.
func (r *report) given(path string) bool {
	_, ok := r.places[path]
	return ok
}

// holds reports whether the file has a key of the mapping at path, known or not.
func (r *report) holds(path string) bool {
	for inner := range r.places {
		if strings.HasPrefix(inner, path+".") {
			return true
		}
	}
	return false
}

// sorted returns faults by file, the configuration's own first, then by line.
// Faults of one line stay in the order in which they were found, and none is
// said twice.
func (r *report) sorted(fs Faults) Faults {
	slices.SortStableFunc(fs, func(a, b Fault) int {
		if a.File != b.File {
			if a.File == r.file {
				return -1
			}
			if b.File == r.file {
				return 1
			}
			return strings.Compare(a.File, b.File)
		}
		return cmp.Compare(a.Line, b.Line)
	})
	return slices.Compact(fs)
}

// below names a key of the mapping at path.
func below(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

// item names an item of the list at path.
func item(path string, i int) string { return fmt.Sprintf("%s[%d]", path, i) }

// above is the path of what holds the key at path; "" is the file.
func above(path string) string { return path[:max(strings.LastIndexAny(path, ".["), 0)] }
