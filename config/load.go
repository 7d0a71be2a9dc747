package config

import (
	"path/filepath"
	"reflect"
	"time"

	"go.yaml.in/yaml/v4"
)

// Load reads the configuration in a file, and the table of companies that it
// names. The error, if there is one, is [All]: all that is wrong, at once.
func Load(path string) (*Config, error) {
	r := newReport(path)
	text, _ := r.read(path)
	return r.config(text)
}

// Parse reads a configuration like Load, from text that goes by the name of a
// file: paths in it are relative to that file's folder.
func Parse(name string, text []byte) (*Config, error) {
	return newReport(name).config(text)
}

// config reads the text unless there is a fault already.
func (r *report) config(text []byte) (*Config, error) {
	if len(r.faults) == 0 {
		if root, ok := r.document(text); ok {
			if cfg := r.root(root); len(r.faults) == 0 {
				return cfg, nil
			}
		}
	}
	return nil, r.sorted(r.faults)
}

// root reads the whole and checks it.
func (r *report) root(root *yaml.Node) *Config {
	cfg := &Config{report: r}
	d := &decoder{report: r, file: r.file, dir: filepath.Dir(r.file)}
	r.places[""] = place{file: r.file, line: root.Line}
	if root.Kind != yaml.MappingNode {
		r.fault("", "must be a mapping of sections, not %s", kindOf(root))
		return cfg
	}
	d.value(spot{node: root}, reflect.ValueOf(cfg).Elem())
	d.reaches(cfg.Channels)
	if cfg.CompaniesFile != "" {
		d.companies(cfg)
	}
	cfg.secrets, cfg.inline = d.secrets, d.inline
	cfg.complete()
	k := &checker{report: r, cfg: cfg}
	k.check()
	cfg.warnings = k.warnings
	cfg.Ledger.DSN = cfg.Ledger.DSN.below(d.dir)
	return cfg
}

// complete fills in what follows from other settings.
func (c *Config) complete() {
	ed := &c.Edition
	if ed.Zone == nil {
		ed.Zone = capital(ed.Country)
	}
	if ed.Seed == "" {
		ed.Seed = ed.Name
	}
	for i := range c.Scenarios {
		if c.Scenarios[i].Language == "" {
			c.Scenarios[i].Language = languageOf(ed.Country)
		}
	}
	for i := range c.Personas {
		p := &c.Personas[i]
		if p.Tag == "" && p.Address != "" {
			p.Tag = "plus"
		}
	}
	for i := range c.Companies {
		c.Companies[i].complete(*ed)
	}
	for i := range c.Probes {
		c.Probes[i].Within.DayEnds = c.Probes[i].DayEnds
	}
}

// complete fills in what the edition says of every company that says nothing
// else.
func (co *Company) complete(ed Edition) {
	if co.Country == "" {
		co.Country = ed.Country
	}
	if co.Zone == nil {
		co.Zone = ed.Zone
	}
	if co.Language == "" {
		co.Language = languageOf(co.Country)
	}
}

// capital is the time zone of a country.
func capital(country string) *time.Location {
	name := map[string]string{
		"NO": "Europe/Oslo", "SE": "Europe/Stockholm",
		"DK": "Europe/Copenhagen", "FI": "Europe/Helsinki",
	}[country]
	zone, err := time.LoadLocation(name)
	if err != nil {
		return time.UTC
	}
	return zone
}

// languageOf is the language that most companies of a country are asked in.
func languageOf(country string) string {
	return map[string]string{"NO": "nb", "SE": "sv", "DK": "da", "FI": "fi"}[country]
}
