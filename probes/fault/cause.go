package fault

import (
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/svartid/svartid/channels"
)

// A cause is why a mail server says no, be it our fault or theirs. Its zero value
// is that it does not say.
type cause string

// The causes.
const (
	causeUnknown cause = "unknown" // no such mailbox or domain
	causeBarred  cause = "barred"  // "recipient address rejected: access denied": unknown, unless the code speaks of policy
	causeClosed  cause = "closed"  // disabled, or only for some senders
	causeFull    cause = "full"    // over quota
	causeTrouble cause = "trouble" // the server that speaks is in trouble itself
	causeNetwork cause = "network" // the next server is not reached
	causeExpired cause = "expired" // tried for too long
	causeListed  cause = "listed"  // spam, reputation, a list
	causeSender  cause = "sender"  // our address, host or authentication
	causeRate    cause = "rate"    // too much, too quickly
	causeContent cause = "content" // the message itself, its size too
	causeDenied  cause = "denied"  // forbidden, without more
	causeAccount cause = "account" // our account may not send, or not so, or not more
	causeLogin   cause = "login"   // we should log in first
	causeRelay   cause = "relay"   // the server takes no mail for that domain from us
)

// A hearing is a no as it was said: by the company's side or not, in which
// codes and words.
type hearing struct {
	code   int
	status string // subject and detail of the enhanced status code, such as "7.1"; may be empty
	text   string
	far    bool // the far side's own server is known to have said it
}

// faultCodes finds codes: quoted, what one server says that another has said, by
// the reply code behind a word of saying; enhanced, an enhanced status code;
// reply, a reply code at the beginning. They are compiled once.
//
//nolint:gochecknoglobals // it is set once and never changes
var faultCodes = sync.OnceValue(func() (re struct{ quoted, enhanced, reply *regexp.Regexp }) {
	re.quoted = regexp.MustCompile(`(?is)(?:\bsaid|\bsays|\bresponded|\breplied|\bresponse|\breply|\banswer\w*|\breturned|` +
		`\bresult|\bgot|\bfailed|\bend of data|\btalk to me|\bRCPT TO:?\s*<[^>]*>|\bMAIL FROM:?\s*<[^>]*>)` +
		`(?:\s+(?:was|is|with|by|from|code|message|status))?[^\w<>]{1,8}(?:[^\s:]{1,80}:\s*)?` +
		`([245]\d\d)[ \-]+(?:#?[245]\.\d{1,3}\.\d{1,3}\b)?`)
	re.enhanced = regexp.MustCompile(`(?:^|[^\w.])[245]\.(\d{1,3}\.\d{1,3})(?:$|[^\w.]|\.\s|\.$)`)
	re.reply = regexp.MustCompile(`^\s*([245]\d\d)(?:[ \-]|$)`)
	return re
})

// heardIn returns what was said and who said it. Where one server tells what
// the next has said, that counts.
func heardIn(no channels.Refusal) hearing {
	h := hearing{code: no.Code, status: detail(no.Status), text: no.Text, far: no.Remote && no.Relay == ""}
	if found := faultCodes().quoted.FindAllStringSubmatchIndex(no.Text, -1); len(found) > 0 {
		last := found[len(found)-1]
		ofRelay := no.Relay != "" && len(found) == 1 && no.Code == 0 && !faultCodes().reply.MatchString(no.Text) // the maker quotes it
		inner := hearing{text: no.Text[last[2]:], far: !ofRelay}
		inner.read()
		if inner.why() != "" {
			return inner
		}
		h.far = !ofRelay
	}
	h.read()
	return h
}

// read takes the codes from the words where they are not given.
func (h *hearing) read() {
	if found := faultCodes().reply.FindStringSubmatch(h.text); found != nil && h.code == 0 {
		h.code = int(found[1][0]-'0')*100 + int(found[1][1]-'0')*10 + int(found[1][2]-'0')
	}
	if h.status == "" || h.status == "0.0" || h.status == "5.0" {
		if found := faultCodes().enhanced.FindStringSubmatch(h.text); found != nil {
			h.status = found[1]
		}
	}
}

// ofItself reports whether a server speaks of its own state or of our session with
// it: it closes the connection (421, RFC 5321 section 3.8), it did not understand a
// command (500 to 504, section 4.2.2), its code is neither yes nor no, the status is one of the mail system's own
// (RFC 3463 section 3.4), or the network failed and it names no other server.
func (h hearing) ofItself() bool {
	if h.code != 0 && h.code/100 != 4 && h.code/100 != 5 {
		return true
	}
	if nextServer().MatchString(h.text) {
		return false
	}
	return h.code == 421 || h.code/10 == 50 || strings.HasPrefix(h.status, "3.") || h.why() == causeNetwork
}

// nextServer finds words of a server on its way to another one. It is compiled once.
//
//nolint:gochecknoglobals // it is set once and never changes
var nextServer = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)\b(?:connect\w*|look ?up (?:of|for)|resolv\w+|reach\w*|contact\w*|route|routing|(?:mx|host|domain|name ?server|dns)\b)`)
})

// detail returns subject and detail of an enhanced status code.
func detail(status string) string {
	_, rest, _ := strings.Cut(status, ".")
	return rest
}

// why returns the cause of a no. The code decides unless it is a general one or
// the words contradict it.
func (h hearing) why() cause {
	said := causeOfWords(h.text)
	if said == causeUnavailable {
		said = causeTrouble
		if h.code/100 == 5 {
			said = causeUnknown
		}
	}
	coded, firm := causeOfStatus(h.status)
	if coded == "" {
		coded, firm = causeOfReply(h.code), h.code == 521 || h.code == 556
	}
	switch {
	case said == causeUnknown && h.status == "5.4": // our host's name, in EHLO
		return causeSender
	case said == causeBarred:
		return barred(coded, h.status)
	case said == "":
		return coded
	case coded == "", !firm, coded == causeExpired, contradicts(said, coded, h.status):
		return said
	}
	return coded
}

// barred says what it means that a recipient is denied: of a server that keeps
// its directory at the edge, that there is none of that name.
func barred(coded cause, status string) cause {
	if coded == causeDenied && status != "" {
		return causeDenied
	}
	return causeBarred
}

// contradicts reports whether words outweigh a code that is not a general one:
// servers are known to say "no such mailbox" by the code and to name a list, a
// sender or a full mailbox beside it.
func contradicts(said, coded cause, status string) bool {
	return slices.Contains(louder(coded, status), said)
}

// louder returns the causes in words that outweigh a code.
func louder(coded cause, status string) []cause {
	switch coded {
	case causeUnknown:
		if status == "1.1" || status == "1.0" {
			return []cause{causeListed, causeSender, causeFull, causeClosed, causeRate}
		}
		return []cause{causeListed, causeSender}
	case causeFull:
		return []cause{causeListed, causeAccount}
	case causeAccount:
		return []cause{causeClosed}
	case causeSender:
		return []cause{causeAccount}
	case causeClosed:
		if strings.HasPrefix(status, "2.") {
			return []cause{causeUnknown, causeListed, causeContent}
		}
	case causeNetwork:
		return louderThanNetwork(status)
	}
	return nil
}

// louderThanNetwork returns the causes in words that outweigh a code of the
// network between.
func louderThanNetwork(status string) []cause {
	switch status {
	case "4.1", "4.2", "4.5":
		return []cause{
			causeUnknown, causeListed, causeSender, causeFull, causeClosed, causeRate,
			causeContent, causeAccount, causeLogin, causeRelay,
		}
	}
	return []cause{causeUnknown, causeListed, causeAccount}
}

// causeOfStatus is the cause that an enhanced status code names, by subject and
// detail (RFC 3463 section 3, the IANA registry of enhanced status codes, and
// Exchange's own); firm where it is not a general one.
func causeOfStatus(status string) (why cause, firm bool) {
	switch status {
	case "1.1", "1.2", "1.3", "1.4", "1.6", "1.10", "1.351", "4.4", "4.310", "7.17", "7.18", "7.504", "7.505":
		return causeUnknown, true
	case "1.7", "1.8":
		return causeSender, true
	case "2.1", "2.4", "3.2", "7.2", "7.13":
		return causeClosed, true
	case "2.2":
		return causeFull, true
	case "2.3", "3.4":
		return causeContent, true
	case "3.1", "3.3", "3.5", "4.3":
		return causeTrouble, true
	case "4.1", "4.2", "4.5", "4.6", "4.8", "4.14", "4.312", "4.316", "4.317":
		return causeNetwork, true
	case "4.7", "4.300":
		return causeExpired, true
	case "7.8", "7.9", "7.11", "7.12", "7.14", "7.60":
		return causeAccount, true
	case "7.64":
		return causeRelay, true
	}
	return causeOfSubject(status)
}

// causeOfSubject is the cause that the subject of an enhanced status code names
// in general.
func causeOfSubject(status string) (why cause, firm bool) {
	subject, detail, _ := strings.Cut(status, ".")
	switch subject {
	case "1":
		return causeUnknown, false
	case "2":
		return causeClosed, false
	case "3":
		return causeTrouble, false
	case "4":
		return causeNetwork, false
	case "6":
		return causeContent, detail != "0"
	case "7":
		return causeOfPolicy(detail)
	}
	return "", false
}

// causeOfPolicy is the cause that an enhanced status code of security or policy
// names: RFC 7372 and 7505 for the sender's authentication, and Exchange's own
// for mailboxes that take mail of some senders only (124 to 136), for the far
// server's certificate (321 to 325) and for hosts that are banned (500 and
// above).
func causeOfPolicy(detail string) (why cause, firm bool) {
	for _, r := range []struct {
		from, to string
		why      cause
	}{
		{"20", "39", causeSender}, {"120", "139", causeClosed}, {"320", "329", causeNetwork}, {"500", "899", causeListed},
	} {
		if len(detail) == len(r.from) && r.from <= detail && detail <= r.to {
			return r.why, true
		}
	}
	return causeDenied, false
}

// causeOfReply is the cause that a reply code names by itself (RFC 5321 section
// 4.2.2, RFC 4954 section 6, RFC 7504).
func causeOfReply(code int) cause {
	switch code {
	case 521:
		return causeClosed
	case 530:
		return causeLogin
	case 432, 534, 535, 538:
		return causeAccount
	case 551, 553, 556:
		return causeUnknown
	case 552:
		return causeFull
	}
	if code/100 == 4 {
		return causeTrouble
	}
	return ""
}
