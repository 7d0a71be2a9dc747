package email

import (
	"fmt"
	"regexp"
	"strings"
)

// firstGreeting makes a server that says something else to who connects first.
func firstGreeting(text string) func(*quirkServer) {
	return func(q *quirkServer) { q.greetings = []string{text} }
}

// asksFor returns an edit that ends the connection at each FETCH of an item.
func asksFor(item string) edit {
	return on("UID FETCH", func(c call, answer string) string {
		if strings.Contains(c.args, item) {
			return closes
		}
		return answer
	})
}

// untilLogin bends the answers to some commands until so many have logged in.
func untilLogin(logins int, with string, verbs ...string) edit {
	return func(q *quirkServer, c call, answer string) string {
		for _, verb := range verbs {
			if c.verb == verb && len(q.logins) < logins {
				return strings.NewReplacer("TAG", c.tag, "ANSWER", answer).Replace(with)
			}
		}
		return answer
	}
}

// inOtherLines puts another end for those of all lines but of texts.
func inOtherLines(end string) edit {
	return func(_ *quirkServer, c call, answer string) string {
		if c.verb != "UID FETCH" {
			return strings.ReplaceAll(answer, "\r\n", end)
		}
		return regexp.MustCompile(`\)\r\n|done\r\n`).ReplaceAllStringFunc(answer, func(s string) string {
			return strings.Replace(s, "\r\n", end, 1)
		})
	}
}

// counted puts another count before each text.
func counted(count func(text string) int) edit {
	re := regexp.MustCompile(`\{\d+\}\r\n(Message-ID[^)]*)\)`)
	return on("UID FETCH", func(_ call, answer string) string {
		return re.ReplaceAllStringFunc(answer, func(s string) string {
			text := re.FindStringSubmatch(s)[1]
			return fmt.Sprintf("{%d}\r\n%s)", count(text), text)
		})
	})
}

// stepQuirks are servers that end, refuse or leave out a step that others take.
func stepQuirks() []quirk {
	utf8 := capable("IMAP4rev1 IDLE ENABLE UTF8=ONLY")
	return []quirk{
		{name: "another protocol's greeting, at first", line: "421 Server is busy, try again later.", naive: "logs in every second", bend: firstGreeting("421 Server is busy, try again later.\r\n" + closes), mostLogins: 2},
		{name: "BYE for a greeting, at first", line: "* BYE too many connections", naive: "logs in every second", bend: firstGreeting("* BYE too many connections\r\n" + closes), mostLogins: 2},
		{name: "BYE behind the login, at first", line: "T2 OK, * BYE", naive: "logs in every second", edit: untilLogin(2, "ANSWER* BYE shutting down\r\n"+closes, "LOGIN"), mostLogins: 2},
		{name: "logged in and not connected, at first", line: "T4 BAD User is authenticated but not connected.", naive: "takes it for an error of its own", edit: untilLogin(2, "TAG BAD User is authenticated but not connected.\r\n", "EXAMINE", "SELECT"), mostLogins: 2},

		{name: "AUTHENTICATE PLAIN refused, and LOGIN taken", line: "* CAPABILITY AUTH=PLAIN, T2 NO", naive: "takes the password for wrong", bend: capable("IMAP4rev1 IDLE AUTH=PLAIN"), edit: each("AUTHENTICATE", "TAG NO [AUTHENTICATIONFAILED] not this way\r\n"), mostLogins: 3},
		{name: "AUTHENTICATE PLAIN ends the connection", line: "* CAPABILITY AUTH=PLAIN, (closed)", naive: "ends there for ever", bend: capable("IMAP4rev1 IDLE AUTH=PLAIN"), edit: each("AUTHENTICATE", closes), mostLogins: 3},

		{name: "EXAMINE refused", line: "T4 NO not permitted", naive: "hears nothing", edit: each("EXAMINE", "TAG NO not permitted\r\n")},
		{name: "EXAMINE ends the connection", line: "(closed)", naive: "ends there for ever", edit: each("EXAMINE", closes), mostLogins: 3},
		{name: "EXAMINE says nothing of the folder", line: "T4 OK", naive: "takes it for empty", edit: each("EXAMINE", "TAG OK done\r\n")},
		{name: "LIST with the name as a literal", line: `* LIST () "/" {5}…`, naive: "takes what follows for the rest of it", edit: each("LIST", "* LIST () \"/\" {5}\r\nINBOX\r\nTAG OK done\r\n")},
		{name: "a search ends the connection", line: "(closed)", naive: "ends there for ever", edit: each("UID SEARCH", closes), mostLogins: 3},
		{name: "a search without an answer", line: "(silence)", naive: "waits for ever", edit: each("UID SEARCH", stalls), mostLogins: 3},
		{name: "a search with commas", line: "* SEARCH 5,6,7", naive: "hears nothing", edit: searched(func(found string) string {
			return "* SEARCH " + strings.ReplaceAll(strings.TrimSpace(found), " ", ",") + "\r\n"
		})},
		{name: "ENABLE without an answer", line: "* CAPABILITY UTF8=ONLY, (silence)", naive: "waits for ever", bend: utf8, edit: each("ENABLE", stalls), mostLogins: 3},
		{name: "no reply to DONE", line: "(silence)", naive: "waits for ever", bend: func(q *quirkServer) { q.late = stalls }, mostLogins: 3},

		{name: "dates end the connection", line: "UID FETCH 5 (INTERNALDATE): (closed)", naive: "ends there for ever", edit: asksFor("INTERNALDATE"), mostLogins: 16, undated: true},
		{name: "sizes end the connection", line: "UID FETCH 5 (RFC822.SIZE …): (closed)", naive: "ends there for ever", edit: asksFor("RFC822.SIZE"), mostLogins: 12},
		{name: "parts of texts end the connection", line: "UID FETCH 5 (BODY.PEEK[]<0.2097152>): (closed)", naive: "ends there for ever", edit: asksFor("]<"), mostLogins: 20},
		{name: "a connection for each answer with texts", line: "T9 OK, (closed)", naive: "fetches the same again", edit: on("UID FETCH", func(c call, answer string) string {
			if strings.Contains(c.args, "BODY") {
				return answer + closes
			}
			return answer
		}), mostLogins: 8},
		{name: "BYE in the midst of messages, twice", line: "* BYE idle for too long", naive: "drops what it has got", edit: of7(func(c call, r string) string {
			if c.n > 2 {
				return r
			}
			return "* BYE idle for too long\r\n" + closes
		}), mostLogins: 4},

		{name: "lines end in CR CR LF", line: `T5 OK done\r\r\n`, naive: "expected CRLF", edit: inOtherLines("\r\r\n")},
		{name: "a size in another form", line: "RFC822.SIZE 3.45e+06", naive: "expected number64", edit: matched(`RFC822.SIZE \d+`, "RFC822.SIZE 3.45e+06")},
		{name: "a space behind a count of octets", line: `BODY[] {90} \r\n`, naive: "takes the text for responses", edit: matched(`(\{\d+\})`, "$1 ")},
		{name: "words that end in a count", line: "* XLOG took {3}", naive: "takes what follows for a text", edit: on("UID FETCH", func(_ call, answer string) string { return "* XLOG took {3}\r\n" + answer })},
		{name: "a count that takes in the parenthesis", line: "RFC822.SIZE 90 BODY[] {91}", naive: "takes what follows for responses", edit: counted(func(text string) int { return len(text) + 1 })},
		{name: "a count of lines that end in one octet", line: "RFC822.SIZE 90 BODY[] {85}", naive: "takes the rest of the text for responses", edit: counted(func(text string) int { return len(text) - strings.Count(text, "\n") })},
		{name: "a count of octets with zeros", line: "BODY[] {00090}", naive: "nothing", edit: matched(`\{(\d+)\}`, "{000$1}")},
		{name: "a date with dots", line: `INTERNALDATE "11-Jan-2021 10.00.00 +0100"`, naive: "cannot parse", edit: replaced("10:00:00 +0100", "10.00.00 +0100")},
		{name: "the UID twice", line: "* 3 FETCH (UID 7 UID 7 …", naive: "nothing", edit: matched(`\(UID (\d+)`, "(UID $1 UID $1")},
		{name: "a request to go on of one octet", line: "+", naive: "expected SP", edit: on("IDLE", func(_ call, answer string) string { return strings.Replace(answer, "+ idling", "+", 1) })},
		{name: "the second form of the protocol alone", line: "* CAPABILITY IMAP4rev2", naive: "expects SEARCH", bend: capable("IMAP4rev2 IDLE"), edit: searched(func(found string) string {
			if found = strings.TrimSpace(found); found == "" {
				return "* ESEARCH (TAG \"T0\") UID\r\n"
			}
			return "* ESEARCH (TAG \"T0\") UID ALL " + strings.ReplaceAll(found, " ", ",") + "\r\n"
		})},
	}
}
