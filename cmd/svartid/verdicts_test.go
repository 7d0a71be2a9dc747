package main

import (
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/channeltest"
	"github.com/svartid/svartid/channels/channeltest/long"
	"github.com/svartid/svartid/channels/channeltest/race"
	"github.com/svartid/svartid/channels/simulated"
	"github.com/svartid/svartid/channels/simulated/matrix"
	"github.com/svartid/svartid/channels/simulated/relay"
	"github.com/svartid/svartid/channels/simulated/rocketchat"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/fault"
)

// TestVerdicts plays every row of the table to the program, in two seasons of half
// a minute beside each other, and compares the table in docs/verdicts.md; UPDATE=1
// writes it.
func TestVerdicts(t *testing.T) {
	race.Skip(t, "it starts the program, and what it starts is not watched")
	long.Only(t, "TestCrash, and the engine's tables of outcomes")
	t.Parallel()
	rows := verdictRows()
	var lives []verdictRow
	t.Run("seasons", func(t *testing.T) {
		t.Run("rows", func(t *testing.T) {
			t.Parallel()
			playRows(t, rows)
		})
		t.Run("a hard life", func(t *testing.T) {
			t.Parallel()
			lives = lifeRows(t)
		})
	})
	if !t.Failed() {
		compareTable(t, append(rows, lives...))
	}
}

// playRows plays the rows in one season, and compares what became of each.
func playRows(t *testing.T, rows []verdictRow) {
	w := newVerdictWorld(t, rows)
	config, dsn := w.write(t)
	p := newPlace(t, "hasty", config)
	p.edit(t, "defer: 200ms}", "defer: 200ms, poll: 500ms}")
	process := p.start()
	process.metrics()
	ledger := openArchive(t, dsn)
	p.until(t, "every row is decided", func() bool {
		w.befall()
		return w.decided(ledger.contacts(t))
	})
	process.stop()
	contacts := ledger.contacts(t)
	for _, r := range rows {
		c := contactOf(contacts, r.company)
		var told contactRecord
		err := ledger.View(t.Context(), func(tx probes.Tx) (err error) {
			told, err = readContactRecord(t.Context(), tx, c.ID)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if got := verdictOn(told, contacts); got != r.now {
			t.Errorf("%s: got %q, want %q%s", r.what, got, r.now, told.tell())
		}
		if r.wait != nil && !r.wait(c, c.Wait) {
			t.Errorf("%s: waited %v", r.what, c.Wait)
		}
	}
	holds(t, config)
}

// A verdictWorld is every server that the rows need.
type verdictWorld struct {
	t      *testing.T
	rows   []verdictRow
	mails  []*submitter
	hooks  *hookHost
	hookAt string
	url    string // of hooks
	beats  *relay.Relay
	matrix *matrix.Server
	rocket *rocketchat.Server
	done   map[string]bool // rooms to which something has been done
}

func newVerdictWorld(t *testing.T, rows []verdictRow) *verdictWorld {
	w := &verdictWorld{t: t, rows: rows, hookAt: freeAddress(t), done: map[string]bool{}}
	host := newMailHost(t, "mail", "strict", "deaf", "ahead", "login")
	byCompany := map[string]mailRow{}
	w.hooks = &hookHost{hook: "http://" + w.hookAt + "/hooks/hook"}
	w.hooks.rows = map[string]func(*hookHost, http.ResponseWriter, hookOpener){}
	opt := relay.Options{Secret: channels.Inline(relaySecret), Hook: "http://" + w.hookAt + "/hooks/beats", Beat: 400 * time.Millisecond, Forgets: []string{"losing"}}
	home := matrix.Options{Name: "chat.example"}
	for _, r := range rows {
		byCompany[r.company] = r.mail
		switch r.channel {
		case "hook":
			w.hooks.rows[r.company] = r.hook
		case "beats":
			opt.Companies = append(opt.Companies, relay.Company{Reach: r.company, Behaviour: simulated.Mute})
		case "matrix":
			if r.company != "mistyped" {
				home.Desks = append(home.Desks, matrix.Desk{User: r.reach, Behaviour: simulated.Mute, Language: "nb"})
			}
		}
	}
	for _, s := range []*submitter{
		{name: "mail", copies: true},
		{name: "strict", copies: true},
		{name: "deaf"},
		{name: "ahead", copies: true, ahead: 100 * time.Second},
		{name: "login", copies: true, refuses: 3 * time.Second},
	} {
		s.mails, s.rows = host, byCompany
		s.start(t)
		w.mails = append(w.mails, s)
	}
	w.url = w.hooks.start(t)
	w.beats, w.matrix = relay.New(opt), matrix.New(home)
	w.rocket = rocketchat.New(rocketchat.Options{Desks: []rocketchat.Desk{
		{ID: "forgotten", Name: "forgotten", Behaviour: simulated.Mute, Language: "nb"},
		{ID: "kept", Name: "kept", Behaviour: simulated.Mute, Language: "nb"},
	}})
	channeltest.Play(t, w.beats)
	channeltest.Play(t, w.matrix)
	channeltest.Play(t, w.rocket)
	return w
}

// befall does to the rooms of chats what their rows say.
func (w *verdictWorld) befall() {
	for _, turn := range w.matrix.Log() {
		if w.done[turn.Room] {
			continue
		}
		w.done[turn.Room] = true
		switch turn.Desk {
		case "@ousted:chat.example":
			w.matrix.Put(turn.Room, turn.Desk, w.matrix.User(), "leave")
		case "@left:chat.example":
			w.matrix.Put(turn.Room, w.matrix.User(), w.matrix.User(), "leave")
		}
	}
	for _, turn := range w.rocket.Log() {
		if turn.Desk == "forgotten" && !w.done[turn.Room] {
			w.done[turn.Room] = true
			w.rocket.Forget(turn.Room)
		}
	}
}

// write writes the season's configuration.
func (w *verdictWorld) write(t *testing.T) (file, dsn string) {
	dir := t.TempDir()
	file, dsn = filepath.Join(dir, "svartid.yml"), "sqlite:"+filepath.Join(dir, "svartid.db")
	zone, today := noon(t, time.Now())
	midnight, err := time.ParseInLocation(time.DateOnly, today, zone)
	if err != nil {
		t.Fatal(err)
	}
	token, err := w.matrix.AccessToken().Reveal()
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	fmt.Fprintf(&b, verdictText, today, today, zone, dsn, w.hookAt, w.url, relaySecret, w.beats.URL(), relaySecret,
		w.matrix.URL(), w.matrix.User(), token, w.rocket.URL())
	for _, s := range w.mails {
		fmt.Fprintf(&b, "  %s: %s\n", s.name, s.settings())
	}
	b.WriteString("personas:\n")
	names := []string{"hook", "beats", "matrix", "rocket"}
	for _, name := range names {
		fmt.Fprintf(&b, "  - {name: Kari Nordmann, channel: %s}\n", name)
	}
	for _, s := range w.mails {
		names = append(names, s.name)
		persona := "kari@" + s.name + ".shopper.test"
		if s.name == "strict" {
			persona = "Kari.Nordmann@Strict.Shopper.test"
		}
		fmt.Fprintf(&b, "  - {name: Kari Nordmann, channel: %s, address: %q, tag: catchall}\n", s.name, persona)
	}
	b.WriteString("scenarios: [{name: price, language: nb, subject: [Pris], body: \"Hei! Hva koster strøm hos {{.Company}}? Hilsen {{.Persona}}\"}]\nprobes:\n")
	at := time.Now().Add(2 * time.Second)
	for _, name := range names {
		fmt.Fprintf(&b, "  - {name: %s, channel: %s, cron: %q, spread: 1s, within: %v}\n", name, name, once(midnight, at), rowWithin)
	}
	b.WriteString("companies:\n")
	for _, r := range w.rows {
		co := companyOf(r)
		for channel, reach := range co.Reach {
			fmt.Fprintf(&b, "  - {id: %s, name: %s, class: power, language: nb, consent: %s, reach: {%s: %q}}\n", co.ID, co.Name, today, channel, reach)
		}
	}
	fmt.Fprintf(&b, "  - {id: kept, name: Kept, class: power, language: nb, consent: %s, reach: {rocket: kept}}\n", today)
	if err := os.WriteFile(file, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	return file, dsn
}

const verdictText = `
edition: {name: verdicts, from: %s, to: %s, time_zone: %s, hours: always, opening_clock: always, seed: verdicts, shared_names: accepted}
ledger: {dsn: "%s"}
web: {listen: "127.0.0.1:0"}
hooks: {listen: "%s"}
limits: {per_company_per_day: 0, per_company_per_edition: 0, per_minute: 0}
channels:
  hook: {type: webhook, url: "%s", secret: "%s"}
  beats: {type: webhook, url: "%s", secret: "%s", beats: signed}
  matrix: {type: matrix, url: "%s", user: "%s", access_token: "%s"}
  rocket: {type: rocketchat, url: "%s", poll: 300ms}
`

// decided reports whether there is a verdict on every row, or what stands for one.
func (w *verdictWorld) decided(contacts []probes.Contact) bool {
	for _, r := range w.rows {
		c := contactOf(contacts, r.company)
		switch {
		case c.ID == "" || r.late && len(c.Attempts[0].Readings) == 0:
			return false
		case c.Outcome == probes.Pending && c.Held != probes.HoldReview && !(c.Current().Failure.Fault == fault.Ours && c.Current().Tries > 3):
			return false
		case c.Fault == fault.Policy && strings.HasPrefix(r.now, "contested") && c.Outcome != probes.Contested:
			return false
		}
	}
	return true
}

// contactOf is the first contact of a company.
func contactOf(contacts []probes.Contact, company string) probes.Contact {
	i := slices.IndexFunc(contacts, func(c probes.Contact) bool { return c.Plan.Company == company && c.Plan.Replaces == "" })
	if i < 0 {
		return probes.Contact{}
	}
	return contacts[i]
}

// verdictOn says what became of a contact in the words of the table.
func verdictOn(told contactRecord, all []probes.Contact) string {
	c := told.Contact
	said := strings.ReplaceAll(string(c.Outcome), "_", " ")
	switch {
	case c.Outcome == probes.Pending && c.Held == probes.HoldReview:
		return said + ": held for a person, counted as unanswered, provisional"
	case c.Outcome == probes.Pending:
		return said + ": " + string(c.Current().Failure.Fault) + ", tried again"
	case c.Outcome == probes.Answered && !c.Current().Knocked.IsZero():
		return said + "; the wait runs from the first knock"
	case c.Outcome == probes.Answered:
		return said
	}
	if c.Provisional {
		said += ", provisional"
	}
	why := c.Fault
	if c.Outcome == probes.BrokenOff {
		why = fault.Ours
	}
	if why != "" {
		said += ": " + string(why)
	}
	for _, e := range told.events {
		switch {
		case e.Kind == probes.Covered && probes.Payload[probes.Coverage](e).Closed:
			said += ": its own place could not be read"
		case why == fault.Theirs && !strings.Contains(said, "meanwhile") && probes.Payload[probes.Failure](e).Reached != "":
			said += "; others answered us meanwhile"
		}
	}
	if slices.ContainsFunc(probes.Tasks(all), func(task probes.Contact) bool { return task.ID == c.ID }) {
		said += "; a task"
	}
	return said
}

// A proof is a case that another test of real processes plays.
type furtherProof struct {
	point             int
	what, before, now string
	test              string
}

func furtherProofs() []furtherProof {
	return []furtherProof{
		{1, "every row of the table of refusals, by our own server", "a third of them the company's, final", "as the table has it", "TestRefusals"},
		{
			2, "random lives of a contact, with refusals, reports, doors, second attempts and late answers: 10,000 in short, a million in long form",
			"by refusing, by a stranger's report or by a closed door a company could score more than by answering", "never; the permitted exceptions are listed and counted", "TestMonotone",
		},
		{2, "8,509 wordings in a company's mouth, at its mail server, in reports and at its door", "942 of them were ours, and void", "none but a first 429 is ours; none is worth more than nothing", "TestNoWordingPays"},
		{4, "each persona's address, before a season", "not looked at", "`check --connect --roundtrip` names those whose mail goes elsewhere", "TestRoundTrip"},
		{6, "one letter that names two questions, in five forms", "one answered, the other unanswered, final", "both answered, doubtful, or both held", "TestMergedCases"},
		{7, "a ledger that is deleted, emptied, restored, cut or started elsewhere, and a renamed edition", "everybody asked twice", "nobody asked twice, by the recording server", "TestLedgerLosses"},
		{7, "ledger and secret lost together", "everybody asked twice", "refused until it is accepted by name", "TestLostSecretToo"},
		{8, "`amend --as answered` without the time of an answer", "0 points", "refused", "TestScripts/amend"},
		{9, "rounds that fall while svartid is down, in a season of several days", "forgotten", "planned, void, replaced in their cells, and counted", "TestRoundsMissedWhileDown"},
		{10, "kills while openers leave: 40 in short, 500 in long form", "297 of 740 openers unsure, then void", "2 of 100 in doubt that had not left, none sent twice", "TestCrash"},
	}
}

// compareTable compares the table of verdicts, or writes it.
func compareTable(t *testing.T, rows []verdictRow) {
	t.Helper()
	var b strings.Builder
	b.WriteString(tableHead)
	slices.SortStableFunc(rows, func(a, b verdictRow) int { return a.point - b.point })
	for _, r := range rows {
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", points()[r.point], r.what, r.before, r.now)
	}
	b.WriteString(tableFoot)
	known := testNames(t)
	for _, r := range furtherProofs() {
		if name, _, _ := strings.Cut(r.test, "/"); !known[name] {
			t.Errorf("there is no %s", name)
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | `%s` |\n", points()[r.point], r.what, r.before, r.now, r.test)
	}
	const file = "../../docs/verdicts.md"
	if os.Getenv("UPDATE") == "1" && !t.Failed() {
		if err := os.WriteFile(file, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil || string(want) != b.String() {
		t.Errorf("%s is not what the rows say (%v); UPDATE=1 writes it", file, err)
	}
}

// testNames returns the names of all tests of the project.
func testNames(t *testing.T) map[string]bool {
	t.Helper()
	names := map[string]bool{}
	err := filepath.WalkDir("../..", func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		text, err := os.ReadFile(path)
		for _, found := range regexp.MustCompile(`(?m)^func (Test\w+)\(`).FindAllSubmatch(text, -1) {
			names[string(found[1])] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// points names the rules that rows are cases of.
func points() map[int]string {
	return map[int]string{
		1: "whose fault", 2: "reports are evidence", 3: "closed doors", 4: "proof of hearing", 5: "clocks", 6: "unread evidence",
		7: "listen before speaking", 8: "a promise stays", 9: "nothing due is forgotten", 10: "intent at the last instant",
	}
}

const tableHead = `# Verdicts

What became of a contact before a rule was kept, and what becomes of it now. ` + "`TestVerdicts`" + ` in ` + "`cmd/svartid`" + ` plays every row of the first
table in two seasons: svartid as a process of its own, Dovecot as the mailbox where it is installed, a submission server and a
webhook's other end that follow a script, and simulated Matrix, Rocket.Chat and webhook hosts. It writes this file with
` + "`UPDATE=1`" + `, and compares it else. "Ours" is tried again inside the contact's hours, and void and replaced when they are over.

| rule | what happens | before | now |
|---|---|---|---|
`

const tableFoot = `
Other tests play what takes a season of its own.

| rule | what happens | before | now | test |
|---|---|---|---|---|
`
