package main

import (
	"bufio"
	"cmp"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/config"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/head"
	"github.com/svartid/svartid/probes/ledger"
	"github.com/svartid/svartid/probes/reading"
	"github.com/svartid/svartid/probes/report/planned"
)

// A ledgerWriter writes what happens to invented contacts into a ledger, as the
// engine would have written it, at the time at which it happens.
type ledgerWriter struct {
	ctx    context.Context
	cfg    *config.Config
	tx     probes.Tx
	now    time.Time // of the ledger's clock
	digest string    // of the plan
}

// lived writes into the ledger of a configuration what a file tells, a contact
// a line: its id, company, slot, and what it heard so long after its slot.
//
//	one kraft 2025-01-13T09:00:00+01:00 acknowledgement@1m answer@2h
//	two kraft 2025-01-14T09:00:00+01:00 open
//
// A reading with a question mark, such as answer?@2h, is doubtful. Instead of a
// reading, again-bot@5h reads the first arrival again, and unmatched is an arrival of
// no contact. Listening has covered all deadlines but those of contacts that are
// open. A promise is a day.
func lived(ts *testscript.TestScript, _ bool, args []string) {
	cfg, err := config.Load(ts.MkAbs(args[0]))
	ts.Check(err)
	ed := cfg.Probing()
	d := planned.Draw(ed)
	s := &ledgerWriter{ctx: context.Background(), cfg: cfg, digest: d.Digest()}
	dsn := "sqlite:" + ts.MkAbs(strings.TrimPrefix(string(cfg.Ledger.DSN), "sqlite:"))
	key, err := cfg.EvidenceKey()
	ts.Check(err)
	l, err := ledger.Open(s.ctx, dsn, ledger.Options{
		Fold: probes.Rules(ed.Rules).Fold, Rules: cfg.RulesDigest(), Clock: func() time.Time { return s.now }, Key: key,
	})
	ts.Check(err)
	defer l.Close()
	ts.Check(l.Update(s.ctx, func(tx probes.Tx) error {
		s.tx = tx
		if _, err := tx.Keep(s.ctx, []byte(d.Canonical())); err != nil {
			return err
		}
		for lines := bufio.NewScanner(strings.NewReader(ts.ReadFile(args[1]))); lines.Scan(); {
			if err := s.live(strings.Fields(lines.Text())); err != nil {
				return fmt.Errorf("%s: %w", lines.Text(), err)
			}
		}
		return tx.Advance(s.ctx, probes.DrawnPlans, channels.Checkpoint{Source: s.digest, Until: s.now})
	}))
}

// live lets a contact live.
func (s *ledgerWriter) live(words []string) error {
	id, company := words[0], words[1]
	slot, err := time.Parse(time.RFC3339, words[2])
	if err != nil {
		return err
	}
	co, _ := s.cfg.Probing().Company(company)
	opening, err := s.tx.Keep(s.ctx, []byte("the opener of "+id))
	if err != nil {
		return err
	}
	if err := s.apply(id, probes.Planned, slot, probes.Plan{
		Edition: s.cfg.Edition.Name, Company: company, Class: co.Class, Channel: "mail", Probe: "email",
		Round: slot, Slot: slot, Scenario: "price", Persona: "Kari", Within: "1d", Drawn: s.digest,
	}); err != nil {
		return err
	}
	if err := s.apply(id, probes.Intended, slot, probes.Intent{Token: id, Words: opening}); err != nil {
		return err
	}
	if err := s.apply(id, probes.Sent, slot, probes.Sending{Response: "250 ok"}); err != nil {
		return err
	}
	open := false
	for i, word := range words[3:] {
		if word == "open" {
			open = true
			continue
		}
		kind, after, _ := strings.Cut(word, "@")
		wait, err := time.ParseDuration(after)
		if err != nil {
			return err
		}
		if err := s.hear(probes.Contact{ID: id, Plan: probes.Plan{Company: company}}, kind, fmt.Sprint(id, "/", i+1), slot.Add(wait)); err != nil {
			return err
		}
	}
	until := slot.Add(25 * time.Hour)
	if open {
		return nil
	}
	mark := channels.Checkpoint{Source: "INBOX", Until: until}
	if err := s.tx.Advance(s.ctx, "mail", mark); err != nil {
		return err
	}
	return s.apply(id, probes.Covered, until, probes.Coverage{Until: until, Sources: []channels.Checkpoint{mark}})
}

// hear lets an arrival come, to a contact or unmatched.
func (s *ledgerWriter) hear(c probes.Contact, kind, key string, at time.Time) error {
	kind, doubtful := strings.CutSuffix(kind, "?")
	probability := map[bool]float64{true: 0.62, false: 0.99}[doubtful]
	raw := []byte("From: post@example.no\r\nSubject: Sv\r\n\r\n" + kind + " " + key)
	sum := sha256.Sum256(raw)
	h := probes.StoredArrival{
		Channel: "mail", Source: "INBOX", Kind: reading.Other, From: "post@example.no", Subject: "Sv",
		Arrival: channels.Arrival{Key: key, Media: channels.Mail, Raw: raw, Times: channels.Times{Arrived: at}},
	}
	if kind != "unmatched" {
		h.Contact, h.Attempt, h.Rule, h.Kind, h.Company, h.Centre = c.ID, 1, "2", reading.Kind(kind), c.Plan.Company, "own"
		h.Doubtful = doubtful
	}
	if kind, again := strings.CutPrefix(kind, "again-"); again {
		return s.apply(c.ID, probes.Reread, at, probes.Classification{
			Arrival: c.ID + "/1", Kind: reading.Kind(kind), Doubtful: doubtful, Probability: probability, Times: h.Arrival.Times,
			Because: []reading.Reason{{Signal: "this line came in 14 of 14 mails", Saw: "Prøv vår assistent!"}},
		})
	}
	if _, err := s.tx.Hear(s.ctx, h); err != nil || h.Contact == "" {
		return err
	}
	return s.apply(c.ID, probes.Heard, at, probes.Classification{
		Arrival: key, Evidence: hex.EncodeToString(sum[:]), Rule: h.Rule, Kind: h.Kind, Times: h.Arrival.Times, Centre: "own",
		Doubtful: doubtful, Probability: probability,
	})
}

// apply appends an event, and the ruling that follows from it.
func (s *ledgerWriter) apply(id string, kind probes.EventKind, at time.Time, payload any) error {
	data, err := json.Marshal(payload)
	if err != nil {
		return err
	}
	s.now = at
	c, err := s.tx.Append(s.ctx, id, probes.Event{Kind: kind, Attempt: 1, At: at, Data: data})
	if err != nil || c.Outcome == probes.Pending || c.Outcome == c.Ruled {
		return err
	}
	return s.apply(id, probes.Ruled, at, c.Ruling())
}

// published publishes the head of a configuration's ledger, as serve does, each time that
// of another day, and beside the ledger if no file is configured:
//
//	published CONFIG
func published(ts *testscript.TestScript, _ bool, args []string) {
	cfg, err := config.Load(ts.MkAbs(args[0]))
	ts.Check(err)
	ed := cfg.Probing()
	ed.Key, err = cfg.Secret()
	ts.Check(err)
	p := &program{edition: ed, kept: cfg.Ledger, log: slog.New(slog.DiscardHandler)}
	dsn := "sqlite:" + ts.MkAbs(strings.TrimPrefix(string(cfg.Ledger.DSN), "sqlite:"))
	p.ledger, err = ledger.Open(context.Background(), dsn, ledger.Options{Fold: probes.Rules(ed.Rules).Fold, Rules: cfg.RulesDigest()})
	ts.Check(err)
	defer p.ledger.Close()
	p.kept.HeadsFile = cmp.Or(p.kept.HeadsFile, ts.MkAbs("published.txt"))
	out, err := p.publisher()
	ts.Check(err)
	var made []head.Kept
	ts.Check(p.ledger.View(context.Background(), func(tx probes.Tx) error {
		made, err = head.History(context.Background(), tx)
		return err
	}))
	out.At = 0
	out.Clock = func() time.Time { return time.Now().AddDate(0, 0, len(made)) }
	ts.Check(out.Once(context.Background()))
}

// tamper runs a statement on a ledger behind its back:
//
//	tamper DB STATEMENT
func tamper(ts *testscript.TestScript, _ bool, args []string) {
	db, err := sql.Open("sqlite", ts.MkAbs(args[0]))
	ts.Check(err)
	defer db.Close()
	result, err := db.ExecContext(context.Background(), args[1])
	ts.Check(err)
	if n, err := result.RowsAffected(); err != nil || n == 0 {
		ts.Fatalf("nothing was tampered with: %v", err)
	}
}
