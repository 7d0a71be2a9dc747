package main

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/edition"
)

// A verdictRow is one case: what happens to a company's contact, what became of it
// before the rule was kept, and what has to become of it.
type verdictRow struct {
	point   int // of the table
	company string
	channel string // on which it is reached
	reach   string // empty: its address, or its own name
	what    string
	before  string
	now     string
	late    bool                                     // what happens comes after the deadline
	wait    func(probes.Contact, time.Duration) bool // what must hold of an answer's wait; nil: nothing
	mail    mailRow
	hook    func(*hookHost, http.ResponseWriter, hookOpener)
}

// The promise of every row, and how long a wait may be that the test itself makes.
const (
	rowWithin = 12 * time.Second
	rowSlack  = 8 * time.Second
)

// verdictRows are the cases of one season.
func verdictRows() []verdictRow {
	return append(mailRows(), doorRows()...)
}

// after has something done to the letter's channel after a while.
func after(d time.Duration, do func(*submitter, sentLetter)) mailRow {
	return mailRow{then: func(s *submitter, l sentLetter) {
		time.Sleep(d)
		do(s, l)
	}}
}

// reports has a report come after a while, that names no server.
func reports(d time.Duration, trace func() string, said string) mailRow {
	return after(d, func(s *submitter, l sentLetter) { s.put(returned(l, trace(), said, "")) })
}

// reportsOf has a report of our own server come after a second, on what another has said.
func reportsOf(remote, said string) mailRow {
	return after(time.Second, func(s *submitter, l sentLetter) { s.put(returned(l, ownReport(), said, remote)) })
}

// answers has a person answer after a second.
func answers(change func(map[string]string)) mailRow {
	return after(time.Second, func(s *submitter, l sentLetter) { s.put(replyTo(l, change)) })
}

func mailRows() []verdictRow {
	stranger := func() string { return handedOver("mx.fjord.example (mx.fjord.example [203.0.113.9])") }
	loopback := func() string { return handedOver("relay.shopper.test (unknown [127.0.0.5])") }
	const refusedUs = "550 5.7.26 the mail is unauthenticated and fails the sender domain's DMARC policy"
	soon := func(_ probes.Contact, wait time.Duration) bool {
		return wait < time.Second+rowSlack // a mailbox counts in seconds
	}
	rows := []verdictRow{
		{
			point: 1, company: "quota", what: "our own server: 550 5.4.5 daily sending limit", before: "unanswered, final",
			now: "pending: ours, tried again", mail: mailRow{rcpt: "550 5.4.5 Daily user sending limit exceeded"},
		},
		{
			point: 1, company: "sender", what: "our own server: 550 5.1.8 bad outbound sender, after the message", before: "unanswered, final",
			now: "pending: ours, tried again", mail: mailRow{data: "550 5.1.8 access denied, bad outbound sender"},
		},
		{
			point: 1, company: "shutdown", what: "our own server: 421 4.3.2 shutting down, at the recipient", before: "unanswered, final",
			now: "pending: ours, tried again", mail: mailRow{rcpt: "421 4.3.2 Service shutting down"},
		},
		{
			point: 1, company: "password", channel: "login", what: "our own server: 535 for three seconds, then the company answers", before: "void, all that was due",
			now: "answered", mail: answers(nil),
		},
		{
			point: 1, company: "nobody", what: "550 5.1.1 user unknown, by our own server", before: "unanswered, shown nowhere",
			now: "unanswered: address; a task", mail: mailRow{rcpt: "550 5.1.1 recipient does not exist here"},
		},
		{
			point: 1, company: "dmarc", what: "refused for DMARC, by a report of our own server; no other company refuses", before: "unanswered, final",
			now: "unanswered, provisional: policy; a task", mail: reports(time.Second, ownReport, refusedUs),
		},
		{
			point: 2, company: "forged", what: "a stranger's report 5.7.1, after the deadline", before: "contested: no score counts it",
			now: "unanswered", late: true, mail: reports(rowWithin+2*time.Second, stranger, "550 5.7.1 rejected as spam"),
		},
		{
			point: 2, company: "loopback", what: "a stranger's report 5.7.1 through loopback, as our own server's", before: "contested: no score counts it",
			now: "unanswered", mail: reports(time.Second, loopback, "550 5.7.1 rejected as spam"),
		},
		{
			point: 2, company: "limit", what: "our own server's report of our smarthost: 550 5.4.5 daily sending limit", before: "unanswered, final",
			now: "void: ours", mail: reportsOf("smarthost.shopper.test", "550 5.4.5 daily user sending limit exceeded"),
		},
		{
			point: 2, company: "unnamed", channel: "strict", what: "the same words in a report that names no server; companies that refuse us that day corroborate it", before: "void: ours",
			now: "contested: unclear", mail: reports(time.Second, ownReport, "550 5.4.5 daily user sending limit exceeded"),
		},
		{
			point: 2, company: "posing", what: "the same words of the company's own server; no other company refuses", before: "unanswered, final",
			now: "unanswered, provisional: policy; a task", mail: reportsOf("mx.posing.example", "550 5.4.5 daily user sending limit exceeded"),
		},
		{
			point: 4, company: "unheard", channel: "deaf", what: "our own copies never come home, and neither do answers", before: "unanswered, final",
			now: "broken off: ours", mail: mailRow{},
		},
		{
			point: 5, company: "clock", channel: "ahead", what: "the mailbox's clock is 100 s ahead; answered after a second", before: "late",
			now: "answered", mail: answers(nil), wait: soon,
		},
		{
			point: 6, company: "bare", what: "an answer to the bare persona, from the company's domain, without threading", before: "unanswered, final",
			now: "pending: held for a person, counted as unanswered, provisional", mail: answers(func(head map[string]string) {
				head["To"], head["In-Reply-To"], head["References"], head["Subject"] = "kari@mail.shopper.test", "", "", "Angående din sak"
			}),
		},
		{
			point: 6, company: "sealed", what: "an answer that cannot be read (PGP)", before: "unanswered, final",
			now: "pending: held for a person, counted as unanswered, provisional", mail: answers(func(head map[string]string) {
				head["body"] = "-----BEGIN PGP MESSAGE-----\n\nhQEMA\n=abcd\n-----END PGP MESSAGE-----\n"
			}),
		},
		{
			point: 6, company: "capitals", channel: "strict", what: "the persona's address has capitals, and the answer has none", before: "unanswered: never matched",
			now: "answered", mail: answers(func(head map[string]string) { head["To"] = strings.ToLower(head["To"]) }),
		},
	}
	for n := 1; n <= 3; n++ {
		rows = append(rows, verdictRow{
			point: 1, company: fmt.Sprintf("strict%d", n), channel: "strict", before: "unanswered, final",
			what: fmt.Sprintf("refused for DMARC, by a report; company %d of 3 that do so on one day", n),
			now:  "contested: policy", mail: reports(time.Second, ownReport, refusedUs),
		})
	}
	return rows
}

func doorRows() []verdictRow {
	taken := func(w http.ResponseWriter) { w.WriteHeader(http.StatusAccepted) }
	says := func(status int) func(*hookHost, http.ResponseWriter, hookOpener) {
		return func(_ *hookHost, w http.ResponseWriter, _ hookOpener) { w.WriteHeader(status) }
	}
	dated := func(by time.Duration) func(*hookHost, http.ResponseWriter, hookOpener) {
		return func(h *hookHost, w http.ResponseWriter, o hookOpener) {
			taken(w)
			h.reply(o, time.Second, by)
		}
	}
	bounded := func(_ probes.Contact, wait time.Duration) bool { return wait < time.Second+rowSlack }
	return []verdictRow{
		{
			point: 3, company: "shut", channel: "hook", what: "its webhook says 503 for as long as it has to answer", before: "void",
			now: "unanswered: theirs; others answered us meanwhile", hook: says(http.StatusServiceUnavailable),
		},
		{
			point: 3, company: "broken", channel: "hook", what: "its webhook says 500", before: "void",
			now: "unanswered: theirs; others answered us meanwhile", hook: says(http.StatusInternalServerError),
		},
		{
			point: 3, company: "slower", channel: "hook", what: "its webhook wants us slower (429) for as long as it has to answer, although we rest", before: "void",
			now: "unanswered: theirs; others answered us meanwhile", hook: says(http.StatusTooManyRequests),
		},
		{
			point: 3, company: "paced", channel: "hook", what: "429 twice, then taken and answered in a second: our own pace", before: "answered",
			now: "answered", wait: bounded, hook: func(h *hookHost, w http.ResponseWriter, o hookOpener) {
				if o.try <= probes.RestsEnough {
					w.WriteHeader(http.StatusTooManyRequests)
					return
				}
				dated(0)(h, w, o)
			},
		},
		{
			point: 3, company: "reopened", channel: "hook", what: "503 for three seconds, then taken and answered in one", before: "answered, waited 1 s",
			now:  "answered; the wait runs from the first knock",
			wait: func(_ probes.Contact, wait time.Duration) bool { return wait > 3500*time.Millisecond },
			hook: func(h *hookHost, w http.ResponseWriter, o hookOpener) {
				if time.Since(o.first) < 3*time.Second {
					w.WriteHeader(http.StatusServiceUnavailable)
					return
				}
				dated(0)(h, w, o)
			},
		},
		{
			point: 3, company: "mistyped", channel: "matrix", reach: "@nobody:chat.example", what: "its Matrix user does not exist", before: "unanswered",
			now: "unanswered: address; a task",
		},
		{
			point: 4, company: "ousted", channel: "matrix", reach: "@ousted:chat.example", what: "it puts us out of the Matrix room, and stays silent",
			before: "unanswered; nothing was seen of the room", now: "unanswered: its own place could not be read",
		},
		{
			point: 4, company: "left", channel: "matrix", reach: "@left:chat.example", what: "our own account leaves the Matrix room",
			before: "unanswered, final", now: "broken off: ours",
		},
		{
			point: 4, company: "silent", channel: "matrix", reach: "@silent:chat.example", what: "it is silent in a Matrix room that shows our message",
			before: "unanswered", now: "unanswered",
		},
		{
			point: 4, company: "forgotten", channel: "rocket", reach: "forgotten", what: "its chat loses the room once it has the opener", before: "broken off, replaced",
			now: "unanswered: its own place could not be read",
		},
		{
			point: 4, company: "beating", channel: "beats", what: "its webhook's signed beats name the attempt, and no reply comes", before: "unanswered, on our own endpoint's word",
			now: "unanswered",
		},
		{
			point: 4, company: "losing", channel: "beats", what: "the beats no longer name what it took", before: "unanswered, on our own endpoint's word",
			now: "unanswered: its own place could not be read",
		},
		{
			point: 5, company: "early", channel: "hook", what: "a webhook's reply is dated 238 s before its opener", before: "answered, waited 0 s",
			now: "answered", wait: func(_ probes.Contact, wait time.Duration) bool {
				return wait > time.Second && wait < 4*time.Second+rowSlack
			},
			hook: func(h *hookHost, w http.ResponseWriter, o hookOpener) {
				taken(w)
				h.reply(o, 4*time.Second, -238*time.Second)
			},
		},
		{
			point: 5, company: "ahead", channel: "hook", what: "a webhook's reply is dated 200 s after we heard it", before: "answered, waited 201 s",
			now: "answered", hook: dated(200 * time.Second), wait: bounded,
		},
	}
}

// companyOf is a row's company as svartid knows it.
func companyOf(r verdictRow) edition.Company {
	channel, reach := r.channel, r.reach
	if channel == "" {
		channel = "mail"
	}
	switch channel {
	case "mail", "strict", "deaf", "ahead", "login":
		reach = "post@" + r.company + ".example"
	case "hook", "beats":
		reach = r.company
	}
	return edition.Company{ID: r.company, Name: "Firma " + r.company, Reach: map[string]string{channel: reach}}
}
