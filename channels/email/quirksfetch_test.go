package email

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// An edit bends an answer.
type edit = func(q *quirkServer, c call, answer string) string

// on bends the answers to one command.
func on(verb string, bend func(c call, answer string) string) edit {
	return func(_ *quirkServer, c call, answer string) string {
		if c.verb != verb {
			return answer
		}
		return bend(c, answer)
	}
}

// replaced puts one string for another in all answers to FETCH.
func replaced(pairs ...string) edit {
	r := strings.NewReplacer(pairs...)
	return on("UID FETCH", func(_ call, answer string) string { return r.Replace(answer) })
}

// matched does so by a pattern.
func matched(pattern, with string) edit {
	re := regexp.MustCompile(pattern)
	return on("UID FETCH", func(_ call, answer string) string { return re.ReplaceAllString(answer, with) })
}

// texts reports whether a command asks for texts, and 7 among them.
func poisoned(c call) bool {
	return c.verb == "UID FETCH" && strings.Contains(c.args, "BODY") && slices.Contains(c.set, 7)
}

// of7 returns an edit of what is said of message 7 where its text is asked for.
func of7(bend func(c call, response string) string) edit {
	return func(q *quirkServer, c call, answer string) string {
		if !poisoned(c) {
			return answer
		}
		r := q.fetch(c, 7)
		return strings.Replace(answer, r, bend(c, r), 1)
	}
}

// ends7 returns an edit that ends the answer where message 7 would come.
func ends7(with string) edit {
	return func(q *quirkServer, c call, answer string) string {
		if !poisoned(c) {
			return answer
		}
		before, _, _ := strings.Cut(answer, q.fetch(c, 7))
		return before + strings.ReplaceAll(with, "TAG", c.tag)
	}
}

// text7 puts something else for the text of message 7.
func text7(as string) edit {
	re := regexp.MustCompile(`(?s)\{\d+\}\r\n.*\)\r\n$`)
	return of7(func(_ call, r string) string { return re.ReplaceAllLiteralString(r, as+")\r\n") })
}

func fetchQuirks() []quirk {
	return []quirk{
		{name: "a message that cannot be read ends the command", line: "T9 NO [SERVERBUG]", naive: "drops what it has got, and asks the same for ever", edit: ends7("TAG NO [SERVERBUG] internal error\r\n"), lost: []uint32{7}},
		{name: "a message that cannot be read is BAD", line: "T9 BAD", naive: "takes it for an error of its own", edit: ends7("TAG BAD parse error\r\n"), lost: []uint32{7}},
		{name: "a message is left out of an answer that is OK", line: "T9 OK", naive: "moves its mark past it", edit: of7(func(call, string) string { return "" }), lost: []uint32{7}},
		{name: "the connection ends at a message", line: "(closed)", naive: "connects again and ends there again", edit: ends7(closes), lost: []uint32{7}, mostLogins: 12},
		{name: "nothing more comes at a message", line: "(silence)", naive: "waits for ever", edit: ends7(stalls), lost: []uint32{7}, mostLogins: 12},
		{name: "the connection ends within a text, once", line: "BODY[] {90} Mess(closed)", naive: "takes the part for the whole, or moves its mark", edit: of7(func(c call, r string) string {
			if c.n > 1 {
				return r
			}
			return r[:len(r)-20] + closes
		}), mostLogins: 3},
		{name: "NIL for a text", line: "BODY[] NIL", naive: "hears an empty message", edit: text7("NIL"), lost: []uint32{7}},
		{name: "no octets for a text", line: "BODY[] {0}", naive: "hears an empty message", edit: text7("{0}\r\n"), lost: []uint32{7}},
		{name: "an empty string for a text", line: `BODY[] ""`, naive: "hears an empty message", edit: text7(`""`), lost: []uint32{7}},
		{name: "a text is empty at first", line: "BODY[] {0}, later BODY[] {90}", naive: "hears an empty message", edit: func(q *quirkServer, c call, answer string) string {
			if c.n > 6 {
				return answer
			}
			return text7("{0}\r\n")(q, c, answer)
		}},
		{name: "a text is its header alone at first", line: "RFC822.SIZE 90 BODY[] {50}, later BODY[] {90}", naive: "hears a message without a text", edit: func(q *quirkServer, c call, answer string) string {
			if c.n > 6 {
				return answer
			}
			header, _, _ := strings.Cut(quirkText(7), "\r\n\r\n")
			return text7(fmt.Sprintf("{%d}\r\n%s\r\n\r\n", len(header)+4, header))(q, c, answer)
		}},
		{name: "a stand-in for a message", line: "Subject: Retrieval using the IMAP4 protocol failed for the following message: 7", naive: "hears a message that was never sent", edit: func(q *quirkServer, c call, answer string) string {
			text := "From: Microsoft Exchange Server 2010\r\nSubject: Retrieval using the IMAP4 protocol failed for the following\r\n message: 7\r\n\r\nThe server couldn't retrieve the following message.\r\n"
			return text7(fmt.Sprintf("{%d}\r\n%s", len(text), text))(q, c, answer)
		}, lost: []uint32{7}},
		{name: "the UID stands behind the text", line: "* 3 FETCH (BODY[] {90} … UID 7)", naive: "gives the text to no command", edit: on("UID FETCH", func(_ call, answer string) string {
			re := regexp.MustCompile(`(?s)\(UID (\d+) (INTERNALDATE "[^"]*" RFC822.SIZE \d+ BODY[^\r]*\r\nMessage.*?The text of \d+\.\r\n)\)`)
			return re.ReplaceAllString(answer, "($2 UID $1)")
		})},
		{name: "no UID", line: "* 3 FETCH (BODY[] {90} …)", naive: "does not know which message it is", edit: matched(`\(UID \d+ INTER`, "(INTER")},
		{name: "UID 0", line: "* 3 FETCH (UID 0 …)", naive: "asks for message 0 for ever", edit: of7(func(_ call, r string) string { return strings.Replace(r, "UID 7", "UID 0", 1) })},
		{name: "names in small letters", line: "* 3 fetch (uid 7 body[]<0> {90}", naive: "knows no such response", edit: replaced("FETCH (UID", "fetch (uid", "BODY[]", "body[]", "INTERNALDATE", "internaldate", "RFC822.SIZE", "rfc822.size")},
		{name: "a text in quotes over many lines", line: `BODY[] "Message-ID: …`, naive: "CR or LF not allowed in quoted string", edit: on("UID FETCH", func(_ call, answer string) string {
			return regexp.MustCompile(`(?s)\{\d+\}\r\n(Message.*?The text of \d+\.\r\n)\)`).ReplaceAllString(answer, `"$1")`)
		})},
		{name: "a text marked as binary", line: "BODY[] ~{90}", naive: "expected nstring", edit: matched(`\{(\d+)\}`, "~{$1}")},
		{name: "a text that need not be awaited", line: "BODY[] {90+}", naive: "expected '}'", edit: matched(`\{(\d+)\}`, "{$1+}")},
		{name: "the name as it was asked", line: "BODY.PEEK[]<0>", naive: "unsupported msg-att name", edit: replaced("BODY[", "BODY.PEEK[")},
		{name: "the old name", line: "RFC822 {90}", naive: "unsupported msg-att name", edit: replaced("BODY[]<0>", "RFC822", "BODY[]", "RFC822")},
		{name: "a part with both its ends", line: "BODY[]<0.2097152>", naive: "expected '>'", edit: replaced("<0>", "<0.2097152>")},
		{name: "a part without its beginning", line: "BODY[] {90}", naive: "nothing", edit: replaced("<0>", "")},
		{name: "a space before the end", line: "… )", naive: "unsupported msg-att name", edit: on("UID FETCH", func(_ call, answer string) string { return strings.ReplaceAll(answer, ")\r\n", " )\r\n") })},
		{name: "two spaces", line: "* 3  FETCH  (UID 7  BODY[] …", naive: "expected atom", edit: replaced(" FETCH ", "  FETCH  ", " BODY", "  BODY", "UID ", "UID  ")},
		{name: "no space behind a list", line: `FLAGS (\Seen)BODY[] …`, naive: "expected SP", edit: replaced(" BODY[", ` FLAGS (\Seen)BODY[`)},
		{name: "the end on a line of its own", line: "(newline) )", naive: "expected SP", edit: on("UID FETCH", func(_ call, answer string) string {
			return regexp.MustCompile(`(The text of \d+\.\r\n)\)`).ReplaceAllString(answer, "$1\r\n)")
		})},
		{name: "more behind the end", line: `) FLAGS (\Seen) RFC822.SIZE 90`, naive: "expected CRLF", edit: on("UID FETCH", func(_ call, answer string) string {
			return regexp.MustCompile(`(The text of \d+\.\r\n)\)`).ReplaceAllString(answer, `$1) FLAGS (\Seen) RFC822.SIZE 90`)
		})},
		{name: "quotes that are not escaped", line: `ENVELOPE (NIL "a "new" ()offer" NIL`, naive: "expected SP", edit: replaced(" BODY[", ` ENVELOPE (NIL "a "new" ()offer" NIL) BODY[`)},
		{name: "a list that is not closed", line: `FLAGS (\Seen ($x `, naive: "reads on for ever", edit: replaced(" BODY[", ` FLAGS (\Seen ($x BODY[`)},
		{name: "items that were not asked for", line: `X-GM-LABELS (\\Important "a b") MODSEQ (5) SAVEDATE NIL`, naive: "unsupported msg-att name", edit: replaced(" BODY[", ` X-GM-LABELS (\\Important "a b") MODSEQ (5) SAVEDATE NIL BODY[`)},
		{name: "flags in a message's place", line: `* 3 FETCH (UID 7 FLAGS (\Seen))`, naive: "takes the change for the message", edit: func(_ *quirkServer, c call, answer string) string {
			if !poisoned(c) {
				return answer
			}
			return "* 3 FETCH (UID 7 FLAGS (\\Seen))\r\n* 1 FETCH (FLAGS (\\Seen))\r\n" + answer
		}},
		{name: "the date ahead of the text", line: "* 3 FETCH (UID 7 INTERNALDATE …) * 3 FETCH (UID 7 BODY[] …)", naive: "loses one of the two", edit: matched(`\(UID (\d+) (INTERNALDATE "[^"]*") `, "(UID $1 $2)\r\n* 3 FETCH (UID $1 ")},
		{name: "NIL for a date", line: "INTERNALDATE NIL", naive: "expected string", edit: matched(`INTERNALDATE "[^"]*"`, "INTERNALDATE NIL"), undated: true},
		{name: "a date of zeros", line: `INTERNALDATE "00-Jan-0000 00:00:00 +0000"`, naive: "cannot parse", edit: matched(`INTERNALDATE "[^"]*"`, `INTERNALDATE "00-Jan-0000 00:00:00 +0000"`), undated: true},
		{name: "a date of 1899", line: `INTERNALDATE "30-Dec-1899 00:00:00 +0530"`, naive: "an answer before the question", edit: matched(`INTERNALDATE "[^"]*"`, `INTERNALDATE "30-Dec-1899 00:00:00 +0530"`), undated: true},
		{name: "a date far ahead", line: `INTERNALDATE "11-Jan-2097 10:00:00 +0100"`, naive: "an answer in 70 years", edit: matched("11-Jan-2021", "11-Jan-2097"), undated: true},
		{name: "a date as in mail", line: `INTERNALDATE "Mon, 11 Jan 2021 10:00:00 +0100"`, naive: "cannot parse", edit: replaced("11-Jan-2021", "Mon, 11 Jan 2021")},
		{name: "a date without a zone", line: `INTERNALDATE "11-Jan-2021 09:00:00"`, naive: "cannot parse", edit: replaced("10:00:00 +0100", "09:00:00")},
		{name: "an empty date", line: `INTERNALDATE ""`, naive: "cannot parse", edit: matched(`INTERNALDATE "[^"]*"`, `INTERNALDATE ""`), undated: true},
		{name: "a size below nothing", line: "RFC822.SIZE -1", naive: "expected number64", edit: matched(`RFC822.SIZE \d+`, "RFC822.SIZE -1")},
		{name: "NIL for a size", line: "RFC822.SIZE NIL", naive: "expected number64", edit: matched(`RFC822.SIZE \d+`, "RFC822.SIZE NIL")},
		{name: "no dates", line: "T9 BAD unknown item INTERNALDATE", naive: "gets nothing", edit: on("UID FETCH", func(c call, answer string) string {
			if strings.Contains(c.args, "INTERNALDATE") {
				return c.tag + " BAD unknown item INTERNALDATE\r\n"
			}
			return answer
		}), undated: true},
		{name: "no parts of texts", line: "T9 BAD expected fetch-att instead of BODY.PEEK[]<0", naive: "gets nothing", edit: on("UID FETCH", func(c call, answer string) string {
			if strings.Contains(c.args, "]<") {
				return c.tag + " BAD expected fetch-att\r\n"
			}
			return answer
		})},
		{name: "no sets with commas", line: "T9 BAD invalid uidset", naive: "gets nothing", edit: on("UID FETCH", func(c call, answer string) string {
			if set, _, _ := strings.Cut(c.args, " "); strings.ContainsAny(set, ",:") && !strings.HasSuffix(set, ":*") {
				return c.tag + " BAD invalid uidset\r\n"
			}
			return answer
		})},
		{name: "octets miscounted where a part is asked for", line: "BODY[]<0> {80}", naive: "takes the rest of the text for responses", edit: of7(func(c call, r string) string {
			if !strings.Contains(c.args, "]<") {
				return r
			}
			return strings.Replace(r, fmt.Sprintf("{%d}", len(quirkText(7))), fmt.Sprintf("{%d}", len(quirkText(7))-9), 1)
		}), mostLogins: 6},
		{name: "octets miscounted, and the size", line: "RFC822.SIZE 40 BODY[] {40}", naive: "takes the rest of the text for responses", edit: of7(func(_ call, r string) string {
			return regexp.MustCompile(`SIZE \d+`).ReplaceAllString(regexp.MustCompile(`\{\d+\}`).ReplaceAllString(r, "{40}"), "SIZE 40")
		}), lost: []uint32{7}, mostLogins: 12},
		{name: "more octets counted than come", line: "BODY[] {225752}", naive: "waits for ever", edit: of7(func(_ call, r string) string {
			return regexp.MustCompile(`\{\d+\}`).ReplaceAllString(r, "{225752}")
		}), lost: []uint32{7}, mostLogins: 12},
		{name: "each message twice", line: "* 3 FETCH …, * 3 FETCH …", naive: "hears it twice", edit: on("UID FETCH", func(c call, answer string) string {
			return strings.TrimSuffix(answer, c.tag+" OK done\r\n") + answer
		})},
		{name: "a text behind the reply", line: "T9 OK, * 3 FETCH (UID 7 …)", naive: "loses it", edit: func(q *quirkServer, c call, answer string) string {
			if !poisoned(c) || c.n > 2 {
				return answer
			}
			r := q.fetch(c, 7)
			return strings.Replace(answer, r, "", 1) + r
		}},
		{name: "all messages whatever is asked for", line: "* 1 FETCH (UID 5 …) for UID FETCH 7", naive: "hears them again and again", edit: func(q *quirkServer, c call, answer string) string {
			if c.verb != "UID FETCH" {
				return answer
			}
			c.set = q.uids()
			return q.answer(c)
		}},
		{name: "lines end in LF alone", line: "* 3 FETCH (UID 7 …)\\n", naive: "waits for CR", edit: on("UID FETCH", func(_ call, answer string) string {
			return regexp.MustCompile(`\)\r\n|done\r\n`).ReplaceAllStringFunc(answer, func(s string) string { return strings.Replace(s, "\r", "", 1) })
		})},
	}
}
