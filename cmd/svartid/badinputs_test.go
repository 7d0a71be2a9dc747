package main

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/hook"
	"github.com/svartid/svartid/cmd/svartid/internal/access"
	"github.com/svartid/svartid/config"
	"github.com/svartid/svartid/probes/reading"
	"github.com/svartid/svartid/probes/reading/message"
)

// A badInput is a row of docs/attacks.md: what is given to svartid, and what comes
// of it.
type badInput struct{ part, what, came string }

// TestBadInputs gives svartid what it must not take, and compares what comes of it with
// the table in docs/attacks.md; UPDATE=1 writes it. What the table says is read over
// by whoever changes it: rows that say "served" or "taken" would be the fault.
func TestBadInputs(t *testing.T) {
	file, err := filepath.Abs("../../docs/attacks.md") // commands are run in another folder
	if err != nil {
		t.Fatal(err)
	}
	known := testNames(t)
	var rows []badInput
	for _, part := range []func(*testing.T) []badInput{badRequests, badHooks, badLetters, badConfigurations, badCommands} {
		rows = append(rows, part(t)...)
	}
	if len(rows) < 80 {
		t.Errorf("%d rows, want 80 at least", len(rows))
	}
	var out strings.Builder
	fmt.Fprintf(&out, attacksHead, len(rows))
	for _, r := range rows {
		fmt.Fprintf(&out, "| %s | %s | %s |\n", r.part, cell(r.what), cell(r.came))
	}
	out.WriteString(attacksFoot)
	for _, r := range furtherAttacks() {
		if name, _, _ := strings.Cut(r.part, "/"); !known[name] {
			t.Errorf("there is no %s", name)
		}
		fmt.Fprintf(&out, "| %s | %s | `%s` |\n", cell(r.what), cell(r.came), r.part)
	}
	if os.Getenv("UPDATE") == "1" && !t.Failed() {
		if err := os.WriteFile(file, []byte(out.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil || string(want) != out.String() {
		t.Errorf("%s is not what comes of the rows (%v); UPDATE=1 writes it", file, err)
	}
}

// cell writes a text into a table.
func cell(text string) string {
	return strings.NewReplacer("|", `\|`, "\n", " ", "<", "&lt;", ">", "&gt;").Replace(strings.TrimSpace(text))
}

const attacksHead = `# Bad inputs and attacks

What came of each. ` + "`TestBadInputs`" + ` in ` + "`cmd/svartid`" + ` gives svartid these %d and writes this file with ` + "`UPDATE=1`" + `; it compares it
else, so that a change of any answer shows. The second table names the tests of what takes a browser, a process or a server.

| where | what | what came of it |
|---|---|---|
`

const attacksFoot = `
| what | what comes of it | test |
|---|---|---|
`

// furtherAttacks are tried by other tests; their part is the test's name.
func furtherAttacks() []badInput {
	return []badInput{
		{"TestForeignPages", "Chromium with our cookie visits another site, another port of this machine, and a rebound name: frames, images, scripts, fetch, beacons, event streams, forms", "nothing is read, nothing is done"},
		{"TestListenersRefuse", "19 requests to both listeners of a running program, by foreign names", "403 in the same words, with all security headers"},
		{"TestReloadLoop", "reloads in a loop under probes of board and hooks", "every probe is served, the loop gets 429"},
		{"TestSlowSenders", "half a request, and no more", "the connection is closed in time"},
		{"TestRefusalsAreAlike", "requests that lack this or that", "the same answer to the last octet"},
		{"TestGuessing", "passwords by the dozen", "429 after five for a name and twenty for an address"},
		{"TestRefusals", "27 answers of a provider of OpenID Connect that are not this login's, this provider's or this browser's", "no login, and no code or token in an error"},
		{"TestOpenIDForged", "another's code in a victim's browser, a code used twice, a planted session", "no login, and a session of its own"},
		{"TestOpenIDRoles", "addresses of other sites to go on to after a login at a provider, and names of users with a password", "a page of ours; no login"},
		{"TestEveryColumn", "a person in every column of the ledger that can hold one, erased by company, day and name", "nothing of the person in columns or files"},
		{"TestLong", "64 KiB of one word of a signature, of names, strokes, initials, lines", "looked through in proportion to its length (20 KiB took minutes)"},
		{"TestSender", "senders whose shown name is an address, or holds one", "the domain alone"},
		{"TestAlertsOfAProgram", "a mailbox that is not to be had, forged hooks, a broken configuration, an end, under a real Prometheus", "four alerts fire, and the one that can be mended ends"},
		{"TestFirstLedger", "a ledger of the first format", "refused until serve has brought it up to date; then it holds"},
		{"TestReaders", "hundreds of event streams", "128, half of them from one address"},
		{"TestHooksBad", "hooks that are unsigned, forged, stale, replayed, too long, cut short", "refused, and nothing is heard twice"},
		{"TestNoSecretIsShown", "servers that repeat our secrets, for every channel and verb", "no secret in an error, log, page or export"},
		{"TestNoSecretIsServed", "the same, over both listeners of a running program", "no secret is served"},
		{"TestNamesAreHidden", "pages with letters, asked for by a viewer, a judge, and while accesses cannot be recorded", "no name without a record of who sees it"},
		{"TestErasedFromTheFile", "the ledger's file and log, searched octet by octet after an erasure", "nothing of what was erased"},
		{"TestKey", "an encrypted ledger without the key, or with another", "refused by name; nothing is written"},
		{"TestAltered", "each byte of an encrypted paper changed", "refused"},
		{"TestSQLite", "rows of every table changed, removed, added, exchanged; each column of each table", "verify names each, but for the few that ledgertest lists with the reason"},
		{"TestPostgres", "the same in PostgreSQL", "the same"},
		{"TestWatch", "wrong passwords, foreign hosts, other sites' forms, names with control characters", "counted, and logged without a password"},
		{"TestWatchFlood", "5,000 throttled logins", "counted each, and no more than some fifty lines of log"},
		{"TestOpenIDLookalikes", "people of a provider whose names look like users': ORG beside org, full width, what is not seen", "no login"},
		{"TestShopperEvents", "the events that a shopper reads", "how many own prompts wait, and nothing else"},
		{"TestUnrecorded", "words and names asked for where it cannot be recorded who reads", "nothing is printed, unless that is accepted by name"},
		{"TestDemoOnEveryAddress", "a demo on every address of the machine, ended by SIGHUP", "it prints what answers, says that there is no login, and leaves one whole file"},
		{"TestImageTree", "the program alone in an empty tree, without rights", "runs, and leaves nothing"},
	}
}

// badRequests asks the operators' listener for what it must not give.
func badRequests(t *testing.T) (rows []badInput) {
	users, err := access.ParseUsers([]byte("vera:viewer:*\nsara:shopper:*\njudit:judge:*\nolga:organiser:*\n"))
	if err != nil {
		t.Fatal(err)
	}
	rules := access.Rules{
		Names: access.Names{"board.example.no"}, Users: users, Secret: "s",
		Proxy: access.Proxy{Header: "X-User"},
	}
	for _, tt := range []struct {
		what, method, path, host string
		headers                  []string // name, value …
	}{
		{"another name (DNS rebinding)", "GET", "/", "evil.example", nil},
		{"no name", "GET", "/", "", nil},
		{"a name with ours before it", "GET", "/", "localhost.evil.example", nil},
		{"a name with ours behind it", "GET", "/", "evil.board.example.no", nil},
		{"an address of another machine", "GET", "/", "10.0.0.1", nil},
		{"an address in decimal", "GET", "/", "2130706433", nil},
		{"a port of nothing", "GET", "/", "localhost:0", nil},
		{"half a bracket", "GET", "/", "localhost]", nil},
		{"a user before the name", "GET", "/", "localhost@evil.example", nil},
		{"the board without a login", "GET", "/", "localhost", nil},
		{"metrics without a login", "GET", "/metrics", "localhost", nil},
		{"profiles without a login", "GET", "/debug/pprof/", "localhost", nil},
		{"the API without a login", "GET", "/api/v1/contacts", "localhost", nil},
		{"a reload without a login", "POST", "/-/reload", "localhost", nil},
		{"a judgement without a login", "POST", "/queue/judgements", "localhost", nil},
		{"a judgement from another site", "POST", "/queue/judgements", "localhost", []string{"Origin", "https://evil.example", "Sec-Fetch-Site", "cross-site"}},
		{"a judgement from another port", "POST", "/queue/judgements", "localhost", []string{"Sec-Fetch-Site", "same-site"}},
		{"a page for another site's frame", "GET", "/", "localhost", []string{"Sec-Fetch-Site", "cross-site", "Sec-Fetch-Dest", "iframe"}},
		{"metrics for another site's script", "GET", "/metrics", "localhost", []string{"Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "no-cors"}},
		{"the proxy's header, by someone who is none", "GET", "/", "localhost", []string{"X-User", "olga"}},
		{"a password of an unknown user", "GET", "/metrics", "localhost", []string{"Authorization", "Basic bm9ib2R5Og=="}},
		{"a password of a user whom only the proxy logs in", "GET", "/metrics", "localhost", []string{"Authorization", "Basic b2xnYToq"}},
		{"half an Authorization", "GET", "/metrics", "localhost", []string{"Authorization", "Basic %%%"}},
		{"a session that never was", "GET", "/", "localhost", []string{"Cookie", "svartid_session=AAAA"}},
		{"a method of nobody's", "TRACE", "/", "localhost", nil},
		{"a path above", "GET", "/../etc/passwd", "localhost", nil},
		{"a logout from another site", "POST", "/logout", "localhost", []string{"Sec-Fetch-Site", "cross-site"}},
	} {
		guarded := access.NewGuard().Handler(rules, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "served") }))
		r := httptest.NewRequest(tt.method, "http://x/", nil)
		r.URL.Path, r.Host = tt.path, tt.host
		for i := 0; i < len(tt.headers); i += 2 {
			r.Header.Set(tt.headers[i], tt.headers[i+1])
		}
		w := httptest.NewRecorder()
		guarded.ServeHTTP(w, r)
		if strings.Contains(w.Body.String(), "served") {
			t.Errorf("%s: served", tt.what)
		}
		came := fmt.Sprint(w.Code, " ", http.StatusText(w.Code))
		if to := w.Header().Get("Location"); to != "" {
			came += ", to " + to
		}
		rows = append(rows, badInput{"board", tt.what, came})
	}
	return rows
}

// badHooks offers bodies whose signature does not hold.
func badHooks(t *testing.T) (rows []badInput) {
	now := time.Unix(1_800_000_000, 0)
	s := hook.Signature{
		Scheme: hook.SchemeStandard, Secrets: []channels.Secret{channels.Inline("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")},
		Clock: func() time.Time { return now },
	}
	body := []byte(`{"text":"Hei"}`)
	for _, tt := range []struct {
		what   string
		change func(h http.Header) []byte
	}{
		{"no signature", func(h http.Header) []byte { clear(h); return body }},
		{"another body", func(http.Header) []byte { return []byte(`{"text":"Hei!"}`) }},
		{"no body", func(http.Header) []byte { return nil }},
		{"another identifier", func(h http.Header) []byte { h.Set(hook.HeaderID, "msg_2"); return body }},
		{"no identifier", func(h http.Header) []byte { h.Del(hook.HeaderID); return body }},
		{"another time", func(h http.Header) []byte { h.Set(hook.HeaderTime, "1800000001"); return body }},
		{"no time", func(h http.Header) []byte { h.Del(hook.HeaderTime); return body }},
		{"an empty signature", func(h http.Header) []byte { h.Set(hook.HeaderSignature, "v1,"); return body }},
		{"a signature of another version", func(h http.Header) []byte {
			h.Set(hook.HeaderSignature, strings.Replace(h.Get(hook.HeaderSignature), "v1,", "v2,", 1))
			return body
		}},
		{"half a signature", func(h http.Header) []byte { h.Set(hook.HeaderSignature, h.Get(hook.HeaderSignature)[:20]); return body }},
		{"a good signature of an hour ago", func(h http.Header) []byte {
			old := s
			old.Clock = func() time.Time { return now.Add(-time.Hour) }
			if err := old.Sign(h, "msg_1", body); err != nil {
				t.Error(err)
			}
			return body
		}},
		{"a good signature of the day after tomorrow", func(h http.Header) []byte {
			late := s
			late.Clock = func() time.Time { return now.Add(48 * time.Hour) }
			if err := late.Sign(h, "msg_1", body); err != nil {
				t.Error(err)
			}
			return body
		}},
	} {
		h := http.Header{}
		if err := s.Sign(h, "msg_1", body); err != nil {
			t.Fatal(err)
		}
		_, err := s.Verify(h, tt.change(h))
		var code hook.Code
		if !errors.As(err, &code) {
			t.Errorf("%s: taken: %v", tt.what, err)
		}
		rows = append(rows, badInput{"hooks", tt.what, fmt.Sprint(code.Status(), ", ", code.Error())})
	}
	return rows
}

// badCommands runs verbs with what they cannot do anything with.
func badCommands(t *testing.T) (rows []badInput) {
	dir := t.TempDir()
	t.Chdir(dir)
	for name, text := range map[string]string{"binary": "\x00\xff\xfe\x00", "broken.csv": "time,status\n1,x\n", "empty.csv": ""} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, line := range []string{
		"serve", "serve -c nosuch.yml", "serve -c binary", "serve --accept", "check -c /dev/null", "plan --verify nosuch", "explain", "explain one two",
		"amend one --as lost", "erase", "erase --company a --before 2027-01-01", "access", "backup", "export --format xml --out x", "completion tcsh",
		"stats km --csv broken.csv --time time --status status", "stats km --csv empty.csv --time time --status status",
		"stats interval --x 5 --n 3", "stats interval --x -1 --n 3", "nosuchverb", "--nosuchflag", "rehearse --seasons -1",
	} {
		var out, errs strings.Builder
		status := runCommandLine(t.Context(), strings.Fields(line), streams{in: strings.NewReader(""), out: &out, err: &errs})
		if status == exitDone {
			t.Errorf("svartid %s: done", line)
		}
		said := strings.Split(strings.TrimSpace(errs.String()), "\n")
		rows = append(rows, badInput{"command line", "svartid " + line, fmt.Sprintf("status %d: %s", status, strings.TrimPrefix(said[len(said)-1], "svartid: "))})
	}
	return rows
}

// badLetters reads what is no letter: none of it is surely an answer.
func badLetters(t *testing.T) (rows []badInput) {
	for _, tt := range []struct{ what, raw string }{
		{"nothing", ""},
		{"no header", "\r\n\r\n"},
		{"a header without an end", "From: a@b.example\r\nSubject: " + strings.Repeat("x", 100_000)},
		{"parts in parts, 200 deep", strings.Repeat("Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n", 200)},
		{"a boundary that never comes", "Content-Type: multipart/mixed; boundary=never\r\n\r\nHei"},
		{"base64 that is none", "Content-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\n!!!!"},
		{"an alphabet that is none", "Content-Type: text/plain; charset=klingon\r\n\r\n\xff\xff"},
		{"HTML of scripts alone", "Content-Type: text/html\r\n\r\n<script>alert('Det koster 499 kr')</script>"},
		{"100,000 open tags", "Content-Type: text/html\r\n\r\n" + strings.Repeat("<div>", 100_000)},
		{"an encrypted letter", "Content-Type: multipart/encrypted; protocol=\"application/pgp-encrypted\"; boundary=b\r\n\r\n--b\r\nContent-Type: application/pgp-encrypted\r\n\r\nVersion: 1\r\n--b--\r\n"},
	} {
		r := reading.Read(message.Parse([]byte(tt.raw)), reading.Asked{Subject: "Pris", Text: "Hva koster det?"}, time.Unix(1_800_000_000, 0))
		if r.Kind == reading.Answer && !r.Doubtful {
			t.Errorf("%s: is surely an answer", tt.what)
		}
		came := "read as " + string(r.Kind)
		if r.Doubtful {
			came += ", doubtful: a person looks"
		}
		rows = append(rows, badInput{"letters", tt.what, came})
	}
	return rows
}

// badConfigurations loads every broken configuration of package config.
func badConfigurations(t *testing.T) (rows []badInput) {
	const folder = "../../config/testdata/bad"
	files, err := filepath.Glob(filepath.Join(folder, "*.yml"))
	if err != nil || len(files) < 50 {
		t.Fatalf("%d configurations: %v", len(files), err)
	}
	for _, file := range files {
		_, err := config.Load(file) // with the lists of companies that lie beside it
		if err == nil {
			continue // it is broken by what the machine has, which package config tests
		}
		first, _, _ := strings.Cut(strings.ReplaceAll(err.Error(), folder+"/", ""), "\n")
		if strings.Contains(first, "no such file") != (filepath.Base(file) == "csv-missing.yml") {
			t.Errorf("%s is not refused for what is wrong with it: %s", file, first)
		}
		rows = append(rows, badInput{"configuration", strings.TrimSuffix(filepath.Base(file), ".yml"), first})
	}
	return rows
}
