package email

import (
	"strings"
)

// first bends the first answer to a command, on whatever connection.
func first(verb, with string) edit {
	return on(verb, func(c call, answer string) string {
		if c.n > 0 {
			return answer
		}
		return strings.ReplaceAll(with, "TAG", c.tag)
	})
}

// each bends every answer to a command.
func each(verb, with string) edit {
	return on(verb, func(c call, _ string) string { return strings.ReplaceAll(with, "TAG", c.tag) })
}

// done puts another reply for that at the end of every answer.
func done(with string) edit {
	return func(_ *quirkServer, c call, answer string) string {
		return strings.Replace(answer, c.tag+" OK done", strings.ReplaceAll(with, "TAG", c.tag), 1)
	}
}

// beginning sets what is said before each answer.
func beginning(line string) func(*quirkServer) {
	return func(q *quirkServer) { q.begin = line + "\r\n" }
}

func greetingOf(text string) func(*quirkServer) { return func(q *quirkServer) { q.greeting = text } }

// capable makes a server that says so much of itself, and no more in its
// greeting.
func capable(caps string) func(*quirkServer) {
	return func(q *quirkServer) { q.greeting, q.caps = "* OK ready\r\n", caps }
}

func dialogueQuirks() []quirk {
	unknown := "unsupported response type"
	return []quirk{
		{name: "HIGHESTMODSEQ untagged", line: "* HIGHESTMODSEQ 12", naive: unknown, bend: beginning("* HIGHESTMODSEQ 12")},
		{name: "VANISHED", line: "* VANISHED (EARLIER) 4", naive: unknown, bend: beginning("* VANISHED (EARLIER) 4")},
		{name: "a response of the server's own", line: "* XFOO (a (b {4}…)", naive: unknown, bend: beginning("* XFOO (a (b {4}\r\nab)c \"")},
		{name: "a literal in an unknown response", line: `* METADATA "" (/x {7}…)`, naive: "takes the literal for responses", bend: beginning("* COMMENT \"\" (/x {7}\r\n* 9 OK\n)")},
		{name: "an unknown response that ends in a literal", line: "* XFOO {3}…", naive: "takes what follows for the rest of it", bend: beginning("* XFOO {3}\r\nabc")},
		{name: "an empty line", line: "(empty)", naive: "expected '*' or atom", bend: beginning("")},
		{name: "a line of a log", line: "imapd[27]: warning: disk", naive: "unknown tag", bend: beginning("imapd[27]: warning: disk")},
		{name: "a star alone", line: "*", naive: "expected SP", bend: beginning("*")},
		{name: "OK without a text", line: "* OK", naive: "expected text", bend: beginning("* OK")},
		{name: "a code without a text", line: "* OK [UNSEEN 27]", naive: "expected SP", bend: beginning("* OK [UNSEEN 27]")},
		{name: "a code that is not closed", line: "* OK [UNSEEN 27", naive: "reads on into the next line", bend: beginning("* OK [UNSEEN 27")},
		{name: "a code of another grammar", line: "* OK [Flags: (a] b] c", naive: "expected ']'", bend: beginning("* OK [Flags: (a] b] c")},
		{name: "UIDVALIDITY at the wrong time", line: "* OK [UIDVALIDITY 99] x", naive: "reads the folder anew", bend: beginning("* OK [UIDVALIDITY 99] x")},
		{name: "octets that are no UTF-8", line: "* OK bl\xe5b\xe6r", naive: "nothing", bend: beginning("* OK bl\xe5b\xe6r \x00")},
		{name: "a warning each time", line: "* NO [ALERT] nearly full", naive: "gives up", bend: beginning("* NO [ALERT] nearly full")},
		{name: "BAD untagged", line: "* BAD internal", naive: "gives up", bend: beginning("* BAD internal")},
		{name: "a request to go on that no command awaits", line: "+ go ahead", naive: "unmatched continuation request", bend: beginning("+ go ahead")},
		{name: "flags that are none", line: `* FLAGS (\Seen $A] [x)`, naive: "expected flag", bend: beginning(`* FLAGS (\Seen $A] [x)`)},
		{name: "flags that are not closed", line: `* OK [PERMANENTFLAGS (\Seen \*] limited`, naive: "expected SP", bend: beginning(`* OK [PERMANENTFLAGS (\Seen \*] limited`)},
		{name: "a namespace in another form", line: `* NAMESPACE (("" "/")`, naive: "expected SP", bend: beginning(`* NAMESPACE (("" "/")`)},
		{name: "a quota without a limit", line: "* QUOTA root (STORAGE 10)", naive: "expected SP", bend: beginning("* QUOTA root (STORAGE 10)")},
		{name: "a number too great", line: "* 99999999999 EXISTS", naive: "value out of range", bend: beginning("* 99999999999 EXISTS")},
		{name: "the same EXISTS each time", line: "* 5 EXISTS in every answer", naive: "20 FETCH a second", bend: beginning("* 5 EXISTS")},
		{name: "EXISTS up and down", line: "* 5 EXISTS, * 6 EXISTS in every answer", naive: "fetches without an end", bend: beginning("* 5 EXISTS\r\n* 6 EXISTS")},
		{name: "a message expunged each time", line: "* 9 EXPUNGE", naive: "counts below nothing", bend: beginning("* 9 EXPUNGE")},
		{name: "a reply without a text", line: "T9 OK", naive: "expected text", edit: done("TAG OK")},
		{name: "a reply in small letters", line: "t9 ok done", naive: "unknown tag", edit: func(_ *quirkServer, c call, answer string) string {
			return strings.Replace(answer, c.tag+" OK done", strings.ToLower(c.tag)+" ok done", 1)
		}},
		{name: "a reply with a code of another grammar", line: "T9 OK [COPYUID] done", naive: "expected SP", edit: done("TAG OK [COPYUID] done")},
		{name: "a reply to a command that was never given", line: "T999 NO stale", naive: "unknown tag", bend: beginning("T999 NO stale")},
		{name: "two replies to one command", line: "T9 OK done, T9 OK done", naive: "unknown tag", edit: done("TAG OK done\r\nTAG OK done")},
		{name: "a banner before the greeting", line: "Welcome!", naive: "cannot read tag", bend: greetingOf("Welcome!\r\n\r\n* OK [CAPABILITY IMAP4rev1] ready\r\n")},
		{name: "a greeting without a text", line: "* OK", naive: "expected text", bend: greetingOf("* OK\r\n")},
		{name: "two greetings", line: "* OK proxy, * OK ready", naive: "nothing", bend: greetingOf("* OK proxy\r\n* OK [CAPABILITY IMAP4rev1] ready\r\n")},
		{name: "a capability that is none", line: "* CAPABILITY IMAP4rev1 + ( IDLE", naive: "expected capability", bend: capable("IMAP4rev1 + ( IDLE")},
		{name: "no capabilities at all", line: "* CAPABILITY", naive: "does not log in", bend: capable("")},
		{name: "CAPABILITY refused", line: "T1 BAD", naive: "does not log in", bend: greetingOf("* OK ready\r\n"), edit: each("CAPABILITY", "TAG BAD unknown\r\n")},
		{name: "AUTH=PLAIN offered and not known", line: "T2 BAD", naive: "does not log in", bend: capable("IMAP4rev1 AUTH=PLAIN SASL-IR"), edit: each("AUTHENTICATE", "TAG BAD unknown\r\n"), mostLogins: 2},
		{name: "words for a challenge", line: "+ Ready for it!", naive: "illegal base64", bend: capable("IMAP4rev1 AUTH=PLAIN"), edit: each("AUTHENTICATE", "+ Ready for it!\r\nTAG OK done\r\n")},
		{name: "BYE and no end, at a folder", line: "* BYE, and the connection stays", naive: "waits for ever", edit: first("EXAMINE", "* BYE too busy\r\n"+stalls), mostLogins: 2},
		{name: "BYE and no end, at a message", line: "* BYE, and the connection stays", naive: "waits for ever", edit: first("UID FETCH", "* BYE too busy\r\n"+stalls), mostLogins: 2},
		{name: "silence at a folder", line: "(silence)", naive: "waits for ever", edit: first("EXAMINE", stalls), mostLogins: 2},
		{name: "status lines without an end", line: "* OK Still here, for ever", naive: "waits for ever", edit: first("UID FETCH", "* OK Still here\r\n"+drones), mostLogins: 2},
		{name: "news without an end", line: "* 1 FETCH (FLAGS ()), for ever", naive: "waits for ever", edit: first("UID SEARCH", "* 1 FETCH (FLAGS ())\r\n"+drones), mostLogins: 2},
		{name: "the reply never comes", line: "* SEARCH 5 6, and no T9 OK", naive: "waits for ever", edit: first("UID SEARCH", "* SEARCH 5 6\r\n"+stalls), mostLogins: 2},

		{name: "every login is refused", line: "T2 NO [AUTHENTICATIONFAILED]", naive: "logs in every second, until the account is locked", edit: each("LOGIN", "TAG NO [AUTHENTICATIONFAILED] no\r\n"), hearsNothing: true},
		{name: "BYE for a greeting", line: "* BYE too many connections", naive: "connects without an end", bend: greetingOf("* BYE too many\r\n"), hearsNothing: true},
		{name: "no greeting", line: "(silence)", naive: "waits for ever", bend: greetingOf(stalls), hearsNothing: true},
		{name: "no message at all", line: "T9 NO [UNAVAILABLE]", naive: "says that it listens", edit: on("UID FETCH", func(c call, answer string) string {
			if strings.Contains(c.args, "BODY") {
				return c.tag + " NO [UNAVAILABLE] later\r\n"
			}
			return answer
		}), hearsNothing: true},
		{name: "no folder", line: "T3 NO", naive: "logs in every second", edit: both(each("EXAMINE", "TAG NO no such folder\r\n"), each("SELECT", "TAG NO no such folder\r\n")), hearsNothing: true},
		{name: "status lines without an end in a folder", line: "* OK Still here, for ever", naive: "waits for ever, and says that it listens", edit: each("EXAMINE", "* OK Still here\r\n"+drones), mostLogins: 3},
		{name: "neither search nor list", line: "T4 NO", naive: "hears nothing and says that it listens", edit: func(_ *quirkServer, c call, answer string) string {
			switch {
			case c.verb == "UID SEARCH", c.verb == "UID FETCH":
				return c.tag + " NO no\r\n"
			case c.verb == "EXAMINE":
				return strings.Replace(answer, "UIDNEXT", "UIDLAST", 1)
			}
			return answer
		}, hearsNothing: true},
	}
}
