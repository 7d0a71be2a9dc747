package message

import "strings"

// ReturnedTrace finds the trace of a message (RFC 5321 section 4.4) that stands in a text, as
// old mail servers return what they could not deliver.
func ReturnedTrace(text string) string {
	trace, last := 0, ""
	for line := range strings.Lines(text) {
		name, _, ok := splitField([]byte(strings.TrimSpace(line)))
		if !ok {
			continue
		}
		switch strings.ToLower(name) {
		case "received", "message-id", "return-path", "mime-version":
			if trace, last = trace+1, strings.TrimSpace(line); trace >= 2 {
				return last
			}
		}
	}
	return ""
}

// AboveReturned cuts a report's text where the returned message begins: whatever the customer
// wrote says nothing about why it was refused.
func AboveReturned(text string) string {
	at := 0
	for line := range strings.Lines(text) {
		name, _, ok := splitField([]byte(strings.TrimSpace(line)))
		if ok && at > 0 {
			switch strings.ToLower(name) {
			case "received", "return-path", "message-id", "mime-version", "dkim-signature":
				return text[:at]
			}
		}
		at += len(line)
	}
	return text
}
