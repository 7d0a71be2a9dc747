package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"text/template"
	"time"

	"github.com/svartid/svartid/channels/simulated/world"
	"github.com/svartid/svartid/config"
	"github.com/svartid/svartid/probes/edition"
)

// An outline is what tests want of a configuration.
type outline struct {
	Mail      string // the channel's settings below `mail:`, in flow style
	Domain    string // of the personas, who take all its addresses
	Scenarios []edition.Scenario
	Rounds    []time.Time   // when each probe has its one round
	Spread    time.Duration // of a round
	Within    time.Duration // the promise
	Companies []edition.Company
}

// write writes the configuration into dir, with a ledger beside it, and
// returns its file and the ledger's DSN.
func (o outline) write(t testing.TB, dir string) (file, dsn string) {
	t.Helper()
	file, dsn = filepath.Join(dir, "svartid.yml"), "sqlite:"+filepath.Join(dir, "svartid.db")
	zone, today := noon(t, time.Now())
	midnight, err := time.ParseInLocation(time.DateOnly, today, zone)
	if err != nil {
		t.Fatal(err)
	}
	out, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	functions := template.FuncMap{
		"every": func(at time.Time) string { return once(midnight, at) },
	}
	text := template.Must(template.New("svartid.yml").Funcs(functions).Parse(outlineText))
	err = text.Execute(out, map[string]any{"Outline": o, "DSN": dsn, "Zone": zone, "Today": today})
	if err != nil {
		t.Fatal(err)
	}
	return file, dsn
}

// noon returns a zone in which it is about noon, and its date there: an opener
// that is due today is not sent tomorrow, at whatever hour the test is run.
func noon(t testing.TB, now time.Time) (zone *time.Location, today string) {
	t.Helper()
	east := 12 - now.UTC().Hour()
	zone, err := time.LoadLocation(fmt.Sprintf("Etc/GMT%+d", -east)) // POSIX counts to the west
	if east == 0 {
		zone, err = time.LoadLocation("Etc/GMT")
	}
	if err != nil {
		t.Fatal(err)
	}
	return zone, now.In(zone).Format(time.DateOnly)
}

// once writes a cron series whose first tick is at an instant, and whose second
// is half a day later. The edition's ticks count from a second before midnight.
func once(midnight, at time.Time) string {
	return fmt.Sprintf("@every %ds", int(at.Sub(midnight.Add(-time.Second)).Round(time.Second).Seconds()))
}

const outlineText = `
edition:
  name: rehearsal
  from: {{.Today}}
  to: {{.Today}}
  time_zone: {{.Zone}}
  hours: always
  opening_clock: always
  seed: rehearsal
ledger: {dsn: "{{.DSN}}"}
web: {listen: "127.0.0.1:0"}
limits: {per_company_per_day: 0, per_company_per_edition: 0, per_minute: 0}
channels:
  mail: {{.Outline.Mail}}
personas:
  - {name: Kari Nordmann, channel: mail, address: "kari@{{.Outline.Domain}}", tag: catchall}
  - {name: Ola Hansen, channel: mail, address: "ola@{{.Outline.Domain}}", tag: catchall}
  - {name: Solveig Bråten, channel: mail, address: "solveig@{{.Outline.Domain}}", tag: catchall}
  - {name: Per Åsnes, channel: mail, address: "per@{{.Outline.Domain}}", tag: catchall}
scenarios:
{{- range .Outline.Scenarios}}
  - {name: {{.Name}}, language: {{.Language}}, subject: [{{range $i, $s := .Subjects}}{{if $i}}, {{end}}{{printf "%q" $s}}{{end}}], body: {{printf "%q" .Body}}}
{{- end}}
probes:
{{- range $i, $at := .Outline.Rounds}}
  - {name: round-{{$i}}, channel: mail, cron: "{{every $at}}", spread: {{$.Outline.Spread}}, within: {{$.Outline.Within}}}
{{- end}}
companies:
{{- range .Outline.Companies}}
  - {id: {{.ID}}, name: {{printf "%q" .Name}}, class: {{.Class}}, language: {{.Language}}, consent: {{$.Today}}, reach: {mail: "{{.Reach.mail}}"}}
{{- end}}
`

// demoScenarios are what the simulated companies are asked.
func demoScenarios() []edition.Scenario {
	head, tail, _ := strings.Cut(reloadable, "  - {name: price,")
	_, tail, _ = strings.Cut(tail, "\n")
	cfg, err := config.Parse("svartid.yml", []byte(head+world.Scenarios()+tail))
	if err != nil {
		panic(err)
	}
	return cfg.Probing().Scenarios
}
