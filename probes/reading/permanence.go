package reading

import (
	"strings"

	"github.com/svartid/svartid/probes/reading/lexicon"
	"github.com/svartid/svartid/probes/reading/message"
)

// permanent says whether trying the same address again cannot help, because the address or its
// domain is not there. A full mailbox, a policy or a filter may be otherwise another day, so
// that their words outweigh a status code that says "no such mailbox" beside them. A server that
// took the recipient and says "no such user" only after the message has let a filter speak.
func permanent(m message.Message, status string) bool {
	said := withoutSummary(strings.Join(m.Report.Diagnostics, "\n") + "\n" + message.AboveReturned(m.Text))
	if marks().transient.MatchString(said) {
		return false
	}
	gone, passing := refusals(said)
	late := marks().afterData.MatchString(said) && !marks().pipelined.MatchString(said)
	switch status {
	case "5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.1.351", "5.4.4", "4.1.1", "4.1.2":
		return (gone > 0 || passing == 0) && !late
	case "5.1.7", "5.1.8", "4.1.7", "4.1.8": // it is the sender who is not there
		return false
	case "5.2.2", "5.7.1", "5.3.4", "5.4.7", "4.4.7", "4.4.1", "4.2.2", "5.2.3":
		return gone > 0 && gone >= passing
	}
	return gone > 0 && gone >= passing && !late
}

// refusals counts the words that say that an address is not there, and those that say that
// something else is the matter.
func refusals(said string) (gone, passing int) {
	for _, h := range lexicon.Default().Phrases.Find(lexicon.Words(said)) {
		switch h.Class {
		case "gone":
			gone++
		case "passing":
			passing++
		}
	}
	return gone, passing + len(marks().listed.FindAllString(said, 3))
}

// withoutSummary drops the line in which Sendmail sums up any refusal of a recipient as "User
// unknown", where the words of the server that refused him stand above it.
func withoutSummary(said string) string {
	heard := false
	var kept []string
	for line := range strings.Lines(said) {
		if strings.HasPrefix(strings.TrimSpace(line), "<<< ") {
			heard = true
		}
		if !heard || !marks().summary.MatchString(line) {
			kept = append(kept, line)
		}
	}
	return strings.Join(kept, "")
}
