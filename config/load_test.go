package config

import (
	"errors"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/svartid/svartid/channels/browser"
	"github.com/svartid/svartid/channels/chatwoot"
	"github.com/svartid/svartid/channels/email"
	"github.com/svartid/svartid/channels/messenger"
)

var update = flag.Bool("update", false, "write the expected messages and the schema anew")

// good loads a file of testdata/good.
func good(t *testing.T, name string) *Config {
	t.Helper()
	cfg, err := Load("testdata/good/" + name + ".yml")
	if err != nil {
		t.Fatal(err)
	}
	return cfg
}

// source is the text of a file of testdata/good.
func source(t testing.TB, name string) string {
	t.Helper()
	text, err := os.ReadFile("testdata/good/" + name + ".yml")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestGood loads what must load: a file a channel, and one that uses all of
// the grammar.
func TestGood(t *testing.T) {
	files, err := filepath.Glob("testdata/good/*.yml")
	if err != nil || len(files) < 10 {
		t.Fatalf("got %d files, %v", len(files), err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			if _, err := Load(file); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestBad holds one broken file a rule, and the exact words it is refused with.
func TestBad(t *testing.T) {
	t.Chdir("testdata/bad")
	files, err := filepath.Glob("*.yml")
	if err != nil || len(files) == 0 {
		t.Fatalf("got %d files, %v", len(files), err)
	}
	for _, file := range files {
		t.Run(file, func(t *testing.T) {
			_, err := Load(file)
			var faults Faults
			if !errors.As(err, &faults) || len(faults) == 0 {
				t.Fatalf("got %v, want faults", err)
			}
			expect(t, strings.TrimSuffix(file, ".yml")+".txt", err.Error()+"\n")
			if strings.Contains(err.Error(), secret) {
				t.Errorf("a secret is shown:\n%s", err)
			}
		})
	}
}

// expect compares a text with a file, or makes it the file's.
func expect(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("got\n%s\nwant, by %s,\n%s", got, file, want)
	}
}

// TestHeads: the file of heads lies beside the configuration and is no secret, and
// a company's own server is in the name by which it is reached, on the one channel.
func TestHeads(t *testing.T) {
	cfg := good(t, "heads")
	l := cfg.Ledger
	if l.HeadsFile != "testdata/good/heads.txt" || len(l.HeadsTo) != 1 || l.HeadsAt.String() != "12:00" || len(cfg.Secrets()) > 0 {
		t.Errorf("got %+v, and secrets %v", l, cfg.Secrets())
	}
	ed := cfg.Probing()
	if shared, own := ed.Companies[0].Reach["chat"], ed.Companies[1].Reach["chat"]; shared != "6fKq2" || own != "6fKq2@chat.fjord.example" {
		t.Errorf("got %s and %s", shared, own)
	}
	if other := good(t, "minimal").Ledger; other.HeadsFile != "" || other.HeadsAt.String() != "23:00" {
		t.Errorf("got %+v", other)
	}
}

// TestExample checks what became of the example's settings.
func TestExample(t *testing.T) {
	cfg := good(t, "svartid.example")
	mail, ok := cfg.Channels["mail"].Settings.(*email.Config)
	if !ok || mail.SMTP.Port != 587 || mail.SMTP.Password.File() != "/run/secrets/smtp" || len(mail.IMAP.Folders) != 2 {
		t.Errorf("got channel mail %+v", cfg.Channels["mail"].Settings)
	}
	if mail.Canary == nil || mail.Canary.IMAP.Host != "imap.other.example" || mail.DKIM == nil {
		t.Errorf("got canary %+v, dkim %+v", mail.Canary, mail.DKIM)
	}
	page, ok := cfg.Companies[0].Reach["facebook"].(*messenger.Reach)
	if !ok || page.Page != "1029384756" || page.PageToken.File() != "/run/secrets/nordlys_page" {
		t.Errorf("got facebook %+v", cfg.Companies[0].Reach["facebook"])
	}
	if got := len(cfg.Companies); got != 3 {
		t.Fatalf("got %d companies, want one in place and two of the table", got)
	}
	swede := cfg.Companies[2]
	if swede.ID != "sundnett" || swede.Language != "sv" || swede.Reach["facebook"].String() != "99887766" || swede.Reach["phone"] != nil {
		t.Errorf("got %+v", swede)
	}
	probe := cfg.Probes[0]
	if probe.Spread.WorkingDays != 8 || probe.Within.WorkingDays != 3 || probe.Within.DayEnds.String() != "16:00" || probe.Ticks.String() == "" {
		t.Errorf("got probe %+v", probe)
	}
	if got := cfg.Policy.Weight("relay"); got != 1 {
		t.Errorf("got weight %g for a channel without one", got)
	}
}

// TestTable reads a table as spreadsheets write them: a byte order mark, CRLF,
// quotes, empty rows, and columns in an order of their own.
func TestTable(t *testing.T) {
	cfg := good(t, "table")
	if len(cfg.Companies) != 2 {
		t.Fatalf("got %d companies", len(cfg.Companies))
	}
	kraft, pankki := cfg.Companies[0], cfg.Companies[1]
	for _, tt := range []struct{ name, got, want string }{
		{"id", kraft.ID, "nordlys"},
		{"name", kraft.Name, `Nordlys, Kraft "AS"`},
		{"hours", kraft.Hours.String(), "Mon-Thu 08:00-15:00, Fri 08:00-14:00"},
		{"country", kraft.Country, "NO"},
		{"other country", pankki.Country, "FI"},
		{"other zone", pankki.Zone.String(), "Europe/Helsinki"},
		{"reach", pankki.Reach["mail"].String(), "posti@pankki.example"},
	} {
		if tt.got != tt.want {
			t.Errorf("%s: got %s, want %s", tt.name, tt.got, tt.want)
		}
	}
}

// TestBounds keeps what can be made large from taking long.
func TestBounds(t *testing.T) {
	minimal := source(t, "minimal")
	for name, text := range map[string]string{
		"lists":    strings.Repeat("[", 1<<20),
		"mappings": strings.Repeat("{a: ", 1<<20),
		"blocks":   strings.Repeat("- ", 1<<20),
		"a value":  strings.Replace(minimal, "2027-04-09", strings.Repeat("9", 1<<20), 1),
		"a key":    strings.Replace(minimal, "seed:", strings.Repeat("s", 1<<20)+":", 1),
		"ticks":    strings.Replace(minimal, `"0 9 * * 1"`, `"@every 1s", spread: 200 working days`, 1),
	} {
		begun := time.Now()
		_, err := Parse("svartid.yml", []byte(text))
		if took := time.Since(begun); took > 20*time.Second {
			t.Errorf("%s: took %s", name, took)
		}
		if name != "ticks" && (err == nil || len(err.Error()) > 2000) {
			t.Errorf("%s: got a fault of %d bytes", name, len(fmt.Sprint(err)))
		}
	}
}

// TestContract loads the contract's own files where they are at hand.
func TestContract(t *testing.T) {
	dir := "../../shared/contract"
	example, err := os.ReadFile(filepath.Join(dir, "svartid.example.yml"))
	if err != nil {
		t.Skip("the contract is not at hand")
	}
	companies, err := os.ReadFile(filepath.Join(dir, "companies.example.csv"))
	if err != nil {
		t.Fatal(err)
	}
	alone, err := Load(filepath.Join(dir, "svartid.example.yml"))
	if err != nil {
		t.Fatalf("as it stands, without its table: %v", err)
	}
	if got := alone.Servable().Error(); !strings.Contains(got, "companies_file: ") {
		t.Errorf("the missing table does not keep it from being served: %s", got)
	}
	t.Chdir(t.TempDir())
	for name, text := range map[string][]byte{"svartid.yml": example, "companies.csv": companies} {
		if err := os.WriteFile(name, text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := Load("svartid.yml"); err != nil {
		t.Error(err)
	}
}

func TestDefaults(t *testing.T) {
	cfg := good(t, "minimal")
	ed := cfg.Edition
	for _, tt := range []struct{ name, got, want string }{
		{"country", ed.Country, "NO"},
		{"zone", ed.Zone.String(), "Europe/Oslo"},
		{"hours", ed.Hours.String(), "Mon-Fri 09:00-15:00"},
		{"opening clock", ed.OpeningClock.String(), "Mon-Fri 08:00-16:00"},
		{"ledger", string(cfg.Ledger.DSN), "sqlite:testdata/good/svartid.db"},
		{"secret", ed.SecretFile, "testdata/good/svartid.secret"},
		{"evidence", cfg.Ledger.Retention.Evidence.String(), "4320h0m0s"},
		{"web", cfg.Web.Listen, "127.0.0.1:9724"},
		{"score", cfg.Policy.Score, "capped-wait"},
		{"company's language", cfg.Companies[0].Language, "nb"},
		{"scenario's language", cfg.Scenarios[0].Language, "nb"},
		{"tag", cfg.Personas[0].Tag, "plus"},
		{"probe's hours", cfg.Probes[0].Hours.String(), "always"},
		{"day's end", cfg.Probes[0].DayEnds.String(), "16:00"},
	} {
		if tt.got != tt.want {
			t.Errorf("%s: got %s, want %s", tt.name, tt.got, tt.want)
		}
	}
	if cfg.Limits != (Limits{1, 25, 30}) {
		t.Errorf("got limits %+v", cfg.Limits)
	}
}

// TestPlainText keeps text from being read as YAML would have it.
func TestPlainText(t *testing.T) {
	cfg := good(t, "norway")
	co := cfg.Companies[0]
	for _, tt := range []struct{ name, got, want string }{
		{"country", cfg.Edition.Country, "NO"},
		{"company's country", co.Country, "NO"},
		{"octal", cfg.Edition.Name, "0123"},
		{"exponent", cfg.Edition.Seed, "1e3"},
		{"yes", co.Name, "Yes"},
		{"off", co.Class, "off"},
	} {
		if tt.got != tt.want {
			t.Errorf("%s: got %s, want %s", tt.name, tt.got, tt.want)
		}
	}
}

func TestUnreadable(t *testing.T) {
	dir := t.TempDir()
	large := filepath.Join(dir, "large.yml")
	if err := os.WriteFile(large, []byte(strings.Repeat("# a comment\n", largest/12+1)), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ file, want string }{
		{filepath.Join(dir, "nowhere.yml"), "no such file"},
		{dir, "is a directory"},
		{large, "is larger than 8 MiB"},
	} {
		if _, err := Load(tt.file); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("got %v, want %s", err, tt.want)
		}
	}
}

// TestPaths reads files beside the configuration, wherever it is read from.
func TestPaths(t *testing.T) {
	cfg := good(t, "email")
	mail := cfg.Channels["mail"].Settings.(*email.Config)
	if got, want := mail.SMTP.Password.File(), filepath.Join("testdata", "good", "smtp"); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got, want := mail.SMTP.CAFile, filepath.Join("testdata", "good", "ca.pem"); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// FuzzLoad wants faults or a configuration of every text, and no secret in
// the faults.
func FuzzLoad(f *testing.F) {
	for _, pattern := range []string{"testdata/good/*.yml", "testdata/bad/*.yml"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			f.Fatal(err)
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(text)
		}
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		cfg, err := Parse("svartid.yml", text)
		if (cfg == nil) == (err == nil) {
			t.Fatalf("got %v and %v", cfg, err)
		}
		if err == nil {
			if err := cfg.Describe(t.Output()); err != nil {
				t.Fatal(err)
			}
			cfg.NotYet()
			cfg.Fits()
		}
	})
}

// TestExcel reads a table as Excel saves it in Norway, and shows how it was read: who
// has not consented takes part and is not asked, and is named.
func TestExcel(t *testing.T) {
	cfg := good(t, "excel")
	var got []string
	for _, co := range cfg.Probing().Companies {
		text := fmt.Sprintf("%s %s: %s %s %s", co.ID, co.Name, co.Consent, co.Withdrawn, co.Reach["mail"])
		for _, p := range co.Pauses {
			text += fmt.Sprintf(" %s-%s %s", p.From, p.To, p.Reason)
		}
		got = append(got, strings.Join(strings.Fields(text), " "))
	}
	want := []string{
		"blaabaer Blåbær, Øl; AS: 2026-11-01 post@blaabaer.example",
		"aas Ås – Kraft: 2026-11-01 2027-02-15 post@aas.example",
		"nordlys Nordlys: 2026-11-01 post@nordlys.example 2027-02-01-2027-02-14 flytter til ny sentral",
		"ikke-ennaa Ikke ennå:",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	var out strings.Builder
	if err := cfg.Describe(&out); err != nil {
		t.Fatal(err)
	}
	_, preview, _ := strings.Cut(out.String(), "\n\n")
	expect(t, "testdata/excel.preview.txt", preview)
	wanted := "testdata/good/excel.yml:20: companies_file: 1 company without consent, and never asked: ikke-ennaa\n" +
		"testdata/good/excel.yml:20: companies_file: 1 company withdrawn, and not asked any more: aas from 2027-02-15"
	if got := cfg.Unasked().Error(); got != wanted {
		t.Errorf("got\n%s\nwant\n%s", got, wanted)
	}
	if faults := append(cfg.Season(), cfg.Fits()...); len(faults) > 0 {
		t.Errorf("got %v", faults)
	}
}

// TestServersInTable: a table says whose own server each company is on, by columns of keys, in any order, beside the
// channel's own column; and a company without them is on the channel's.
func TestServersInTable(t *testing.T) {
	cfg := good(t, "servers")
	want := map[string]map[string]string{
		"egen": {
			"woot": "6fKq2@chat.egen.example", "rocket": "salg@rocket.egen.example/chat", "page": "livechat@https://egen.example/kontakt",
		},
		"felles": {"woot": "Xy3dA", "rocket": "kunde"},
	}
	for _, co := range cfg.Companies {
		got := map[string]string{}
		for channel, reach := range co.Reach {
			got[channel] = reach.String()
		}
		if !maps.Equal(got, want[co.ID]) {
			t.Errorf("%s: got %v, want %v", co.ID, got, want[co.ID])
		}
	}
	egen, ok := cfg.Companies[0].Reach["woot"].(*chatwoot.Reach)
	if !ok || filepath.Base(egen.HMACFile) != "egen.hmac" || filepath.Base(filepath.Dir(egen.HMACFile)) != "good" {
		t.Errorf("got %+v", egen)
	}
	page, ok := cfg.Companies[0].Reach["page"].(*browser.Reach)
	if !ok || page.Consent != "KSP-2027/114" {
		t.Errorf("got %+v", page)
	}
	var out strings.Builder
	if err := cfg.Describe(&out); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out.String(), "where channel woot reaches it: url ") {
		t.Errorf("the table is described as\n%s", out.String())
	}
}

// FuzzCompanies reads any text as the table of companies: there is a configuration
// or a fault, and a fault names the table's line.
func FuzzCompanies(f *testing.F) {
	const config = `
edition: {name: spring, from: 2027-01-04, to: 2027-04-30}
ledger: {dsn: "sqlite:ledger.db"}
companies_file: companies.csv
channels:
  hook: {type: webhook, secret: whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw}
`
	for _, table := range []string{
		"id,name,class,consent,hook\nbank,Bank AS,banks,2026-12-01,https://bank.example/hook\n", "id;name\n1;2\n", "id,name,class,consent,hook\n\"a", "",
		"\ufeffid,name\n", "id,id\n", "id,name,class,consent,hook,hours\nbank,Bank,banks,x,y,09:00-25:00\n\n,,,,,\n", "id,name,class\na,b\n",
	} {
		f.Add([]byte(table))
	}
	f.Fuzz(func(t *testing.T, table []byte) {
		dir := t.TempDir()
		file := filepath.Join(dir, "svartid.yml")
		for name, text := range map[string][]byte{file: []byte(config), filepath.Join(dir, "companies.csv"): table} {
			if err := os.WriteFile(name, text, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if cfg, err := Load(file); (cfg == nil) == (err == nil) {
			t.Fatalf("got %v and %v", cfg, err)
		}
	})
}
