package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/svartid/svartid/probes"
)

// A hardLife is a season in which the program is killed while openers leave, loses
// its ledger, is down while a round falls, and comes back with a shorter promise.
type hardLife struct {
	t      *testing.T
	server *submitter
	place  place
	dsn    string
	down   time.Time // when the round falls for which it is down
}

const (
	hardCompanies = 8
	hardKills     = 3
)

// newHardLife writes its configuration.
func newHardLife(t *testing.T) *hardLife {
	l := &hardLife{t: t, down: time.Now().Add(30 * time.Second)}
	l.server = &submitter{name: "hard", copies: true, lag: 1500 * time.Millisecond, rows: map[string]mailRow{}, mails: newMailHost(t, "hard")}
	zone, today := noon(t, time.Now())
	midnight, err := time.ParseInLocation(time.DateOnly, today, zone)
	if err != nil {
		t.Fatal(err)
	}
	var companies strings.Builder
	for n := range hardCompanies {
		id := fmt.Sprintf("hard%d", n)
		l.server.rows[id] = answers(nil)
		fmt.Fprintf(&companies, "  - {id: %s, name: %s, class: power, language: nb, consent: %s, reach: {hard: post@%s.example}}\n", id, id, today, id)
	}
	l.server.start(t)
	dir := t.TempDir()
	file := filepath.Join(dir, "svartid.yml")
	text := fmt.Sprintf(hardText, today, today, zone, l.server.settings(), once(midnight, time.Now().Add(2*time.Second)), once(midnight, l.down), companies.String())
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	l.place, l.dsn = newPlace(t, "hasty", file), "sqlite:"+filepath.Join(dir, "svartid.db")
	return l
}

const hardText = `
edition: {name: hard, from: %s, to: %s, time_zone: %s, hours: always, opening_clock: always, seed: hard}
ledger: {dsn: "sqlite:svartid.db"}
web: {listen: "127.0.0.1:0"}
limits: {per_company_per_day: 0, per_company_per_edition: 0, per_minute: 0}
channels:
  hard: %s
personas: [{name: Kari Nordmann, channel: hard, address: kari@hard.shopper.test, tag: catchall}]
scenarios: [{name: price, language: nb, subject: [Pris], body: "Hei! Hva koster strøm hos {{.Company}}? Hilsen {{.Persona}}"}]
probes:
  - {name: first, channel: hard, cron: "%s", spread: 3s, within: 20s}
  - {name: missed, channel: hard, cron: "%s", spread: 1s, within: 20s}
companies:
%s`

// asked returns how many openers have left, and to how many companies.
func (l *hardLife) asked() (openers, companies int) {
	for id := range l.server.rows {
		if n := l.server.asked(id); n > 0 {
			openers, companies = openers+n, companies+1
		}
	}
	return openers, companies
}

// live plays the season, and returns what is wrong with it, by what happened.
func (l *hardLife) live() (kills, loss, promise, missed string) {
	t, p := l.t, l.place
	process := p.start()
	for n := range hardKills {
		p.until(t, "more are asked", func() bool {
			some, _ := l.asked()
			return some > n && (n < hardKills-1 || l.server.copied() > 0)
		})
		process.kill()
		if n == hardKills-1 {
			p.each(t, os.Remove)
		}
		process = p.start()
	}
	process.metrics()
	ledger := openArchive(t, l.dsn)
	p.until(t, "the first round is settled", func() bool {
		waiting, _ := ledger.standing(t)
		contacts := ledger.contacts(t)
		return len(contacts) >= hardCompanies && waiting == 0 || time.Until(l.down) < 2*time.Second
	})
	process.kill()
	openers, companies := l.asked()
	before := ledger.contacts(t)
	loss = counts("of the companies asked", companies, hardCompanies)
	kills = counts("openers", openers, companies)

	p.edit(t, "spread: 3s, within: 20s", "spread: 3s, within: 1s")
	time.Sleep(time.Until(l.down.Add(2 * time.Second)))
	last := p.start()
	last.metrics()
	p.until(t, "the round is made up for", func() bool {
		waiting, _ := ledger.standing(t)
		return waiting == 0 && len(ledger.contacts(t)) >= 2*hardCompanies
	})
	last.stop()
	same, caught := 0, 0
	now := map[string]probes.Contact{}
	for _, c := range ledger.contacts(t) {
		now[c.ID] = c
		if c.Plan.Probe == "missed" && c.Outcome == probes.Answered {
			caught++
		}
	}
	before = slices.DeleteFunc(before, func(c probes.Contact) bool { return c.Outcome == probes.Pending })
	for _, c := range before {
		if after := now[c.ID]; after.Outcome == c.Outcome && after.Wait == c.Wait {
			same++
		}
	}
	holds(t, p.config)
	return kills, loss, counts("contacts as they were", same, len(before)), counts("caught up with", caught, hardCompanies)
}

// counts says how many of something there are, and "all" where that is so.
func counts(what string, n, of int) string {
	if n == of {
		return "all " + what
	}
	return fmt.Sprintf("%d %s, of %d", n, what, of)
}

// lifeRows are the rows of a hard life.
func lifeRows(t *testing.T) []verdictRow {
	t.Helper()
	kills, loss, promise, missed := newHardLife(t).live()
	for _, r := range []struct{ got, want string }{
		{kills, "all openers"}, {loss, "all of the companies asked"}, {promise, "all contacts as they were"}, {missed, "all caught up with"},
	} {
		if r.got != r.want {
			t.Errorf("got %q, want %q", r.got, r.want)
		}
	}
	return []verdictRow{
		{point: 7, what: "the ledger is deleted while a round is asked, and while our own copies are under way", before: "everybody asked twice", now: "every company asked, and once"},
		{point: 8, what: "`within: 20s` becomes 1s after the answers", before: "answers late", now: "every contact as it was"},
		{point: 9, what: "a round falls while svartid is down and its configuration is changed; it is back inside the round's hours", before: "forgotten", now: "every company asked, and once"},
		{point: 10, what: "three SIGKILLs while openers leave", before: "unsure for an hour, then void", now: "every opener left once"},
	}
}
