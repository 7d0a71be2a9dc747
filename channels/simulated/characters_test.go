package simulated

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"
)

// everyone is each character once.
func everyone() []Character { return slices.Sorted(maps.Keys(scripts())) }

func TestCues(t *testing.T) {
	const scale = 10 * time.Second
	tests := []struct {
		character Character
		opener    int
		want      []cue // with the latest moment that it may be due
	}{
		{Quick, 1, []cue{{Answer, 1500 * time.Millisecond}}},
		{Steady, 1, []cue{{Answer, 6 * time.Second}}},
		{Slow, 9, []cue{{Answer, 9500 * time.Millisecond}}},
		{Acknowledges, 1, []cue{{Acknowledgement, 300 * time.Millisecond}, {Answer, 7 * time.Second}}},
		{Promises, 1, []cue{{Acknowledgement, 300 * time.Millisecond}}},
		{Away, 1, []cue{{Absence, 300 * time.Millisecond}}},
		{Deflects, 1, []cue{{Deflection, 4 * time.Second}}},
		{Recovers, 1, []cue{{Deflection, 2500 * time.Millisecond}, {Answer, 8500 * time.Millisecond}}},
		{Bounces, 1, []cue{{Bounce, 500 * time.Millisecond}}},
		{Delays, 1, []cue{{Delay, 2500 * time.Millisecond}, {Answer, 9 * time.Second}}},
		{Elsewhere, 1, []cue{{Answer, 7 * time.Second}}},
		{Fades, 2, []cue{{Answer, 5 * time.Second}}},
		{Fades, 3, nil},
		{Late, 1, []cue{{Answer, 17 * time.Second}}},
		{Silent, 1, nil},
		{Refuses, 1, nil},
	}
	for _, test := range tests {
		t.Run(string(test.character), func(t *testing.T) {
			r := draws("cues", test.character)
			for range 200 {
				got := test.character.cues(test.opener, scale, r)
				if len(got) != len(test.want) {
					t.Fatalf("%d replies, want %d", len(got), len(test.want))
				}
				last := time.Duration(0)
				for i, want := range test.want {
					if got[i].kind != want.kind || got[i].after > want.after || got[i].after <= last {
						t.Fatalf("reply %d is %v, want %v at the latest", i, got[i], want)
					}
					last = got[i].after
				}
				if test.character == Late && last <= scale {
					t.Fatalf("the late answer comes in time, after %v", last)
				}
			}
		})
	}
}

func TestRepertoire(t *testing.T) {
	all := repertoire()
	for _, c := range everyone() {
		if !slices.Contains(all, c) {
			t.Errorf("no company is %s", c)
		}
	}
	if len(all) != defaultCompanies || len(all)%len(classes()) != 0 {
		t.Errorf("%d characters", len(all))
	}
	for column := range len(classes()) {
		answers, silent := 0, 0
		for i := column; i < len(all); i += len(classes()) {
			switch all[i] {
			case Quick, Steady, Slow, Acknowledges, Recovers, Delays, Elsewhere:
				answers++
			case Promises, Away, Fades, Silent, Late:
				silent++
			}
		}
		if answers < 2 || silent < 1 {
			t.Errorf("class %d: %d who answer, %d who do not", column, answers, silent)
		}
	}
}

func TestEveryCharacterOverTheWire(t *testing.T) {
	const scale = 600 * time.Millisecond
	w := start(t, Options{Companies: len(everyone()), Cast: everyone(), Scale: scale, Seed: "wire"})
	for _, company := range w.Companies() {
		switch company.Character {
		case Refuses:
		case Fades:
			for n := range 3 {
				ask(t, w, company, n)
			}
		default:
			ask(t, w, company, 1)
		}
	}
	eventually(t, "every reply comes", settled(w))
	came := arrivals(t, w)
	turns := w.Log()
	if len(turns) != len(everyone())+1 { // three of Fades, none of Refuses
		t.Errorf("%d turns in the log", len(turns))
	}
	replies := 0
	for _, turn := range turns {
		for _, reply := range turn.Replies {
			replies++
			got, ok := came[reply.ID]
			if !ok {
				t.Errorf("%s of %s is not in the mailbox", reply.Kind, turn.Company)
				continue
			}
			if got.folder != reply.Folder || got.Header.Get("Delivered-To") != turn.Address {
				t.Errorf("%s of %s in %s for %s", reply.Kind, turn.Company, got.folder, got.Header.Get("Delivered-To"))
			}
			if !got.date.Equal(reply.Delivered.Truncate(time.Second)) {
				t.Errorf("INTERNALDATE %v, delivered %v", got.date, reply.Delivered)
			}
			if late := reply.Delivered.Sub(reply.Due); late < 0 || late > time.Second {
				t.Errorf("%s of %s came %v after it was due", reply.Kind, turn.Company, late)
			}
		}
	}
	if want := len(turns) + replies; len(came) != want { // with our copies
		t.Errorf("%d messages in the mailbox, want %d", len(came), want)
	}
}

// kinds returns what a company sent, opener by opener.
func kinds(w *World, company Company) string {
	var all []string
	for _, turn := range w.Log() {
		if turn.Company != company.ID {
			continue
		}
		var sent []string
		for _, reply := range turn.Replies {
			sent = append(sent, string(reply.Kind))
		}
		if turn.Refused {
			sent = append(sent, "refused")
		}
		all = append(all, strings.Join(sent, "+"))
	}
	return strings.Join(all, ", ")
}

func TestCharactersInTheLog(t *testing.T) {
	w := start(t, Options{Companies: len(everyone()), Cast: everyone(), Scale: time.Hour})
	tests := map[Character]string{
		Quick: "answer, answer, answer", Steady: "answer, answer, answer", Slow: "answer, answer, answer",
		Acknowledges: "acknowledgement+answer, acknowledgement+answer, acknowledgement+answer",
		Promises:     "acknowledgement, acknowledgement, acknowledgement",
		Away:         "absence, absence, absence",
		Deflects:     "deflection, deflection, deflection",
		Recovers:     "deflection+answer, deflection+answer, deflection+answer",
		Bounces:      "bounce, bounce, bounce",
		Delays:       "delay+answer, delay+answer, delay+answer",
		Elsewhere:    "answer, answer, answer",
		Fades:        "answer, answer, ",
		Late:         "answer, answer, answer",
		Silent:       ", , ",
		Refuses:      "refused",
	}
	for _, company := range w.Companies() {
		t.Run(string(company.Character), func(t *testing.T) {
			if company.Character == Refuses {
				_, err := put(dial(t, w), question{from: "ola@" + w.Domain(), to: company.Address})
				if code(err) != "550 5.7.1" {
					t.Errorf("got %v", err)
				}
			} else {
				for n := range 3 {
					ask(t, w, company, n)
				}
			}
			if got := kinds(w, company); got != tests[company.Character] {
				t.Errorf("got %s, want %s", got, tests[company.Character])
			}
		})
	}
}

func TestTwoHundredCompanies(t *testing.T) {
	if testing.Short() {
		t.Skip("sends 200 openers")
	}
	w := start(t, Options{Companies: 200, Scale: 500 * time.Millisecond})
	client := dial(t, w)
	sent := 0
	for i, company := range w.Companies() {
		if company.Character == Refuses {
			continue
		}
		q := question{from: fmt.Sprintf("ola%d@%s", i, w.Domain()), to: company.Address, id: fmt.Sprintf("%d@x", i)}
		if _, err := put(client, q); err != nil {
			t.Fatal(err)
		}
		sent++
	}
	eventually(t, "every reply comes", settled(w))
	replies := 0
	for _, turn := range w.Log() {
		replies += len(turn.Replies)
	}
	if came := arrivals(t, w); len(came) != sent+replies || replies < 150 {
		t.Errorf("%d openers, %d replies, %d in the mailbox", sent, replies, len(came))
	}
}

func TestDemoHasSomethingToShow(t *testing.T) {
	const scale = 8 * time.Second
	kinds := make(map[Kind]int)
	silent := 0
	for _, c := range New(Options{Scale: scale}).Companies() {
		for n := 1; n <= 3; n++ { // rounds that are over after 40 seconds
			cues := c.Character.cues(n, scale, draws("demo", c.ID, n))
			answered := slices.ContainsFunc(cues, func(q cue) bool { return q.kind == Answer && q.after < scale })
			if !answered && c.Character != Bounces && c.Character != Refuses {
				silent++
			}
			for _, q := range cues {
				kinds[q.kind]++
			}
		}
	}
	if kinds[Answer] < 30 || kinds[Deflection] < 6 || silent < 9 {
		t.Errorf("%v, and %d silent", kinds, silent)
	}
}

func TestTheSeedSettlesReplies(t *testing.T) {
	type outline struct {
		company string
		kind    Kind
		after   time.Duration
		subject string
	}
	play := func(seed string) []outline {
		w := start(t, Options{Companies: 8, Seed: seed, Scale: 100 * time.Millisecond, Cast: []Character{Quick, Acknowledges, Elsewhere}})
		for _, company := range w.Companies() {
			ask(t, w, company, 1)
			ask(t, w, company, 2)
		}
		eventually(t, "every reply comes", settled(w))
		came := arrivals(t, w)
		var played []outline
		for _, turn := range w.Log() {
			for _, reply := range turn.Replies {
				played = append(played, outline{turn.Company, reply.Kind, reply.Due.Sub(turn.Received), came[reply.ID].Header.Get("Subject")})
			}
		}
		return played
	}
	first := play("one")
	if second := play("one"); !slices.Equal(first, second) {
		t.Errorf("the same seed played\n%v\nand\n%v", first, second)
	}
	if slices.Equal(first, play("two")) {
		t.Error("another seed played the same")
	}
}
