package message

import "strings"

// BareSubject strips what mail programs put before a subject: "Re:", "SV:", "VS[2]:" …
func BareSubject(subject string) string {
	for {
		prefix, rest, ok := strings.Cut(strings.TrimSpace(subject), ":")
		if !ok || !replyPrefix(prefix) {
			return strings.TrimSpace(subject)
		}
		subject = rest
	}
}

// replyPrefix reports whether prefix is one that a person's mail program writes.
func replyPrefix(prefix string) bool {
	prefix, _, _ = strings.Cut(strings.ToLower(strings.TrimSpace(prefix)), "[")
	switch strings.TrimSpace(prefix) {
	case "re", "sv", "svar", "vs", "vb", "aw", "fw", "fwd", "ang", "vl", "antw", "wg", "odp", "rv", "tr", "ynt":
		return true
	}
	return false
}
