package email

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// examined bends what is said of the folder.
func examined(pattern, with string) edit {
	re := regexp.MustCompile(pattern)
	return on("EXAMINE", func(_ call, answer string) string { return re.ReplaceAllString(answer, with) })
}

// searched puts another line for what a search finds.
func searched(line func(found string) string) edit {
	re := regexp.MustCompile(`\* SEARCH([0-9 ]*)\r\n`)
	return on("UID SEARCH", func(_ call, answer string) string {
		return re.ReplaceAllStringFunc(answer, func(s string) string { return line(re.FindStringSubmatch(s)[1]) })
	})
}

func constant(line string) func(string) string { return func(string) string { return line } }

// both bends by one edit and then by the other.
func both(one, other edit) edit {
	return func(q *quirkServer, c call, answer string) string { return other(q, c, one(q, c, answer)) }
}

// lists bends the answers to a list of UIDs by FETCH.
func lists(with string) edit {
	return on("UID FETCH", func(c call, answer string) string {
		if strings.Contains(c.args, "BODY") || !strings.Contains(c.args, ":*") {
			return answer
		}
		return strings.ReplaceAll(with, "TAG", c.tag)
	})
}

// hidden leaves a message out of some answers until so many searches were made.
func hidden(uid uint32, searches int, from func(c call) bool) edit {
	return func(q *quirkServer, c call, answer string) string {
		if q.calls["UID SEARCH"] > searches || !from(c) {
			return answer
		}
		c.set = slices.DeleteFunc(slices.Clone(c.set), func(u uint32) bool { return u == uid })
		return q.answer(c)
	}
}

// listsAll reports whether a command names a range of messages.
func listsAll(c call) bool {
	return c.verb == "UID SEARCH" || c.verb == "UID FETCH" && !strings.Contains(c.args, "BODY") && strings.Contains(c.args, ":")
}

func folderQuirks() []quirk {
	validity := 7
	return []quirk{
		{name: "LIST with an empty delimiter", line: `* LIST (\HasNoChildren) "" INBOX`, naive: "expected delimiter", edit: each("LIST", "* LIST (\\HasNoChildren) \"\" INBOX\r\nTAG OK done\r\n")},
		{name: "LIST with a name in two words", line: `* LIST () "/" Deleted Items`, naive: "expected CRLF", edit: each("LIST", "* LIST () \"/\" Deleted Items\r\nTAG OK done\r\n")},
		{name: "LIST with a name that is not encoded", line: `* LIST () "/" "S\xf8ppel & co"`, naive: "invalid UTF-7", edit: each("LIST", "* LIST () \"/\" \"S\xf8ppel & co\"\r\nTAG OK done\r\n")},
		{name: "LIST with a long delimiter", line: `* LIST () "//" INBOX`, naive: "expected '\"'", edit: each("LIST", "* LIST () \"//\" INBOX\r\nTAG OK done\r\n")},
		{name: "LIST with attributes that are none", line: `* LIST (\Has[x] a"b) "/" INBOX`, naive: "expected flag", edit: each("LIST", "* LIST (\\Has[x] a\"b) \"/\" INBOX\r\nTAG OK done\r\n")},
		{name: "LIST refused", line: "T3 NO", naive: "hears nothing", edit: each("LIST", "TAG NO no\r\n")},
		{name: "LIST not known", line: "T3 BAD", naive: "hears nothing", edit: each("LIST", "TAG BAD no\r\n")},
		{name: "LIST ends the connection", line: "(closed)", naive: "ends there for ever", edit: each("LIST", closes), mostLogins: 3},
		{name: "LIST without an end", line: "(silence)", naive: "ends there for ever", edit: each("LIST", stalls), mostLogins: 3},

		{name: "EXAMINE not known", line: "T4 BAD", naive: "hears nothing", edit: each("EXAMINE", "TAG BAD unknown command\r\n")},
		{name: "no UIDVALIDITY", line: "(nothing)", naive: "begins anew", edit: examined(`\* OK \[UIDVALIDITY \d+\] valid\r\n`, "")},
		{name: "UIDVALIDITY 0", line: "* OK [UIDVALIDITY 0]", naive: "begins anew", edit: examined("UIDVALIDITY 7", "UIDVALIDITY 0")},
		{name: "UIDVALIDITY beyond 32 bits", line: "* OK [UIDVALIDITY 99999999999]", naive: "expected number", edit: examined("UIDVALIDITY 7", "UIDVALIDITY 99999999999")},
		{name: "UIDVALIDITY with a word", line: "* OK [UIDVALIDITY: 7]", naive: "expected ']'", edit: examined("UIDVALIDITY 7", "UIDVALIDITY: 7")},
		{name: "another UIDVALIDITY each time", line: "* OK [UIDVALIDITY 8], 9, 10 …", naive: "reads the folder anew at each poll", edit: on("EXAMINE", func(_ call, answer string) string {
			validity++
			return strings.Replace(answer, "UIDVALIDITY 7", fmt.Sprintf("UIDVALIDITY %d", validity), 1)
		})},
		{name: "no UIDNEXT", line: "(nothing)", naive: "nothing", edit: examined(`\* OK \[UIDNEXT \d+\] next\r\n`, "")},
		{name: "UIDNEXT 1 for ever", line: "* OK [UIDNEXT 1]", naive: "reads the folder anew at each poll", edit: examined(`UIDNEXT \d+`, "UIDNEXT 1")},
		{name: "UIDNEXT that lags", line: "* OK [UIDNEXT 9] where 9 is there", naive: "reads the folder anew at each poll", edit: examined(`UIDNEXT 10`, "UIDNEXT 9")},
		{name: "UIDNEXT that is none", line: "* OK [UIDNEXT -1]", naive: "expected number", edit: examined(`UIDNEXT \d+`, "UIDNEXT -1")},
		{name: "no EXISTS", line: "(nothing)", naive: "takes the folder for empty", edit: examined(`\* \d+ EXISTS\r\n`, "")},

		{name: "no search", line: "T5 BAD", naive: "hears nothing", edit: each("UID SEARCH", "TAG BAD no\r\n")},
		{name: "search refused", line: "T5 NO", naive: "hears nothing", edit: each("UID SEARCH", "TAG NO no\r\n")},
		{name: "a search that finds nothing", line: "* SEARCH", naive: "hears nothing", edit: searched(constant("* SEARCH\r\n"))},
		{name: "a search that says nothing", line: "T5 OK alone", naive: "hears nothing", edit: searched(constant(""))},
		{name: "a search that lags", line: "* SEARCH 5 7 where 6 is there", naive: "never hears 6", edit: searched(func(found string) string {
			return "* SEARCH" + strings.Replace(found, " 6", "", 1) + "\r\n"
		})},
		{name: "a message that shows up late", line: "* SEARCH 5 6 8 9, then 7", naive: "never hears 7", edit: hidden(7, 8, func(c call) bool {
			return strings.HasPrefix(c.verb, "UID ")
		})},
		{name: "a message that shows up late, and is not counted before", line: "* 4 EXISTS, * SEARCH 5 6 8 9, then 7", naive: "never hears 7", edit: both(
			hidden(7, 8, func(c call) bool { return strings.HasPrefix(c.verb, "UID ") }),
			func(q *quirkServer, c call, answer string) string {
				if q.calls["UID SEARCH"] > 8 {
					return answer
				}
				return strings.Replace(answer, "* 5 EXISTS", "* 4 EXISTS", 1)
			})},
		{name: "lists that leave a message out for a while", line: "* SEARCH 5 6 8 9 where 7 can be had", naive: "never hears 7", edit: hidden(7, 8, listsAll)},
		{name: "a search out of order", line: "* SEARCH 9 5 5", naive: "loses one", edit: searched(func(found string) string {
			return "* SEARCH 9 5 5" + found + " \r\n"
		})},
		{name: "a search in two lines", line: "* SEARCH 5, * SEARCH 6 7", naive: "takes the last for all", edit: searched(func(found string) string {
			one, other, _ := strings.Cut(strings.TrimSpace(found), " ")
			return "* SEARCH " + one + "\r\n* SEARCH " + other + "\r\n"
		})},
		{name: "a search of another form", line: `* ESEARCH (TAG "T5") UID ALL 5:7,9`, naive: "expects SEARCH", edit: searched(func(found string) string {
			return "* ESEARCH (TAG \"T0\") UID COUNT 3 ALL " + strings.ReplaceAll(strings.TrimSpace(found), " ", ",") + "\r\n"
		})},
		{name: "a search with its state", line: "* SEARCH 5 6 (MODSEQ 27)", naive: "expected number", edit: searched(func(found string) string {
			return "* SEARCH" + found + " (MODSEQ 917162500)\r\n"
		})},
		{name: "a search with words", line: "* SEARCH 5 x 6", naive: "expected number", edit: searched(func(found string) string { return "* SEARCH none" + found + " x\r\n" })},
		{name: "a search that makes numbers up", line: "* SEARCH 5 4000000000", naive: "moves its mark past all that comes", edit: searched(func(found string) string {
			return "* SEARCH" + found + " 4000000000\r\n"
		})},
		{name: "a search by place", line: "* SEARCH 1 2 3", naive: "hears nothing", edit: searched(constant("* SEARCH 1 2 3 4 5\r\n"))},
		{name: "messages that are gone when they are asked for", line: "* SEARCH 5 8, once", naive: "asks for 8 for ever", edit: on("UID SEARCH", func(c call, answer string) string {
			if c.n > 0 {
				return answer
			}
			return strings.Replace(answer, " 9", " 9 10 11", 1)
		})},
		{name: "no list by FETCH", line: "T6 NO", naive: "hears nothing", edit: lists("TAG NO no\r\n")},
		{name: "a list by FETCH ends at a message", line: "* 1 FETCH (UID 5), T6 NO", naive: "never hears what is behind", edit: both(each("UID SEARCH", "TAG BAD no\r\n"), lists("* 1 FETCH (UID 5)\r\nTAG NO [SERVERBUG] no\r\n"))},
		{name: "a list by FETCH ends the connection", line: "(closed)", naive: "ends there for ever", edit: lists(closes), mostLogins: 4},

		{name: "IDLE not known", line: "T7 BAD", naive: "logs in every second", edit: each("IDLE", "TAG BAD unknown\r\n")},
		{name: "IDLE refused", line: "T7 NO", naive: "logs in every second", edit: each("IDLE", "TAG NO not now\r\n")},
		{name: "IDLE over before it begins", line: "T7 OK", naive: "idles and hears nothing", edit: each("IDLE", "TAG OK done\r\n")},
		{name: "IDLE without an answer", line: "(silence)", naive: "waits for ever", edit: each("IDLE", stalls), mostLogins: 3},
		{name: "IDLE ends the connection", line: "(closed)", naive: "logs in every second", edit: each("IDLE", closes), mostLogins: 3},
		{name: "BYE as soon as it is idle", line: "+ idling, * BYE", naive: "logs in every second", edit: each("IDLE", "* BYE shutting down\r\n"+closes), mostLogins: 3},
		{name: "BYE and no end while it is idle", line: "+ idling, * BYE, and the connection stays", naive: "hears nothing for 917 s", edit: each("IDLE", "+ idling\r\n* BYE shutting down\r\n"+stalls), mostLogins: 3},
		{name: "news before IDLE has begun", line: "* 6 EXISTS, + idling", naive: "takes it for a refusal", edit: on("IDLE", func(_ call, answer string) string { return "* 5 EXISTS\r\n" + answer })},
		{name: "IDLE over in its midst", line: "+ idling, T7 OK", naive: "idles on, and hears nothing", edit: on("IDLE", func(c call, answer string) string { return answer + c.tag + " OK idle is over\r\n" })},
		{name: "news for ever while it is idle", line: "* 5 EXISTS, again and again", naive: "fetches without an end", bend: func(q *quirkServer) { q.shut = strings.Repeat("* 5 EXISTS\r\n* 6 EXISTS\r\n", 500) }},
	}
}
