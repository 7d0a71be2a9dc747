// Package fault says whose fault a refusal is: one pure function from what was
// said, by which side, at which step and in which codes, for replies, reports
// and openings of chats alike. Its table of cases is testdata/refusals.csv.
package fault

import (
	"net/http"
	"strings"

	"github.com/svartid/svartid/channels"
)

// A Fault says whose failure it is that an opener was not taken. Its zero value
// says that nothing failed, or that it is not known what did.
type Fault string

// The faults.
const (
	// Ours is a failure of our account, our server or our settings. The
	// opener is tried again inside the contact's hours, else void.
	Ours Fault = "ours"
	// Policy is a refusal by the company's side for spam, reputation,
	// authentication or content. It contests the contact if we can
	// corroborate it.
	Policy Fault = "policy"
	// Address says that the place given for the company does not exist.
	Address Fault = "address"
	// Theirs is a failure of the company's side: a full or closed mailbox, a
	// server that takes no mail, a closed chat.
	Theirs Fault = "theirs"
	// Unclear is a refusal that does not say why. It counts as Policy, and a
	// person has to look.
	Unclear Fault = "unclear"
)

// All returns every fault, in the order of dashboards.
func All() []Fault { return []Fault{Ours, Policy, Address, Theirs, Unclear} }

// Of says whose fault a no is: by who said it and at which step, by the
// codes (RFC 5321 section 4.2, RFC 3463, 7372, 7504, 7505), then by the words.
// What our own submission server says of us is ours, what it passes on of the
// company's side is not; the same no of the company's side has the same fault
// in a reply and in a report.
func Of(no channels.Refusal) Fault {
	switch {
	case no.Ours:
		return Ours
	case no.Step == channels.StepDoor:
		return doorFault(no)
	case no.Step == "":
		return Unclear
	}
	h := heardIn(no)
	switch {
	case no.Relay == channels.RelayLost:
		return Ours
	case no.Relay == channels.RelaySpoke && !h.far:
		return relayFault(h)
	case h.far || no.Step == channels.StepReport:
		return farFault(h)
	case h.ofItself():
		return Ours
	}
	return ownFault(no.Step, h.why())
}

// Explained reports whether a mail server's no says why, so that one which is unclear
// is so for want of who said it.
func Explained(no channels.Refusal) bool { return heardIn(no).why() != "" }

// ownFault is the fault of what our own submission server says for itself. Of
// the company it speaks only where it names the company's mailbox or domain.
func ownFault(at channels.Step, why cause) Fault {
	recipient := at == channels.StepRcpt
	switch {
	case (why == causeUnknown || why == causeBarred) && (recipient || at == channels.StepData):
		return Address
	case recipient && (why == causeFull || why == causeClosed || why == causeNetwork):
		return Theirs
	case recipient && why == "":
		return Unclear
	}
	return Ours
}

// relayFault is the fault of what a server of ours between the report's maker and the
// company's says for itself: as that of our submission server. That it takes no mail
// for a domain says nothing: a company may have its mail sent there.
func relayFault(h hearing) Fault {
	switch why := h.why(); {
	case why == causeRelay:
		return Unclear
	case h.ofItself():
		return Ours
	default:
		return ownFault(channels.StepRcpt, why)
	}
}

// farFault is the fault of what the company's side says, or is reported by a server
// that does not say who said it. It never makes anything ours: else a company could
// be excused by speaking as our provider does. Words of our account are unclear where
// no server is named: if our account was held indeed, other companies' letters came
// back too, which corroborates them.
func farFault(h hearing) Fault {
	switch h.why() {
	case causeUnknown, causeBarred:
		return Address
	case causeClosed, causeFull, causeTrouble, causeNetwork, causeExpired, causeLogin, causeRelay:
		return Theirs
	case causeAccount:
		if !h.far {
			return Unclear
		}
		return Policy
	case "":
		return Unclear
	}
	return Policy
}

// doorFault is the fault of what a chat, a room, a page or a webhook says.
func doorFault(no channels.Refusal) Fault {
	switch no.Sign {
	case channels.SignMissing:
		return Address
	case channels.SignOffline, channels.SignClosed, channels.SignUnreachable:
		return Theirs
	case channels.SignKey:
		return keyFault(no)
	case channels.SignBlind:
		return Ours
	case channels.SignFlow, channels.SignPuzzle:
		return newFault(no)
	}
	if puzzled(no.Text) {
		return newFault(no)
	}
	return statusFault(no)
}

// newFault is the fault of a door that asks for what we do not know to give. We
// have to learn it, unless the door let us in before without: else it would be
// enough to ask for something new to be excused.
func newFault(no channels.Refusal) Fault {
	if no.Worked {
		return Unclear
	}
	return Ours
}

// statusFault is the fault of a status of HTTP (RFC 9110 section 15) alone. That we are
// too quick is ours until we have shown that we are not: else a company could be excused,
// or have the customer wait for nothing, by saying so for as long as it likes. A
// request that the server calls wrong is ours, unless it took such a one before;
// that it forbids us to speak is the company's where it let us in before.
func statusFault(no channels.Refusal) Fault {
	switch no.Code {
	case http.StatusUnauthorized, http.StatusForbidden:
		return keyFault(no)
	case http.StatusNotFound, http.StatusGone:
		return Address
	case http.StatusPaymentRequired, http.StatusLocked, http.StatusUnavailableForLegalReasons:
		return Theirs
	case http.StatusHTTPVersionNotSupported, http.StatusNetworkAuthenticationRequired:
		return newFault(no)
	}
	switch no.Code / 100 {
	case 3, 4:
		if no.Code == http.StatusTooManyRequests && no.Rested {
			return Theirs
		}
		if no.Code == http.StatusTooManyRequests {
			return Ours
		}
		return newFault(no)
	case 5:
		return Theirs
	}
	return Unclear
}

// keyFault is the fault of a credential that is not accepted, or of a server that
// denies us access without one.
func keyFault(no channels.Refusal) Fault {
	switch {
	case no.Key == channels.KeyOurs, no.Key == channels.KeyGiven && !no.Worked:
		return Ours
	case no.Worked:
		return Theirs
	}
	return Unclear
}

// puzzled reports whether a page asks for a proof that we are no machine.
func puzzled(text string) bool {
	text = strings.ToLower(text)
	for _, word := range []string{"captcha", "turnstile", "challenge-platform", "cf-chl", "are human", "not a robot", "just a moment"} {
		if strings.Contains(text, word) {
			return true
		}
	}
	return false
}

// Turns reports whether the fault is of the company's side: it turned the
// opener away, whyever.
func (f Fault) Turns() bool { return f == Policy || f == Address || f == Theirs || f == Unclear }

// Judges reports whether a refusal may be one of what we are, rather than of
// the question: it needs corroboration.
func (f Fault) Judges() bool { return f == Policy || f == Unclear }
