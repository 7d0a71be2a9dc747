package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/svartid/svartid/channels/channeltest/long"
	"github.com/svartid/svartid/channels/channeltest/race"
	"github.com/svartid/svartid/channels/simulated"
	"github.com/svartid/svartid/probes"
)

// A ledgerLoss is what happens to the ledger of a season while svartid is down.
type ledgerLoss struct {
	name   string
	before func(*testing.T, place) // at a third of the season, while it is down too
	apply  func(*testing.T, place)
	flags  func(*testing.T, place) []string // of the next start
	fresh  bool                             // contacts are not those of before
}

// files are the ledger's.
func (p place) files() []string {
	all, _ := filepath.Glob(filepath.Join(filepath.Dir(p.config), "svartid.db*"))
	return all
}

func ledgerLosses() []ledgerLoss {
	return []ledgerLoss{
		{name: "none, from another folder", apply: func(*testing.T, place) {}},
		{name: "a deleted ledger", apply: func(t *testing.T, p place) { p.each(t, os.Remove) }},
		{name: "an empty file", apply: func(t *testing.T, p place) {
			p.each(t, os.Remove)
			fileOf(t, filepath.Join(filepath.Dir(p.config), "svartid.db"), "")
		}},
		{
			name: "a restored copy",
			before: func(t *testing.T, p place) {
				p.each(t, func(file string) error {
					return copyFile(file, filepath.Join(filepath.Dir(file), "copy-"+filepath.Base(file)))
				})
			},
			apply: func(t *testing.T, p place) {
				p.each(t, os.Remove)
				copies, _ := filepath.Glob(filepath.Join(filepath.Dir(p.config), "copy-*"))
				for _, file := range copies {
					if err := os.Rename(file, filepath.Join(filepath.Dir(file), strings.TrimPrefix(filepath.Base(file), "copy-"))); err != nil {
						t.Fatal(err)
					}
				}
			},
		},
		{name: "a cut log", apply: func(t *testing.T, p place) {
			p.each(t, func(file string) error {
				if strings.HasSuffix(file, ".db") {
					return nil
				}
				return os.Remove(file)
			})
		}},
		{
			name: "a renamed edition", fresh: true,
			apply: func(t *testing.T, p place) { p.edit(t, "name: rehearsal", "name: renamed") },
			flags: func(t *testing.T, p place) []string {
				return []string{"--accept", p.refused(t, "the ledger knows nothing of edition renamed")}
			},
		},
	}
}

func copyFile(from, to string) error {
	text, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	return os.WriteFile(to, text, 0o600)
}

// each does something with every file of the ledger.
func (p place) each(t *testing.T, do func(string) error) {
	t.Helper()
	for _, file := range p.files() {
		if err := do(file); err != nil {
			t.Fatal(err)
		}
	}
}

// edit changes the configuration.
func (p place) edit(t *testing.T, from, to string) {
	t.Helper()
	text, err := os.ReadFile(p.config)
	if err != nil || !strings.Contains(string(text), from) {
		t.Fatalf("no %q in the configuration: %v", from, err)
	}
	if err := os.WriteFile(p.config, []byte(strings.Replace(string(text), from, to, 1)), 0o600); err != nil {
		t.Fatal(err)
	}
}

// refused starts svartid, which must refuse for a reason, and returns the digest
// by which that would be accepted.
func (p place) refused(t *testing.T, why string) string {
	t.Helper()
	before, _ := os.ReadFile(p.log)
	process := p.start()
	if err := process.wait(); err == nil || process.cmd.ProcessState.ExitCode() == 0 {
		t.Fatalf("got %v, want that it refuses", err)
	}
	log, _ := os.ReadFile(p.log)
	said := string(log[len(before):])
	digest := regexp.MustCompile(`serve --accept ([0-9a-f]{12})`).FindStringSubmatch(said)
	if digest == nil || !strings.Contains(said, why) {
		t.Fatalf("got\n%s\nwant a digest, and %q", said, why)
	}
	return digest[1]
}

// TestLedgerLosses runs a season through each loss of its ledger. What the
// companies' own server has recorded says whether any was asked twice.
func TestLedgerLosses(t *testing.T) {
	race.Skip(t, "it starts the program by the dozen, and what it starts is not watched")
	for _, c := range ledgerLosses() {
		t.Run(c.name, func(t *testing.T) {
			if c.name != "a deleted ledger" && c.name != "a restored copy" {
				long.Only(t, "a deleted ledger and a restored copy")
			}
			t.Parallel()
			c.play(t)
		})
	}
}

const lossCompanies = 12

func (c ledgerLoss) play(t *testing.T) {
	world := simulated.New(simulated.Options{Companies: lossCompanies, Seed: c.name, Scale: 8 * time.Second})
	startWorld(t, world)
	o := killPlan{kills: 20, within: 9 * time.Second}.outline(t, world) // a round of eight seconds
	config, dsn := o.write(t, t.TempDir())
	p := newPlace(t, "hasty", config)
	p.edit(t, "{per_company_per_day: 0,", "{per_company_per_day: 1,")
	p.edit(t, dsn, "sqlite:svartid.db")

	process := p.start()
	p.until(t, "a third is asked", func() bool { return len(world.Log()) >= lossCompanies/3 })
	if c.before != nil {
		process.kill()
		c.before(t, p)
		process = p.start()
	}
	p.until(t, "two thirds are asked", func() bool { return len(world.Log()) >= 2*lossCompanies/3 })
	process.kill()
	c.apply(t, p)
	var flags []string
	if c.flags != nil {
		flags = c.flags(t, p)
	}
	p.dir = t.TempDir() // in another folder the ledger is the same
	last := p.start(flags...)
	last.metrics()
	ledger := openArchive(t, dsn)
	p.until(t, "everything is settled", func() bool {
		waiting, _ := ledger.standing(t)
		return waiting == 0 && len(ledger.contacts(t)) >= lossCompanies || c.fresh && time.Since(process.begun) > 30*time.Second
	})
	last.stop()
	c.check(t, world, ledger)
	holds(t, config)
}

// check holds the ledger against what the companies have recorded.
func (c ledgerLoss) check(t *testing.T, world *simulated.World, ledger archive) {
	t.Helper()
	asked := map[string]int{}
	for _, turn := range world.Log() {
		if asked[turn.Company]++; asked[turn.Company] > 1 {
			t.Errorf("%s was asked %d times", turn.Company, asked[turn.Company])
		}
	}
	for id, n := range world.Accepted() {
		if n > 1 {
			t.Errorf("opener %s left %d times", id, n)
		}
	}
	adopted, void, outcomes := 0, 0, map[string]int{}
	for _, contact := range ledger.contacts(t) {
		outcomes[fmt.Sprint(contact.Plan.Edition, " ", contact.Outcome)]++
		if contact.Current().Intent.Adopted {
			adopted++
		}
		// A kill between intent and DATA leaves an opener that did not leave.
		if contact.Outcome == probes.Void && (asked[contact.Plan.Company] > 0 || !strings.Contains(contact.Reason, "no trace")) {
			t.Errorf("%s is void: %s", contact.Plan.Company, contact.Reason)
		}
		if contact.Outcome == probes.Void {
			void++
		}
	}
	if !c.fresh && len(asked)+void != lossCompanies {
		t.Errorf("%d companies were asked and %d contacts void, want %d", len(asked), void, lossCompanies)
	}
	t.Logf("%d companies were asked, %d openers adopted; %v", len(asked), adopted, outcomes)
}

// until waits for something, for three minutes.
func (p place) until(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(3 * time.Minute); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if holds() {
			return
		}
	}
	t.Fatalf("not within three minutes: %s", what)
}

// begunSeason returns a place whose secret is there and whose edition has begun, with
// no ledger.
func begunSeason(t *testing.T) (place, *simulated.World) {
	world := simulated.New(simulated.Options{Companies: 4, Seed: t.Name(), Scale: 8 * time.Second})
	startWorld(t, world)
	o := killPlan{kills: 1, within: 9 * time.Second}.outline(t, world)
	o.Rounds = []time.Time{time.Now().Add(-time.Minute)}
	config, _ := o.write(t, t.TempDir())
	fileOf(t, filepath.Join(filepath.Dir(config), "svartid.secret"), strings.Repeat("0f", 16)+"\n")
	return newPlace(t, "hasty", config), world
}

// runs starts svartid with flags, waits until it has asked n companies, and stops it.
func (p place) runs(t *testing.T, world *simulated.World, n int, flags ...string) {
	t.Helper()
	process := p.start(flags...)
	process.metrics()
	p.until(t, "the companies are asked", func() bool { return len(world.Log()) >= n })
	process.stop()
}

// checks runs check --ledger, and returns what it says.
func (p place) checks(t *testing.T, want int) string {
	t.Helper()
	var out, errs strings.Builder
	if got := runCommandLine(t.Context(), []string{"check", "--ledger", "-c", p.config}, streams{out: &out, err: &errs}); got != want {
		t.Errorf("check --ledger: got status %d, want %d: %s%s", got, want, out.String(), errs.String())
	}
	return out.String()
}

// TestAccept: what would make a season contestable is refused by a name, is
// accepted by it, and that holds once.
func TestAccept(t *testing.T) {
	race.Skip(t, "it starts the program, and what it starts is not watched")
	t.Parallel()
	p, world := begunSeason(t)
	if said := p.checks(t, exitDone); !strings.Contains(said, "is not there, and the edition has begun") {
		t.Errorf("check --ledger says nothing of the ledger that is not there:\n%s", said)
	}
	empty := p.refused(t, "and nothing on these channels tells of one")
	if again := p.refused(t, "nothing on these channels"); again != empty {
		t.Errorf("the same difference is %s, then %s", empty, again)
	}
	if n := len(world.Log()); n > 0 {
		t.Fatalf("%d companies were asked before it was accepted", n)
	}
	p.refusedWith(t, "000000000000")
	p.runs(t, world, 4, "--accept", empty)
	p.runs(t, world, 4)

	p.edit(t, "seed: rehearsal", "seed: other")
	seed := p.refused(t, "the seed is another")
	if said := p.checks(t, exitMisuse); !strings.Contains(said, "--accept "+seed) {
		t.Errorf("check --ledger does not name %s:\n%s", seed, said)
	}
	p.runs(t, world, 4, "--accept", seed)
	p.runs(t, world, 4)
	if said := p.checks(t, exitDone); !strings.Contains(said, "edition rehearsal: 4 asked") {
		t.Errorf("check --ledger does not say what the ledger holds:\n%s", said)
	}
	p.edit(t, "seed: other", "seed: rehearsal")
	p.runs(t, world, 4, "--accept", p.refused(t, "the seed is another"))
	p.edit(t, "seed: rehearsal", "seed: other")
	if again := p.refused(t, "the seed is another"); again == seed {
		t.Errorf("what was accepted once is accepted for good: %s", seed)
	}
	if len(world.Log()) != 4 {
		t.Errorf("got %d openers, want 4", len(world.Log()))
	}
}

// refusedWith starts svartid with what accepts nothing that differs.
func (p place) refusedWith(t *testing.T, digest string) {
	t.Helper()
	if err := p.start("--accept", digest).wait(); err == nil {
		t.Errorf("--accept %s is taken", digest)
	}
}

// TestLostSecretToo: a start that finds neither ledger nor secret asks no company
// that was asked before, as the mailbox shows.
func TestLostSecretToo(t *testing.T) {
	race.Skip(t, "it starts the program, and what it starts is not watched")
	t.Parallel()
	world := simulated.New(simulated.Options{Companies: 6, Seed: t.Name(), Scale: 8 * time.Second})
	startWorld(t, world)
	o := killPlan{kills: 20, within: 9 * time.Second}.outline(t, world)
	config, dsn := o.write(t, t.TempDir())
	p := newPlace(t, "hasty", config)
	p.edit(t, dsn, "sqlite:svartid.db")
	life := p.start()
	p.until(t, "half are asked", func() bool { return len(world.Log()) >= 3 })
	life.kill()
	p.each(t, os.Remove)
	if err := os.Remove(filepath.Join(filepath.Dir(p.config), "svartid.secret")); err != nil {
		t.Fatal(err)
	}
	before := len(world.Log())
	digest := p.refused(t, "letters of this season from our personas to companies")
	if again := p.refused(t, "the ledger knows nothing"); again != digest {
		t.Errorf("the same difference is %s, then %s", digest, again)
	}
	if n := len(world.Log()); n != before {
		t.Errorf("%d companies were asked before it was accepted", n-before)
	}
}
