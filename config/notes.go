package config

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/svartid/svartid/probes/calendar"
)

// places knows where keys stand; in a configuration that was not read from a
// file, none does.
func (c *Config) places() *report {
	if c.report == nil {
		return newReport("")
	}
	return c.report
}

// Warnings are what is allowed and probably not meant, in the order of lines.
func (c *Config) Warnings() Faults { return c.places().sorted(slices.Clone(c.warnings)) }

// Secrets are the files that the configuration names, for secrets and
// certificates or as a table of more companies, and that are not there, or not
// ours to read, or empty. They are warnings to a check, which may be run
// elsewhere, and faults to a command that connects.
func (c *Config) Secrets() Faults {
	var faults Faults
	for _, s := range c.secrets {
		text, err := s.read()
		switch {
		case err != nil && absent(err):
			faults = append(faults, c.places().at(s.path, s.file+": "+cause(err)))
		case err == nil && len(bytes.TrimSpace(text)) == 0:
			faults = append(faults, c.places().at(s.path, s.file+": is empty"))
		}
	}
	return c.places().sorted(faults)
}

// Servable returns what keeps the edition from being run although it can be
// checked: Secrets, what is unfit, and a ledger that would end with the process.
func (c *Config) Servable() Faults {
	faults := append(c.Secrets(), c.Unfit()...)
	if c.Ledger.DSN.Memory() {
		faults = append(faults, c.places().at("ledger.dsn",
			"sqlite::memory: forgets who was asked when the process ends; want a file"))
	}
	return c.places().sorted(faults)
}

// A pending row is a key that is read and checked, and not yet in use.
type pending struct {
	key    string // * stands for any name or index
	unless string // the value begins so
	text   string // %s is the value
}

// notYet is the table of what is to be built. A row goes when its part comes.
func notYet() []pending {
	return nil
}

// NotYet says what the configuration asks for that is accepted and checked,
// and not yet in use: each once, where it is first asked for.
func (c *Config) NotYet() Faults {
	var notes Faults
	for _, row := range notYet() {
		var found Faults
		for path, p := range c.places().places {
			if like(row.key, path) && (row.unless == "" || !strings.HasPrefix(p.text, row.unless)) {
				text := row.text
				if strings.Contains(text, "%s") {
					text = fmt.Sprintf(text, p.text)
				}
				found = append(found, c.places().at(path, text))
			}
		}
		slices.SortFunc(found, func(a, b Fault) int {
			return cmp.Or(strings.Compare(a.Text, b.Text), cmp.Compare(a.Line, b.Line), strings.Compare(a.Key, b.Key))
		})
		notes = append(notes, slices.CompactFunc(found, func(a, b Fault) bool { return a.Text == b.Text })...)
	}
	return c.places().sorted(notes)
}

// like reports whether a path has a pattern's form.
func like(pattern, path string) bool {
	want, parts := strings.Split(pattern, "."), strings.Split(path, ".")
	if len(want) != len(parts) {
		return false
	}
	for i, w := range want {
		name, listed := strings.CutSuffix(w, "[*]")
		at, _, indexed := strings.Cut(parts[i], "[")
		if listed != indexed || w != "*" && name != at {
			return false
		}
	}
	return true
}

// Over says that the edition's last day is past at an instant, if it is: it can
// be served, and nothing is asked any more.
func (c *Config) Over(now time.Time) Faults {
	to, zone := c.Edition.To, c.Edition.Zone
	if zone == nil {
		zone = time.UTC
	}
	if to.IsZero() || !to.Before(calendar.DateOf(now.In(zone))) {
		return nil
	}
	return Faults{c.places().at("edition.to", fmt.Sprintf("the edition was over after %s: nothing is asked any more", to))}
}
