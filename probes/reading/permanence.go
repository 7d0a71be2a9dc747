package reading

import "strings"

// permanent says whether trying the same address again cannot help, because the address or its
// domain is not there. A full mailbox, a policy or a filter may be otherwise another day, so
// that their words outweigh a status code that says "no such mailbox" beside them. A server that
// took the recipient and says "no such user" only after the message has let a filter speak.
func permanent(m Message, status string) bool {
	gone, passing := 0, 0
	said := strings.Join(m.report.diagnostics, "\n") + "\n" + aboveReturned(m.text)
	for _, h := range known().book.find(words(said)) {
		switch h.class {
		case "gone":
			gone++
		case "passing":
			passing++
		}
	}
	switch status {
	case "5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.1.351", "5.4.4", "4.1.1", "4.1.2":
		return (gone > 0 || passing == 0) && !known().afterData.MatchString(said)
	case "5.1.7", "5.1.8", "4.1.7", "4.1.8": // it is the sender who is not there
		return false
	case "5.2.2", "5.7.1", "5.3.4", "5.4.7", "4.4.7", "4.4.1", "4.2.2", "5.2.3":
		return gone > 0 && gone >= passing
	}
	return gone > 0 && gone >= passing && !known().afterData.MatchString(said)
}

// aboveReturned cuts a report's text where the returned message begins: whatever the customer
// wrote says nothing about why it was refused.
func aboveReturned(text string) string {
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
