package main

import (
	"context"
	"encoding/json"
	"strconv"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/svartid/svartid/config"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/ledger"
	"github.com/svartid/svartid/probes/report/planned"
)

func left(ts *testscript.TestScript, _ bool, args []string) {
	cfg, err := config.Load(ts.MkAbs(args[0]))
	ts.Check(err)
	lines, err := planned.ReadFile(ts.MkAbs(args[1]), nil)
	ts.Check(err)
	late, err := strconv.Atoi(args[3])
	ts.Check(err)
	l, err := ledger.Open(context.Background(), "sqlite:"+ts.MkAbs(args[2]), ledger.Options{Fold: probes.Rules(cfg.Probing().Rules).Fold})
	ts.Check(err)
	defer l.Close()
	ts.Check(l.Update(context.Background(), func(tx probes.Tx) error {
		for _, line := range lines {
			planned, err := json.Marshal(probes.Plan{
				Edition: cfg.Edition.Name, Company: line.Company, Class: line.Class, Channel: line.Channel, Probe: line.Probe,
				Round: line.Round, Slot: line.At, Within: "3 working days", Replaces: line.Replaces,
			})
			if err != nil {
				return err
			}
			at := line.At.Add(time.Duration(late) * time.Second)
			if _, err := tx.Append(context.Background(), line.Contact,
				probes.Event{Kind: probes.Planned, Attempt: 1, At: line.Round, Data: planned},
				probes.Event{Kind: probes.Intended, Attempt: 1, At: at, Data: []byte(`{"token":"` + line.Contact + `","words":""}`)},
				probes.Event{Kind: probes.Sent, Attempt: 1, At: at, Data: []byte(`{}`)},
			); err != nil {
				return err
			}
		}
		return nil
	}))
}
