package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/config"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/calendar"
	"github.com/svartid/svartid/probes/fairness"
	"github.com/svartid/svartid/probes/ledger"
	"github.com/svartid/svartid/probes/reading"
)

// A written is one line of what the script command written puts into a ledger:
// an event with its evidence, or a mark.
type written struct {
	Contact string              `json:"contact"`
	Kind    probes.EventKind    `json:"kind"`
	Attempt int                 `json:"attempt"`
	At      time.Time           `json:"at"`
	Data    json.RawMessage     `json:"data"`
	Opening channels.Opening    `json:"opening"` // of intended
	Mail    string              `json:"mail"`    // of heard: the file that came, to be read
	Arrival channels.Arrival    `json:"arrival"` // of heard
	Erased  bool                `json:"erased"`  // the evidence is not kept
	Mark    string              `json:"mark"`    // the name of a mark
	Marked  channels.Checkpoint `json:"marked"`
}

// writes puts the lines of a file into a ledger, at the times they name:
//
//	written CONFIG DB FILE
func writes(ts *testscript.TestScript, _ bool, args []string) {
	cfg, err := config.Load(ts.MkAbs(args[0]))
	ts.Check(err)
	var now time.Time
	l, err := ledger.Open(context.Background(), "sqlite:"+ts.MkAbs(args[1]), ledger.Options{
		Salt: func() string { return "salt" },
		Fold: cfg.Probing().Rules.Fold, Rules: cfg.RulesDigest(), Clock: func() time.Time { return now },
	})
	ts.Check(err)
	defer l.Close()
	lines := bufio.NewScanner(strings.NewReader(ts.ReadFile(args[2])))
	for lines.Scan() {
		var w written
		ts.Check(json.Unmarshal(lines.Bytes(), &w))
		now = w.At
		ts.Check(l.Update(context.Background(), func(tx probes.Tx) error { return w.write(tx, ts.ReadFile) }))
	}
}

func (w written) write(tx probes.Tx, file func(string) string) error {
	ctx := context.Background()
	if w.Mark != "" {
		return tx.Advance(ctx, w.Mark, w.Marked)
	}
	data, err := w.Data, error(nil)
	switch w.Kind {
	case probes.Intended:
		data, err = w.intended(tx)
	case probes.Heard:
		data, err = w.heard(tx, file(w.Mail))
	}
	if err != nil {
		return err
	}
	_, err = tx.Append(ctx, w.Contact, probes.Event{Kind: w.Kind, Attempt: w.Attempt, At: w.At, Data: data})
	return err
}

func (w written) intended(tx probes.Tx) ([]byte, error) {
	o := w.Opening
	words, err := json.Marshal(o)
	if err != nil {
		return nil, err
	}
	digest := strings.Repeat("0", 64)
	if !w.Erased {
		if digest, err = tx.Keep(context.Background(), words); err != nil {
			return nil, err
		}
	}
	return json.Marshal(probes.Intent{Token: o.Token, Address: o.Address, ID: o.ID, Words: digest})
}

// heard reads a mail as the engine would, given what was asked.
func (w written) heard(tx probes.Tx, raw string) ([]byte, error) {
	ctx := context.Background()
	w.Arrival.Raw, w.Arrival.Media = []byte(raw), channels.Mail
	got := reading.Read(reading.Parse(w.Arrival.Raw), reading.Asked{Text: w.Opening.Body}, w.Arrival.Times.Arrived)
	j := probes.Classification{
		Arrival: w.Arrival.Key, Rule: reading.ByAddress, Times: w.Arrival.Times, Kind: got.Kind, Doubtful: got.Doubtful,
		Language: got.Language, Centre: "own", Because: got.Because, Evidence: strings.Repeat("1", 64),
	}
	if !w.Erased {
		var err error
		if j.Evidence, err = tx.Keep(ctx, w.Arrival.Raw); err != nil {
			return nil, err
		}
		if _, err := tx.Hear(ctx, probes.StoredArrival{
			Channel: "mail", Source: "INBOX", Arrival: w.Arrival, Contact: w.Contact, Attempt: w.Attempt, Kind: got.Kind,
		}); err != nil {
			return nil, err
		}
	}
	return json.Marshal(j)
}

func TestHMS(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "0:00:00", time.Second: "0:00:01", 59*time.Minute + 59*time.Second: "0:59:59", 171*time.Hour + 56750*time.Millisecond: "171:00:56.75",
		time.Microsecond: "0:00:00.000001", -90 * time.Minute: "-1:30:00", 25 * time.Hour: "25:00:00",
	} {
		if got := hms(d); got != want {
			t.Errorf("%v: got %s, want %s", d, got, want)
		}
	}
}

// TestShift: in autumn the wall clock shows an hour less than has gone, in
// spring an hour more.
func TestShift(t *testing.T) {
	oslo, err := time.LoadLocation("Europe/Oslo")
	if err != nil {
		t.Fatal(err)
	}
	at := func(month time.Month, day int) time.Time { return time.Date(2027, month, day, 12, 0, 0, 0, oslo) }
	for _, tt := range []struct {
		from, to time.Time
		want     string
	}{
		{at(3, 1), at(3, 3), ""},
		{at(3, 27), at(3, 29), " = 48:00:00 on the wall clock - 1:00:00 by which it was set forward on Sun 2027-03-28"},
		{at(10, 30), at(11, 1), " = 48:00:00 on the wall clock + 1:00:00 by which it was set back on Sun 2027-10-31"},
	} {
		if got := (teller{zone: oslo}).shift(calendar.Span{From: tt.from, To: tt.to}); got != tt.want {
			t.Errorf("from %v: got %q, want %q", tt.from, got, tt.want)
		}
	}
}

func TestOpenOverMidnight(t *testing.T) {
	from := time.Date(2027, 3, 1, 22, 0, 0, 0, time.UTC)
	got := teller{zone: time.UTC}.open(calendar.Span{From: from, To: from.Add(4 * time.Hour)})
	if want := "Mon 2027-03-01 22:00:00 to Tue 2027-03-02 02:00:00 UTC = 4:00:00"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestHide: who is known to have written is not named in the reasons.
func TestHide(t *testing.T) {
	p := newPeople(probes.Company{ID: "kraft", Name: "Hansen Kraft AS"}, "Kari Moen")
	p.meet(reading.Parse([]byte("From: \"Nordmann, Ola Hansen\" <ola.nordmann@kraft.example>\nReply-To: Kundeservice Vest <post@kraft.example>\n\nHei")))
	for _, tt := range []struct{ signal, saw, want string }{
		{"fact", "Ola koster", "[name] koster"},
		{"fact", "Nordmann, Ola", "[name], [name]"},
		{"fact", "OLA NORDMANN", "[name]"},
		{"fact", "Olaf og Kari Moen i Hansen Kraft", "Olaf og Kari Moen i Hansen Kraft"},
		{"fact", "Kundeservice Vest", "Kundeservice Vest"},
		{"fact", "skriv til ola.nordmann@kraft.example", "skriv til […]@kraft.example"},
		{"signed with a name", "Mvh Per Persen", "[name]"},
		{"from nobody", "noreply@kraft.example", "noreply@kraft.example"},
		{"fact", "", ""},
	} {
		if got := p.hide(reading.Reason{Signal: tt.signal, Saw: tt.saw}); got != tt.want {
			t.Errorf("%s %q: got %q, want %q", tt.signal, tt.saw, got, tt.want)
		}
	}
}

func TestPrintable(t *testing.T) {
	if got, want := printable("a\x1b[31mb\u202e\tå\x00"), "a[31mb\tå"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestScoreSums: each policy says how its score is made.
func TestScoreSums(t *testing.T) {
	w := worth{State: fairness.Answered, Wait: 25, Promise: 100, Share: 0.25}
	for policy, want := range map[fairness.Policy]string{
		fairness.CappedWait:   "1 - wait ÷ promise; wait ÷ promise = 25 s ÷ 100 s = 0.2500",
		fairness.AnsweredOnly: "1 - wait ÷ promise; wait ÷ promise = 25 s ÷ 100 s = 0.2500",
		fairness.WithinThird:  "wait ÷ promise = 25 s ÷ 100 s = 0.2500; 1 if that is a third at most, else 0",
		fairness.ReachGate:    "1 towards the share that must be answered; above it speed counts: wait ÷ promise = 25 s ÷ 100 s = 0.2500",
		fairness.Award:        "0.95 + 0.05 × (1 - wait ÷ promise); wait ÷ promise = 25 s ÷ 100 s = 0.2500",
	} {
		w.Policy = policy
		if got := w.sum(); got != want {
			t.Errorf("%s: got %q, want %q", policy, got, want)
		}
	}
	w.State = fairness.Late
	if got, want := w.sum(), "0: a person's answer in time scores, and this is late"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestExplainWithoutALedger is no story, and misuse where a folder was named.
func TestExplainWithoutALedger(t *testing.T) {
	var out, errs lines
	status := run(t.Context(), []string{"explain", "--dir", filepath.Join(t.TempDir(), "none"), "x"}, streams{out: &out, err: &errs})
	if status != exitMisuse || !strings.Contains(errs.String(), "--dir ") || out.String() != "" {
		t.Errorf("got status %d\n%s%s", status, &out, &errs)
	}
}

// TestExplainADemo needs no configuration: the companies are those that the
// ledger knows.
func TestExplainADemo(t *testing.T) {
	dir := t.TempDir()
	l, err := ledger.Open(t.Context(), demoDSN(dir), ledger.Options{Fold: probes.Rules{}.Fold, Rules: demoRules})
	if err != nil {
		t.Fatal(err)
	}
	planned := probes.Event{
		Kind: probes.Planned, Attempt: 1, At: time.Now(),
		Data: []byte(`{"edition":"demo","company":"nobody-else","class":"bank","channel":"mail","probe":"mail","within":"8s"}`),
	}
	err = l.Update(t.Context(), func(tx probes.Tx) error {
		_, err := tx.Append(t.Context(), "c", planned)
		return err
	})
	if err = errors.Join(err, l.Close()); err != nil {
		t.Fatal(err)
	}
	for args, want := range map[string]string{
		"c":                            "contact c: nobody-else, class bank, over mail\n",
		"--company nobody-else --html": "<h1>nobody-else</h1>",
	} {
		var out, errs lines
		status := run(t.Context(), append([]string{"explain", "--dir", dir}, strings.Fields(args)...), streams{out: &out, err: &errs})
		if status != exitDone || !strings.Contains(out.String(), want) {
			t.Errorf("%s: got status %d, want it to say %q\n%s%s", args, status, want, &out, &errs)
		}
	}
}
