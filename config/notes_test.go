package config

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// with parses the minimal configuration with a replacement.
func with(t *testing.T, replacements ...string) *Config {
	t.Helper()
	text := source(t, "minimal")
	for i := 0; i < len(replacements); i += 2 {
		if !strings.Contains(text, replacements[i]) {
			t.Fatalf("%q is not there to be replaced", replacements[i])
		}
		text = strings.Replace(text, replacements[i], replacements[i+1], 1)
	}
	cfg, err := Parse("svartid.yml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return cfg
}

func TestNotes(t *testing.T) {
	cfg := good(t, "svartid.example")
	expect(t, "testdata/example.warnings.txt", cfg.Warnings().Error()+"\n")
	expect(t, "testdata/example.notyet.txt", cfg.NotYet().Error()+"\n")
}

func TestNothingToNote(t *testing.T) {
	cfg := good(t, "minimal")
	for what, notes := range map[string]Faults{"NotYet": cfg.NotYet(), "Secrets": cfg.Secrets(), "Unfit": cfg.Unfit(), "Fits": cfg.Fits(), "Servable": cfg.Servable()} {
		if len(notes) > 0 {
			t.Errorf("%s: got %v", what, notes)
		}
	}
	if notes := new(Config).Warnings(); len(notes) > 0 {
		t.Errorf("a configuration that was not read: got %v", notes)
	}
}

func TestWarnings(t *testing.T) {
	const company = "  - {id: nordlys,"
	for _, tt := range []struct{ name, replace, by, want string }{
		{"seed", ", seed: s7", "", "svartid.yml:1: edition.seed: none is given"},
		{"day off", "seed: s7", "seed: s7, days_off: [2026-12-24]", "svartid.yml:1: edition.days_off[0]: 2026-12-24 is outside the edition"},
		{"web", "personas:", "web: {listen: \"0.0.0.0:80\", without_login: accepted}\n\npersonas:", "svartid.yml:9: web.listen: 0.0.0.0:80 is open to the network, and"},
		{"channel", "personas:", "  phone: {type: prompt, how: phone}\n\npersonas:", "svartid.yml:9: channels.phone: reaches no company"},
		{
			"same reach", company, "  - {id: a, name: A, class: power, consent: 2026-11-01, reach: {mail: POST@nordlys.example}}\n" + company,
			"svartid.yml:22: companies[1].reach.mail: is where a is met too",
		},
		{
			"foreign letters", "post@nordlys.example", "spørsmål@nordlys.example",
			"svartid.yml:21: companies[0].reach.mail: \"spørsmål@nordlys.example\" is reached only if every server on the way offers SMTPUTF8",
		},
		{
			"never contacted", company, "  - {id: a, name: A, class: power, consent: 2026-11-01, reach: {phone: 815 00 000}}\n" + company,
			"svartid.yml:23: companies[0].reach: no probe uses any of its channels",
		},
		{"hurried", `"0 9 * * 1"`, `"@every 59s", spread: 5s`, `svartid.yml:18: probes[0].cron: "@every 59s" ticks more often than once a minute`},
		{
			"probe overnight", "within:", `hours: "12:00-09:30", within:`,
			"svartid.yml:18: probes[0].hours: 12:00-09:30 pass midnight, and the edition's, Mon-Fri 09:00-15:00, do not",
		},
		{"edition overnight", "seed: s7", `seed: s7, hours: "15:00-09:30"`, "svartid.yml:1: edition.hours: 15:00-09:30 pass midnight"},
		{"clock overnight", "seed: s7", `seed: s7, opening_clock: "Mon-Fri 16:00-08:00"`, "svartid.yml:1: edition.opening_clock: Mon-Fri 16:00-08:00 passes midnight"},
		{"lost rounds", "* * 1", "* * 1,6", "svartid.yml:18: probes[0].cron: of 25 rounds 13 have no time"},
		{"too soon lost", "personas:", "timing: {lost: 9m}\n\npersonas:", "svartid.yml:9: timing.lost: only a rehearsal should have it so: an opener"},
		{"asked again at once", "personas:", "timing: {again: 1d}\n\npersonas:", "svartid.yml:9: timing.again: only a rehearsal should have it so: who has not"},
		{"pause", "reach: {", "pauses: [{from: 2026-01-01, to: 2026-01-02, reason: x}], reach: {", "svartid.yml:21: companies[0].pauses[0]: is outside"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			replacements := []string{tt.replace, tt.by}
			if tt.name == "never contacted" {
				replacements = append(replacements, "personas:", "  phone: {type: prompt, how: phone}\n\npersonas:")
			}
			if got := with(t, replacements...).Warnings().Error(); !strings.Contains(got, tt.want) {
				t.Errorf("got\n%s\nwant\n%s", got, tt.want)
			}
		})
	}
}

// TestNoWarnings: what comes near to what is warned of, and is in order.
func TestNoWarnings(t *testing.T) {
	for _, tt := range []struct{ name, replace, by string }{
		{"once a minute", `"0 9 * * 1"`, `"@every 1m"`},
		{"rarely", `"0 9 * * 1"`, `"0 9 1 2 *"`},
		{"to midnight", "seed: s7", `seed: s7, hours: "Mon-Fri 00:00-24:00, Sat 12:00-24:00", opening_clock: always`},
		{"always", "seed: s7", "seed: s7, hours: always"},
		{"patient", "personas:", "timing: {lost: 2h, grace: 5m, prompt: 2h, poll: 5s, again: 0s}\n\npersonas:"},
		{"a plus of the company's own", "post@nordlys", "post+svartid@nordlys"},
	} {
		cfg := with(t, tt.replace, tt.by, "within:", `hours: "Mon-Fri 09:00-12:00", within:`)
		if got := cfg.Warnings().Error(); strings.Contains(got, "midnight") || strings.Contains(got, "rehearsal") {
			t.Errorf("%s: got %s", tt.name, got)
		}
	}
	cfg := with(t, "seed: s7", `seed: s7, hours: "22:00-06:00"`, "0 9 * * 1", "0 23 * * 1", "within:", `hours: "23:00-05:00", within:`)
	if got := cfg.Warnings().Error(); strings.Contains(got, "probes[0].hours") {
		t.Errorf("both overnight: got %s", got)
	}
}

func TestSecrets(t *testing.T) {
	dir := t.TempDir()
	text := strings.Replace(source(t, "minimal"), "password: hunter2", "password_file: imap", 1)
	file := filepath.Join(dir, "imap")
	for _, tt := range []struct{ name, content, want string }{
		{"missing", "", "no such file"},
		{"empty", "\n", "is empty"},
		{"there", "hunter2\n", ""},
	} {
		if tt.content != "" {
			if err := os.WriteFile(file, []byte(tt.content), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		cfg, err := Parse(filepath.Join(dir, "svartid.yml"), []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		got := cfg.Secrets().Error()
		if !strings.Contains(got, tt.want) || tt.want == "" && got != "" {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
		if tt.want != "" && !strings.Contains(got, ":7: channels.mail.imap.password_file: "+file) {
			t.Errorf("%s: got %q, want the line and the key", tt.name, got)
		}
	}
}

func TestServable(t *testing.T) {
	cfg := good(t, "memory")
	if got := cfg.Servable(); len(got) != 1 || got[0].Key != "ledger.dsn" || got[0].Line != 2 {
		t.Errorf("got %v, want a fault of the ledger", got)
	}
}

func TestFits(t *testing.T) {
	for _, tt := range []struct{ name, cron, limits, want string }{
		{"a round a week", "0 9 * * 1", "", ""},
		{"more than an edition's", "0 9 * * 1-5", "{per_company_per_day: 0}", "62 contacts do not fit: 25 slots (a company in an edition); 1 company, such as nordlys"},
		{"more than a day's", "0 9,14 * * 1-5", "{per_company_per_edition: 0}", "124 contacts do not fit: 62 slots (1 a day on 62 days); 1 company, such as nordlys"},
		{"no limit", "0 9,14 * * 1-5", "{per_company_per_day: 0, per_company_per_edition: 0}", ""},
	} {
		cfg := with(t, "0 9 * * 1", tt.cron, "personas:", "limits: "+tt.limits+"\npersonas:")
		got := ""
		if fits := cfg.Fits(); len(fits) > 0 {
			got = fits[0].Text
		}
		if got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}
}

// TestRankable: a place takes no more contacts than the plan gives to any
// company, and whoever gets fewer is named.
func TestRankable(t *testing.T) {
	for _, tt := range []struct{ name, asked, fault, warning string }{
		{"nothing is asked", "0", "", ""},
		{"as many as there are rounds", "12", "", ""},
		{"one more", "13", "asks 13 of each company, and the plan gives none more than 12: nobody would be ranked; want 12 or less", ""},
	} {
		cfg := with(t, "personas:", "policy: {min_valid: {contacts: "+tt.asked+"}}\npersonas:")
		got := map[string]string{}
		for _, f := range cfg.Season() {
			got["fault"] = f.Text
		}
		for _, f := range cfg.Unranked() {
			got["warning"] = f.Text
		}
		if got["fault"] != tt.fault || got["warning"] != tt.warning {
			t.Errorf("%s: got %q, want %q, %q", tt.name, got, tt.fault, tt.warning)
		}
	}
	example := good(t, "svartid.example")
	if got, want := example.Unranked().Error(), "asks 14, and the plan gives fewer to 1 company, such as fjordbank: not to be ranked"; !strings.Contains(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestDescribe(t *testing.T) {
	for _, name := range []string{"svartid.example", "minimal", "grammar"} {
		var out bytes.Buffer
		if err := good(t, name).Describe(&out); err != nil {
			t.Fatal(err)
		}
		expect(t, "testdata/"+name+".described.txt", out.String())
	}
}

func TestLike(t *testing.T) {
	for _, tt := range []struct {
		pattern, path string
		want          bool
	}{
		{"hooks", "hooks", true},
		{"hooks", "hooks.listen", false},
		{"channels.*.canary", "channels.mail.canary", true},
		{"channels.*.canary", "channels.mail.canary.imap", false},
		{"probes[*].late", "probes[12].late", true},
		{"probes[*].late", "probes.late", false},
		{"channels.*.type", "channels.mail[0].type", false},
	} {
		if got := like(tt.pattern, tt.path); got != tt.want {
			t.Errorf("like(%q, %q): got %t", tt.pattern, tt.path, got)
		}
	}
}

// TestUnproven warns of webhooks in use whose other end sends no beats.
func TestUnproven(t *testing.T) {
	const want = "channels.mail.beats: is none"
	if got := good(t, "webhook").Warnings().Error(); !strings.Contains(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	mail := source(t, "minimal")
	mail = mail[strings.Index(mail, "  mail:\n"):strings.Index(mail, "\npersonas:")]
	const relay = "  mail:\n    type: webhook\n    url: https://relay.example.no/openers\n    secret: whsec_x\n"
	for beats, warns := range map[string]bool{"": true, "    beats: none\n": true, "    beats: signed\n": false} {
		cfg := with(t, mail, relay+beats, ", address: kari@example.no", "")
		if got := cfg.Warnings().Error(); strings.Contains(got, want) != warns {
			t.Errorf("%q: got %q", beats, got)
		}
	}
}
