package reading

import (
	"strings"
)

// signatureAt returns the line at which the signature begins, which is after the last line
// when there is none. Nothing is a signature before somebody has written something.
func signatureAt(lines []string) int {
	written := false
	for i, raw := range lines {
		line := strings.TrimSpace(raw)
		switch {
		case line == "":
			continue
		case raw == "-- " || line == "--" || line == "—" || line == "__":
			if written && len(lines)-i < 30 {
				return i
			}
		case known().device.MatchString(line) && len(strings.Fields(line)) <= 8:
			return i
		case written && closes(line):
			return i
		}
		written = true
	}
	return len(lines)
}

// closes reports whether a line holds closing words and at most a name.
func closes(line string) bool {
	if len(line) > 60 || strings.ContainsAny(line, "?") {
		return false
	}
	list := words(line)
	if len(list) == 0 || len(list) > 7 {
		return false
	}
	for _, h := range known().book.find(list) {
		if h.class == "closing" && h.from == 0 && len(list)-h.to <= 3 {
			return true
		}
	}
	return false
}
