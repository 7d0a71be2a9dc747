package email

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/emersion/go-smtp"

	"github.com/svartid/svartid/channels"
)

// A step is a part of the dialogue, named as errors name it.
type step string

// The steps, in their order.
const (
	stepDial    step = "dial"
	stepTLS     step = "tls"
	stepGreet   step = "greet"
	stepAuth    step = "auth"
	stepSender  step = "mail from"
	stepCompany step = "rcpt to"
	stepCopy    step = "rcpt to our copy"
	stepData    step = "data"
	stepMessage step = "message"
)

// judge tells a final no from what may pass. A reply of 5yz is final from AUTH
// on (RFC 5321 section 4.2.1), and err then becomes a [channels.Refusal]. In
// the greeting it speaks of the server's own state, and may pass; so may all
// other replies and faults. What judge is given has not left, or has been
// refused: whoever is unsure must say so without asking.
//
// The login, the sender's address and the copy are ours. So is a recipient
// that the server will not relay for us to. A company's loss is what remains.
func judge(at step, err error) error {
	var answer *smtp.SMTPError
	if !errors.As(err, &answer) || answer.Code/100 != 5 || at == stepGreet || at == stepTLS {
		return fmt.Errorf("%s: %w", at, err)
	}
	r := &channels.Refusal{Code: answer.Code, Text: answer.Message}
	if answer.EnhancedCode[0] > 0 {
		e := answer.EnhancedCode
		r.Status = fmt.Sprintf("%d.%d.%d", e[0], e[1], e[2])
	}
	switch at {
	case stepAuth, stepSender, stepCopy:
		r.Ours = true
	default:
		r.Ours = wantsLogin(r)
		r.Policy = !r.Ours && isPolicy(r)
	}
	return fmt.Errorf("%s: %w", at, r)
}

// wantsLogin reports whether the server refused us for who we are: 530
// (RFC 4954 section 6), or a relay that it keeps for others.
func wantsLogin(r *channels.Refusal) bool {
	return r.Code == 530 || mentions(r.Text, "relay access", "relaying", "not relay", "to relay", "relay denied",
		"authentication required", "authentication is required", "not authenticated")
}

// isPolicy reports whether a refusal was for policy or spam: X.7.Z is for
// security and policy (RFC 3463 section 3.8), the words are for servers that
// give a bare 550 or 554.
func isPolicy(r *channels.Refusal) bool {
	return strings.HasPrefix(r.Status, "5.7.") || mentions(r.Text, "spam", "policy", "blocked", "blocklist", "block list",
		"blacklist", "denylist", "reputation", "unsolicited", "dmarc", "dnsbl")
}

// mentions reports whether text holds any of the words, in either case.
func mentions(text string, words ...string) bool {
	text = strings.ToLower(text)
	return slices.ContainsFunc(words, func(word string) bool { return strings.Contains(text, word) })
}

// queueIDs finds a server's own name for a message in its reply to the final
// dot: Postfix, Exim and others that say id=, Exchange, Gmail, Sendmail and
// OpenSMTPD, qmail.
var queueIDs = regexp.MustCompile(`(?i)queued as "?([\w.-]+)` +
	`|\bid=<?([\w.+-]+)` +
	`|\[InternalId=(\w+)` +
	`|\bOK +\d+ (\S+) - gsmtp` +
	`|([\w-]+) Message accepted for delivery` +
	`|\bok \d+ qp (\d+)`)

// queueID returns the server's own name for the message that it took with
// reply, or "" if it gives none that we know.
func queueID(reply string) string {
	found := queueIDs.FindStringSubmatch(reply)
	if found == nil {
		return ""
	}
	for _, id := range found[1:] {
		if id != "" {
			return strings.TrimRight(id, ".")
		}
	}
	return ""
}
