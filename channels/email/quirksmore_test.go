package email

import (
	"encoding/base64"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/svartid/svartid/channels/channeltest/race"
)

// afterText puts something else for the end of each FETCH response with a text.
func afterText(with string) edit {
	re := regexp.MustCompile(`(The text of \d+\.\r\n)\)\r\n`)
	return on("UID FETCH", func(_ call, answer string) string { return re.ReplaceAllString(answer, "${1}"+with) })
}

// wantsID makes a server that shows no folder before it knows who asks.
func wantsID(q *quirkServer, c call, answer string) string {
	if c.verb == "EXAMINE" && q.calls["ID"] == 0 {
		return c.tag + " NO EXAMINE Unsafe Login. Please contact support\r\n"
	}
	if c.verb == "ID" {
		return "* ID NIL\r\n" + answer
	}
	return answer
}

// reversed turns the messages of an answer round.
func reversed(q *quirkServer, c call, answer string) string {
	if c.verb != "UID FETCH" {
		return answer
	}
	var b strings.Builder
	for _, uid := range slices.Backward(c.set) {
		b.WriteString(q.fetch(c, uid))
	}
	return b.String() + c.tag + " OK done\r\n"
}

// loginInSteps takes a name and a password by AUTHENTICATE LOGIN alone, in answer to
// questions that end in a zero.
func loginInSteps(q *quirkServer) {
	capable("IMAP4rev1 IDLE LOGINDISABLED AUTH=LOGIN")(q)
	q.dialogue = []string{"User Name\x00", "Password\x00"}
}

// madeUp returns numbers that no message has, from the given one.
func madeUp(from, count int) string {
	if race.Enabled {
		count = min(count, 14_000) // it computes for longer than a server is waited for
	}
	var b strings.Builder
	for n := range count {
		b.WriteString(" " + strconv.Itoa(from+n))
	}
	return b.String()
}

// utf8Only makes a server that shows nothing before UTF8=ACCEPT is enabled (RFC 6855
// section 6).
func utf8Only(q *quirkServer, c call, answer string) string {
	switch {
	case c.verb == "ENABLE" && c.args == "UTF8=ACCEPT":
		return "* ENABLED UTF8=ACCEPT\r\n" + answer
	case q.calls["ENABLE"] == 0 && (c.verb == "EXAMINE" || c.verb == "SELECT" || c.verb == "LIST"):
		return c.tag + " NO [CANNOT] UTF8=ACCEPT is to be enabled first\r\n"
	}
	return answer
}

// moreQuirks are servers that other clients' users have told of.
func moreQuirks() []quirk {
	return []quirk{
		{name: "items behind the end, on a line of their own", line: `…) (newline) FLAGS (\Seen) RFC822.SIZE 90)`, naive: "unexpected response", edit: afterText(")\r\n FLAGS (\\Seen) RFC822.SIZE 90)\r\n")},
		{name: "no space before a text", line: "BODY[]<0>{90}", naive: "expected SP", edit: matched(`(BODY\[\]<0>) \{`, "$1{")},
		{name: "all names ahead of the text", line: `BODY[]<0> RFC822.SIZE {90}`, naive: "gives the text to no name", edit: matched(`(BODY\[\]<0>) \{`, "$1 X-GM-MSGID {")},
		{name: "the last message first", line: "* 5 FETCH …, * 4 FETCH …", naive: "moves its mark past the others", edit: reversed},
		{name: "a UID in quotes", line: `UID "7"`, naive: "expected number", edit: matched(`\(UID (\d+)`, `(UID "$1"`)},
		{name: "an envelope in raw octets", line: "ENVELOPE (NIL \"F\xe5 et bil…", naive: "invalid UTF-8", edit: replaced(" BODY[", " ENVELOPE (NIL \"F\xe5 et bilv\xe5sk\" ((NIL NIL \"a\" \"b\"))) BODY[")},
		{name: "an envelope with a text of its own", line: `ENVELOPE (NIL {14}…`, naive: "takes it for the message", edit: replaced(" BODY[", " ENVELOPE (NIL {14}\r\nHei \"og\" ( hei NIL) BODY[")},
		{name: "a date with a text's mark", line: "INTERNALDATE {26}…", naive: "expected date-time", edit: replaced(`INTERNALDATE "11-Jan-2021 10:00:00 +0100"`, "INTERNALDATE {26}\r\n11-Jan-2021 10:00:00 +0100")},
		{name: "a date in capitals", line: `INTERNALDATE "11-JAN-2021 …"`, naive: "expected month", edit: replaced("11-Jan-2021", "11-JAN-2021")},
		{name: "a zone with a colon", line: `INTERNALDATE "… +01:00"`, naive: "expected zone", edit: replaced(`10:00:00 +0100"`, `10:00:00 +01:00"`)},
		{name: "message number 0", line: "* 0 FETCH (UID 7 …", naive: "value out of range", edit: matched(`\* \d+ FETCH`, "* 0 FETCH")},
		{name: "spaces behind the star", line: "*   3 FETCH", naive: "unexpected response", edit: func(_ *quirkServer, _ call, answer string) string {
			return strings.ReplaceAll("\r\n"+answer, "\r\n* ", "\r\n*   ")[2:]
		}},
		{name: "a message expunged in the midst of an answer", line: "* 1 EXPUNGE between two", naive: "counts on from a wrong number", edit: of7(func(_ call, r string) string { return "* 1 EXPUNGE\r\n" + r })},
		{name: "an empty text ahead of the whole one", line: "* 3 FETCH (UID 7 BODY[] NIL), and then the message", naive: "hears an empty message", edit: of7(func(_ call, r string) string { return "* 3 FETCH (UID 7 BODY[]<0> NIL)\r\n" + r })},

		{name: "a tag before a request to go on", line: "T7 + idling", naive: "takes it for a refusal", edit: on("IDLE", func(c call, answer string) string { return strings.Replace(answer, "+ ", c.tag+" + ", 1) })},
		{name: "a folder is shown to who says his name", line: "T3 NO Unsafe Login, without ID", naive: "hears nothing", bend: capable("IMAP4rev1 IDLE ID"), edit: wantsID},
		{name: "AUTHENTICATE LOGIN alone", line: "* CAPABILITY LOGINDISABLED AUTH=LOGIN", naive: "does not log in", bend: loginInSteps},
		{name: "logged in from the start", line: "* PREAUTH", naive: "logs in again, and is refused", bend: greetingOf("* PREAUTH [CAPABILITY IMAP4rev1 IDLE] hello\r\n"), edit: each("LOGIN", "TAG BAD already\r\n")},
		{name: "two codes", line: "T9 OK [READ-ONLY] [X] done", naive: "expected text", edit: done("TAG OK [READ-ONLY] [X] done")},
		{name: "the folder is in use at first", line: "T3 NO [INUSE]", naive: "logs in every second", edit: first("EXAMINE", "TAG NO [INUSE] locked by another process\r\n"), mostLogins: 2},
		{name: "too many logins at first", line: "T2 NO [UNAVAILABLE]", naive: "logs in every second", edit: first("LOGIN", "TAG NO [UNAVAILABLE] too many connections\r\n"), mostLogins: 2},

		{name: "UTF-8 alone", line: "* CAPABILITY UTF8=ONLY, T4 NO [CANNOT]", naive: "hears nothing", bend: capable("IMAP4rev1 IDLE ENABLE UTF8=ONLY"), edit: utf8Only},
		{name: "UTF-8 alone, and ENABLE refused", line: "* CAPABILITY UTF8=ONLY, T3 BAD", naive: "hears nothing", bend: capable("IMAP4rev1 IDLE UTF8=ONLY"), edit: each("ENABLE", "TAG BAD unknown\r\n")},

		{name: "a search that finds all numbers", line: "* ESEARCH UID ALL 1:4294967295", naive: "asks for four thousand million messages", edit: searched(constant("* ESEARCH (TAG \"T0\") UID ALL 1:4294967295\r\n"))},
		{name: "a search that finds all numbers, and no list", line: "* ESEARCH UID ALL 1:4294967295, T6 BAD", naive: "asks for four thousand million messages", edit: both(searched(constant("* ESEARCH (TAG \"T0\") UID ALL 1:4294967295\r\n")), lists("TAG BAD no\r\n"))},
		{name: "a search of 700,000 numbers made up", line: "* SEARCH 5 6 7 8 9 1000 1001 …", naive: "asks for each of them", edit: searched(func(found string) string { return "* SEARCH" + found + madeUp(1000, 700_000) + "\r\n" })},
		{name: "a search of thousands made up, and none of ours", line: "* SEARCH 1000 1001 …", naive: "asks for each of them, and hears nothing", edit: searched(constant("* SEARCH" + madeUp(1000, 5000) + "\r\n"))},
		{name: "a search of thousands below and between", line: "* SEARCH 1 2 3 4 5 6 …", naive: "asks for each of them", edit: searched(constant("* SEARCH" + madeUp(1, 3000) + "\r\n"))},
		{name: "a search that tells its time", line: "* SEARCH 5 6 7 8 9 completed (took 237 ms)", naive: "asks for message 237", edit: searched(func(found string) string { return "* SEARCH" + found + " completed (took 237 ms)\r\n" })},
		{name: "a search with a space behind nothing", line: "* SEARCH ␠", naive: "panics", edit: searched(func(found string) string { return "* SEARCH" + found + " \r\n" })},
		{name: "UID 0 in a list", line: "* 1 FETCH (UID 0)", naive: "asks for message 0 for ever", edit: on("UID FETCH", func(c call, answer string) string {
			if strings.Contains(c.args, "BODY") {
				return answer
			}
			return "* 1 FETCH (UID 0)\r\n" + answer
		})},
		{name: "no sets with a star", line: "T5 BAD invalid messageset", naive: "hears nothing", edit: func(_ *quirkServer, c call, answer string) string {
			if strings.HasPrefix(c.verb, "UID") && strings.Contains(c.args, "*") {
				return c.tag + " BAD invalid messageset\r\n"
			}
			return answer
		}},
		{name: "EXISTS behind the reply", line: "T3 OK, * 5 EXISTS", naive: "takes the folder for empty", edit: on("EXAMINE", func(_ call, answer string) string {
			re := regexp.MustCompile(`\* \d+ EXISTS\r\n`)
			return re.ReplaceAllString(answer, "") + re.FindString(answer)
		})},
		{name: "news by RECENT alone", line: "* 1 RECENT, and no EXISTS", naive: "hears nothing before its next poll", bend: func(q *quirkServer) { q.announce = "* 1 RECENT\r\n" }},
		{name: "news between DONE and its reply", line: "* 1 RECENT behind DONE", naive: "unexpected response", bend: func(q *quirkServer) { q.late = "* 1 RECENT\r\n* 6 EXISTS\r\n" }},
	}
}

// asks puts questions, each of which is answered in a line, and reports whether all
// were.
func (q *quirkServer) asks(questions []string, say func(string) bool, hear func() (string, error)) bool {
	for _, question := range questions {
		if !say("+ " + base64.StdEncoding.EncodeToString([]byte(question)) + "\r\n") {
			return false
		}
		answer, err := hear()
		if err != nil {
			return false
		}
		plain, err := base64.StdEncoding.DecodeString(strings.TrimSpace(answer))
		if err != nil || !slices.Contains([]string{imapUser, imapPassword}, string(plain)) {
			return false
		}
	}
	return true
}
