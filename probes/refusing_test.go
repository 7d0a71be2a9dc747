package probes_test

import (
	"encoding/csv"
	"fmt"
	"math"
	"os"
	"regexp"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/fault"
	"github.com/svartid/svartid/probes/reading"
)

// A refusing is one thing that a company can say instead of taking an opener.
type refusing struct {
	name string
	no   channels.Refusal
}

// temptations are words by which a company might hope to be excused: that we are
// a machine, or too quick, or ask from where it takes nothing.
func temptations() []string {
	return []string{
		"please solve the captcha at https://fjord.example/captcha", "Just a moment... checking that you are human",
		"complete the turnstile challenge", "greylisted, try again in 300 seconds", "postgrey: sender deferred",
		"message refused by policy of the organisation", "our content filter says spam", "rate limit reached, slow down",
		"too many requests", "daily sending limit of your account exceeded", "your account is suspended", "authentication required",
		"relay access denied", "sender address rejected: not owned by user", "insufficient system storage", "service shutting down",
		"timeout", "bad sequence of commands", "local error in processing", "TLS is required", "you are not a customer of ours", "",
	}
}

// refusings are all of them: whatever a mail server has been heard to say, and
// every temptation under every code, in a report of our own server and passed on
// by it; and every status of HTTP with each temptation, at a door that has let us
// in before.
func refusings(t *testing.T) (all []refusing) {
	t.Helper()
	said := heardBefore(t)
	for _, code := range []string{
		"421 4.7.0", "450 4.7.1", "451 4.3.0", "452 4.2.2", "454 4.7.0", "500 5.5.2", "503 5.5.1", "530 5.7.0",
		"535 5.7.8", "550 5.1.1", "550 5.4.5", "550 5.7.1", "550 5.7.26", "550 5.1.8", "552 5.2.2", "553 5.7.1", "554 5.7.1", "554 5.0.0", "550",
	} {
		for _, words := range temptations() {
			said = append(said, code+" "+words)
		}
	}
	for _, line := range said {
		report := saidBy(line)
		report.Step, report.Remote = channels.StepReport, true
		unnamed := report
		unnamed.Remote = false
		passed := channels.Refusal{
			Step: channels.StepRcpt, Code: 550, Status: "5.1.1",
			Text: "<post@fjord.example>: undeliverable: host mx.fjord.example[192.0.2.1] said: " + line,
		}
		all = append(all, refusing{"report: " + line, report}, refusing{"report without its server: " + line, unnamed})
		if line[0] >= '2' && line[0] <= '5' {
			all = append(all, refusing{"passed on: " + line, passed})
		}
	}
	for code := 300; code < 600; code++ {
		for _, words := range temptations() {
			all = append(all, refusing{fmt.Sprintf("door: %d %s", code, words), channels.Refusal{
				Step: channels.StepDoor, Code: code, Text: words, Key: channels.KeyGiven, Worked: true,
			}})
		}
	}
	for _, sign := range []channels.Sign{
		channels.SignMissing, channels.SignOffline, channels.SignClosed, channels.SignUnreachable, channels.SignFlow, channels.SignPuzzle, channels.SignKey,
	} {
		all = append(all, refusing{"door: " + string(sign), channels.Refusal{Step: channels.StepDoor, Sign: sign, Key: channels.KeyGiven, Worked: true}})
	}
	return all
}

// heardBefore are the lines of the table of refusals.
func heardBefore(t *testing.T) (lines []string) {
	t.Helper()
	file, err := os.Open("fault/testdata/refusals.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	rows, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows[1:] {
		lines = append(lines, row[1])
	}
	return lines
}

// saidBy makes a no of a line as servers write it.
func saidBy(line string) channels.Refusal {
	found := regexp.MustCompile(`^([245]\d\d)?[ -]?([245]\.\d{1,3}\.\d{1,3})? ?`).FindStringSubmatch(line)
	code, _ := strconv.Atoi(found[1])
	return channels.Refusal{Code: code, Status: found[2], Text: line[len(found[0]):]}
}

// TestNoWordingPays has a company say every wording instead of taking an opener:
// at the first try or at each until its hours are over, for good or for now, in
// the dialogue or in a report, with one attempt and two, corroborated or not.
// None is worth more than nothing, which no answer scores less than. Only two things take a contact out of the count: that
// we corroborate it ourselves, the first time in a cell, and 429, which is our
// own pace whoever says it.
func TestNoWordingPays(t *testing.T) {
	excused, worth := map[string]int{}, map[string]string{}
	said := refusings(t)
	for _, w := range said {
		f := fault.Of(w.no)
		if f == fault.Ours {
			if w.no.Step != channels.StepDoor || w.no.Code != 429 {
				t.Errorf("%s is ours", w.name)
			}
			excused["429: our own pace"]++
			continue
		}
		kind := fmt.Sprint(f, w.no.Step == channels.StepReport) // what a contact knows of it
		if _, known := worth[kind]; !known {
			worth[kind] = pays(refusedLives(w, f), excused)
		}
		if worth[kind] != "" {
			t.Errorf("%s (%s): %s", w.name, f, worth[kind])
		}
	}
	t.Logf("%d wordings of %d kinds; not counted: %v", len(said), len(worth), excused)
	if len(said) < 7000 || len(worth) < 7 || len(excused) != 2 {
		t.Errorf("%d wordings of %d kinds, excused by %v", len(said), len(worth), excused)
	}
}

// pays says in which life a refusal is worth more than nothing; "" if in none.
func pays(lives []fate, excused map[string]int) string {
	for _, l := range lives {
		c := tell(l)
		got := score(c, probes.Rules{})
		switch {
		case math.IsNaN(got) && exempt(l, c) != "":
			excused[exempt(l, c)]++
		case math.IsNaN(got) || got > 0:
			return fmt.Sprintf("is %s and scores %v by %+v", c.Outcome, got, l)
		}
	}
	return ""
}

// refusedLives are the lives in which a company says one thing and no more.
func refusedLives(w refusing, f fault.Fault) (all []fate) {
	for n := range 16 {
		l := fate{attempts: 1 + n&1, corroborated: n&2 != 0, contested: n&4 != 0}
		said := []fault.Fault{f}
		if l.final = [2]bool{n&8 == 0, n&8 == 0}; n&8 != 0 {
			said = slices.Repeat(said, 20)
		}
		if w.no.Step == channels.StepReport {
			for i := range l.attempts {
				l.replies = append(l.replies, reply{
					at: time.Duration(i)*fateBetween + time.Second, attempt: i, kind: reading.Bounce, fault: f, submission: true,
				})
			}
		} else {
			l.tries = [2][]fault.Fault{said, said}
		}
		all = append(all, l)
	}
	return all
}

// TestDoorWantsUsSlower has a door say 429 so many times in a row: a few are our own pace;
// whoever goes on is closed from the first, is never void, and gains nothing by opening.
func TestDoorWantsUsSlower(t *testing.T) {
	for _, tt := range []struct {
		times int
		want  probes.Outcome
		blame fault.Fault
		least time.Duration // that the answer has waited
	}{
		{1, probes.Answered, "", 0},
		{probes.RestsEnough, probes.Answered, "", 0},
		{probes.RestsEnough + 1, probes.Answered, "", 3 * fatePromise / 6},
		{40, probes.Unanswered, fault.Theirs, 0},
	} {
		l := fate{attempts: 1, tries: [2][]fault.Fault{slices.Repeat([]fault.Fault{slower}, tt.times)}}
		opens := tell(l).Attempts[0].Sent
		if !opens.IsZero() {
			l.replies = []reply{{at: opens.Add(time.Second).Sub(slot), kind: reading.Answer}}
		}
		c := tell(l)
		if c.Outcome != tt.want || c.Fault != tt.blame || c.Wait < tt.least || tt.least == 0 && c.Wait > time.Minute {
			t.Errorf("429 %d times: got %s (%s) after %v, want %s (%s) after %v", tt.times, c.Outcome, c.Fault, c.Wait, tt.want, tt.blame, tt.least)
		}
	}
}
