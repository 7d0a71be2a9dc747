package email

import (
	"errors"
	"fmt"
	"regexp"
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

// stepError tells a final no from what may pass, and says who said what at which
// step. A reply of 5yz is final from AUTH on (RFC 5321 section 4.2.1), and err
// then becomes a [channels.Refusal]. In the greeting it speaks of the server's
// own state, and may pass; so may all other replies and faults, which become a
// [channels.Deferral]. Where no reply came, it is our own server or our line to
// it that failed, at whichever step. What stepError is given has not left, or has
// been refused; an unsure outcome is not for it.
func stepError(at step, err error) error {
	no := channels.Refusal{Step: at.contractStep(), Text: err.Error(), Ours: true}
	var answer *smtp.SMTPError
	if errors.As(err, &answer) {
		no.Ours = false
		no.Code, no.Text = answer.Code, answer.Message
		if e := answer.EnhancedCode; e[0] > 0 {
			no.Status = fmt.Sprintf("%d.%d.%d", e[0], e[1], e[2])
		}
	}
	if no.Code/100 != 5 || no.Step == channels.StepGreet {
		return fmt.Errorf("%s: %w", at, &channels.Deferral{No: no, Err: err})
	}
	return fmt.Errorf("%s: %w", at, &no)
}

// contractStep returns the step as the contract names it.
func (at step) contractStep() channels.Step {
	switch at {
	case stepAuth:
		return channels.StepAuth
	case stepSender:
		return channels.StepMail
	case stepCompany:
		return channels.StepRcpt
	case stepCopy:
		return channels.StepCopy
	case stepData, stepMessage:
		return channels.StepData
	}
	return channels.StepGreet
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
