package main

import (
	"cmp"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/svartid/svartid/channels/channeltest/race"
	"github.com/svartid/svartid/config"
	"github.com/svartid/svartid/probes"
)

// A verbRun is one command line on what a demo has left behind, and what is
// wanted of it. The configuration is named in addition.
type verbRun struct {
	args   string // DIR is the folder, CONTACT one that was answered, COMPANY its company
	status int
	want   string // a pattern of what it prints, or says is wrong
}

// verbRuns has every verb do something with a demo's folder. They are run one
// after the other: what one has changed the next one finds.
func verbRuns() []verbRun {
	return []verbRun{
		{"check", exitDone, `timing\.again: only a rehearsal should have it so`},
		{"check --json", exitDone, `"level":"warning"`},
		{"check --connect", exitMisuse, `fault .*channels\.mail: .*connection refused`},
		{"plan", exitDone, `probe mail ticks too often to be planned ahead`},
		{"plan --digest", exitDone, `(?m)^[0-9a-f]{64}$`},
		{"plan --canonical", exitDone, `demo`},
		{"plan --json", exitDone, `ticks too often`},
		{"plan --ical", exitDone, `BEGIN:VCALENDAR`},
		{"standings", exitDone, `by capped-wait`},
		{"standings --json", exitDone, `"edition":"demo"`},
		{"review", exitDone, `waits? for a person`},
		{"review --json --blind --by Ola --limit 3", exitDone, ``},
		{"explain CONTACT", exitDone, `(?s)contact CONTACT: .*chain of \d+ events holds`},
		{"explain CONTACT --json", exitDone, `"id":"CONTACT"`},
		{"explain --company COMPANY --html", exitDone, `<h1>`},
		{"explain nosuchcontact", exitNo, `nosuchcontact`},
		{"verify", exitDone, `all evidence hold`},
		{"export --format csv --out DIR/csv", exitDone, `contacts\.csv: [1-9]\d* rows`},
		{"export --format ndjson --out DIR/ndjson", exitDone, `contacts\.ndjson: [1-9]\d* rows`},
		{"export --format parquet --out DIR/parquet", exitDone, `contacts\.parquet: [1-9]\d* rows`},
		{"stats interval --x 3 --n 5", exitDone, `"rows"`},
		{"rehearse --seasons 2", exitMisuse, `the plan asks no company ahead`},
		{"result --out DIR/result", exitNo, `the season is not settled: (?s:.*)svartid result --accept [0-9a-f]{16}`},
		{"compare --with sqlite:DIR/svartid.db", exitDone, `more than chance`},
		{"move --to sqlite:DIR/svartid.db", exitNo, `is in use by process`},
		{"read DIR/mail", exitDone, `answer`},
		{"amend CONTACT --void --reason mistaken --by Kari", exitDone, `contact CONTACT is void now`},
		{"explain CONTACT", exitDone, `mistaken`},
		{"verify", exitDone, `all evidence hold`},
		{"try --company COMPANY --channel mail", exitNo, `connection refused`},
		{"record nonsense", exitMisuse, `is no address of a page`},
		{"login mail", exitNo, `has no oauth2\.device_url`},
		{"version", exitDone, `go1`},
		{"access --company COMPANY", exitDone, `contact CONTACT: `},
		{"access --log", exitDone, `at the command line  access --company COMPANY`},
		{"pause --company COMPANY --until 2099-12-31 --reason moving --by Ola", exitDone, `COMPANY`},
		{"resume --company COMPANY --reason moved --by Ola", exitDone, `COMPANY`},
		{"correct --company COMPANY --entry hours --reason slip --by Ola", exitMisuse, `there is nothing to correct`},
		{"help verify", exitDone, `svartid verify`},
		{"erase --company COMPANY", exitDone, `erased from [1-9]\d* contacts?: [1-9]\d* papers of evidence`},
		{"explain CONTACT --words", exitDone, `\(erased\)`},
		{"verify", exitDone, `[1-9]\d* papers of evidence were erased(?s:.*)all evidence hold`},
		{"backup DIR/after.db", exitDone, `all evidence hold`},
		{"completion bash", exitDone, `complete -o filenames`},
		{"man", exitDone, `\.SH COMMANDS(?s:.*)\.SS "explain`},
	}
}

// TestDemoLeavesASeason looks into the folder of a demo with every verb, while
// it runs and afterwards, and serves it again.
func TestDemoLeavesASeason(t *testing.T) {
	race.Skip(t, "the program that it starts is not watched")
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "svartid.yml")
	demo := startDemo(t, "--companies", "8", "--dir", dir)
	demo.board(t)
	cfg, err := config.Load(file)
	if err != nil {
		t.Fatal(err)
	}
	ledger := openArchive(t, string(cfg.Ledger.DSN))
	var answered probes.Contact
	waitFor(t, "a company has answered by mail", func() bool {
		all := ledger.contacts(t)
		i := slices.IndexFunc(all, func(c probes.Contact) bool { return c.Outcome == probes.Answered && c.Plan.Channel == "mail" })
		if i >= 0 {
			answered = all[i]
		}
		return i >= 0
	})
	for _, v := range []verbRun{
		{"check --connect", exitDone, `channels\.mail: connects, and logs in`},
		{"try --company COMPANY --channel mail", exitDone, `sent to .*250 `},
		{"amend CONTACT --as answered --reason seen --by Ola", exitDone, `is answered now`},
		{"verify", exitDone, `all evidence hold`},
		{"backup DIR/during.db", exitDone, `all evidence hold`},
		{"access --person shopper@nowhere.example", exitDone, `0 places`},
		{"erase --person Jonas", exitDone, `erased from \d+ contact`},
		{"verify", exitDone, `all evidence hold`},
	} {
		v.check(t, dir, answered)
	}
	demo.signal(t, os.Interrupt)
	demo.ends(t, exitDone)
	if said := demo.said(t); !regexp.MustCompile(`svartid -c ` + regexp.QuoteMeta(file) + ` explain \w+\n$`).MatchString(said) {
		t.Errorf("it does not say how to go on:\n%s", said)
	}
	mail := "From: post@nordlys.example\r\nSubject: Sv: Pris\r\n\r\nHei! Det koster 499 kroner i året.\r\n"
	fileOf(t, filepath.Join(dir, "mail"), mail)
	for _, v := range verbRuns() {
		v.check(t, dir, answered)
	}
	checkVerbs(t)
	before := len(ledger.contacts(t))
	process := newPlace(t, "", file).start()
	get(t, strings.TrimSuffix(process.metrics(), "metrics"))
	process.stop()
	again := startDemo(t, "--companies", "8", "--dir", dir)
	again.board(t)
	waitFor(t, "the demo goes on with its ledger", func() bool { return len(ledger.contacts(t)) > before })
	again.signal(t, os.Interrupt)
	again.ends(t, exitDone)
	verbRun{"verify", exitDone, `all evidence hold`}.check(t, dir, answered)
}

// check runs the command line on a folder and looks at what comes of it.
func (v verbRun) check(t *testing.T, dir string, c probes.Contact) {
	t.Helper()
	names := strings.NewReplacer("DIR", dir, "CONTACT", c.ID, "COMPANY", c.Plan.Company)
	args := append([]string{"-c", filepath.Join(dir, "svartid.yml")}, strings.Fields(names.Replace(v.args))...)
	var out, errs lines
	began := time.Now()
	status := runCommandLine(t.Context(), args, streams{out: &out, err: &errs})
	t.Logf("%s: status %d after %v", v.args, status, time.Since(began).Round(time.Millisecond))
	said := out.String() + errs.String()
	if status != v.status || !regexp.MustCompile(names.Replace(v.want)).MatchString(said) {
		t.Errorf("%s: got status %d, want %d and %q\n%.2000s", v.args, status, v.status, v.want, said)
	}
}

// checkVerbs fails the test unless verbRuns has every verb. A demo and serve run
// in processes of their own.
func checkVerbs(t *testing.T) {
	t.Helper()
	run := []string{"demo", "serve"}
	for _, v := range verbRuns() {
		verb, _, _ := strings.Cut(v.args, " ")
		run = append(run, verb)
	}
	for field := range reflect.TypeFor[cli]().Fields() {
		verb := cmp.Or(field.Tag.Get("name"), strings.ToLower(field.Name))
		if _, is := field.Tag.Lookup("cmd"); is && !slices.Contains(run, verb) {
			t.Errorf("%s is not tried on what a demo leaves behind", field.Name)
		}
	}
}
