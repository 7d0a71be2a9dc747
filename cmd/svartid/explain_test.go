package main

import (
	"bufio"
	"context"
	"encoding/json"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/config"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/ledger"
	"github.com/svartid/svartid/probes/reading"
	"github.com/svartid/svartid/probes/reading/match"
	"github.com/svartid/svartid/probes/reading/message"
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
		Fold: probes.Rules(cfg.Probing().Rules).Fold, Rules: cfg.RulesDigest(), Clock: func() time.Time { return now },
		Salt: func() string { return "salt" },
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
	got := reading.Read(message.Parse(w.Arrival.Raw), reading.Asked{Text: w.Opening.Body}, w.Arrival.Times.Arrived)
	j := probes.Classification{
		Arrival: w.Arrival.Key, Rule: match.ByAddress, Times: w.Arrival.Times, Kind: got.Kind, Doubtful: got.Doubtful,
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
