package main

import (
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

const reloadable = `
edition: {name: spring, from: 2024-01-11, to: 2029-12-09, seed: s7}
ledger: {dsn: "sqlite:DIR/svartid.db"}
web: {listen: "127.0.0.1:0"}
channels:
  mail:
    type: email
    smtp: {host: 127.0.0.1, port: 1, tls: none}
    imap: {host: 127.0.0.1, port: 1, tls: none, username: kari, password: hunter2}
personas:
  - {name: Kari Nordmann, channel: mail, address: kari@example.no}
scenarios:
  - {name: price, subject: [Pris], body: "Hva koster det?"}
probes:
  - {name: email, channel: mail, cron: "0 9 1 * *", within: 3 working days}
limits: {per_company_per_edition: 0}
companies:
  - {id: nordlys, name: Nordlys Kraft, class: power, consent: 2019-11-01, reach: {mail: post@nordlys.example}}
`

// TestDecided: a pause that is decided beside a running edition is in its pages within
// seconds, with the file as it was, and says nothing of how that was last read.
func TestDecided(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "svartid.yml")
	good := strings.ReplaceAll(reloadable, "DIR", dir)
	write := func(text string) {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(good)
	process := newPlace(t, "", file).start()
	metrics := process.metrics()
	shows := func(want string) {
		t.Helper()
		for deadline := time.Now().Add(time.Minute); ; time.Sleep(50 * time.Millisecond) {
			answer, err := http.Get(metrics)
			if err == nil {
				body, _ := io.ReadAll(answer.Body)
				_ = answer.Body.Close()
				if strings.Contains(string(body), want) {
					return
				}
			}
			if time.Now().After(deadline) {
				t.Fatalf("the metrics do not show %s", want)
			}
		}
	}
	const paused = `svartid_company_paused{class="power",company="nordlys",edition="spring"} `
	shows(paused + "0")
	write("edition: {")
	if err := process.cmd.Process.Signal(syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	shows("svartid_config_last_reload_successful 0")
	write(good)
	for _, tt := range []struct{ verb, want string }{
		{"pause --company nordlys --until 2999-01-01", "1"}, {"resume --company nordlys", "0"},
	} {
		args := append(strings.Fields(tt.verb), "--by", "kari", "--reason", "they rang", "-c", file)
		if status := runCommandLine(t.Context(), args, streams{out: t.Output(), err: t.Output()}); status != exitDone {
			t.Fatalf("%s: status %d", tt.verb, status)
		}
		shows(paused + tt.want)
		shows("svartid_config_last_reload_successful 0")
	}
	process.stop()
}

func TestReload(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "svartid.yml")
	good := strings.ReplaceAll(reloadable, "DIR", dir)
	write := func(text string) {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(good)
	process := newPlace(t, "", file).start()
	metrics := process.metrics()
	get := func(method, url string) (int, string) {
		request, err := http.NewRequest(method, url, nil)
		if err != nil {
			t.Fatal(err)
		}
		answer, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		body, _ := io.ReadAll(answer.Body)
		return answer.StatusCode, string(body)
	}
	reload := strings.Replace(metrics, "/metrics", "/-/reload", 1)
	shows := func(want string) bool {
		_, body := get(http.MethodGet, metrics)
		return strings.Contains(body, want)
	}
	second := good + "  - {id: fjord, name: Fjord Bank, class: bank, consent: 2019-11-01, reach: {mail: post@fjord.example}}\n"
	for _, tt := range []struct {
		name, text string
		status     int
		says       string
		shows      string
	}{
		{"as it is", good, http.StatusOK, "read again", "svartid_config_last_reload_successful 1"},
		{"misspelt", strings.Replace(good, "hunter2", "hunter2, pasword: x", 1), http.StatusInternalServerError, "unknown key", "svartid_config_last_reload_successful 0"},
		{"another ledger", strings.Replace(good, "svartid.db", "other.db", 1), http.StatusInternalServerError, "ledger.dsn cannot change", "svartid_config_last_reload_successful 0"},
		{"another seed", strings.Replace(good, "seed: s7", "seed: s8", 1), http.StatusInternalServerError, "the seed is another", "svartid_config_last_reload_successful 0"},
		{"another secret", strings.Replace(good, "seed: s7", "seed: s7, secret_file: other", 1), http.StatusInternalServerError, "the edition's secret is another", "svartid_config_last_reload_successful 0"},
		{"one company more", second, http.StatusOK, "read again", `company="fjord"`},
	} {
		write(tt.text)
		status, body := get(http.MethodPost, reload)
		if status != tt.status || !strings.Contains(body, tt.says) {
			t.Errorf("%s: got %d %q, want %d with %q", tt.name, status, body, tt.status, tt.says)
		}
		if !shows(tt.shows) {
			t.Errorf("%s: the metrics do not show %s", tt.name, tt.shows)
		}
		if !shows(`company="nordlys"`) {
			t.Errorf("%s: a company has gone", tt.name)
		}
	}
	if status, _ := get(http.MethodGet, reload); status != http.StatusMethodNotAllowed {
		t.Errorf("got %d for GET", status)
	}
	write("edition: {")
	if err := process.cmd.Process.Signal(syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(10 * time.Second); !shows("svartid_config_last_reload_successful 0"); {
		if time.Now().After(deadline) {
			t.Fatal("SIGHUP did not read the configuration again")
		}
		time.Sleep(50 * time.Millisecond)
	}
	process.stop()
}

// TestReloadMutesNothing: a configuration that is read again and is the same, and one
// that leaves the channels as they were, show no source of any channel as not heard.
func TestReloadMutesNothing(t *testing.T) {
	if testing.Short() {
		t.Skip("runs a demo")
	}
	t.Parallel()
	dir := t.TempDir()
	d := startDemo(t, "--dir", dir, "--companies", "12")
	at := d.board(t)
	get := func(method, path string) string {
		request, err := http.NewRequest(method, at+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		answer, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		body, _ := io.ReadAll(answer.Body)
		return string(body)
	}
	// sources returns those that are heard, and those that are not.
	sources := func() (up, down []string) {
		for line := range strings.Lines(get(http.MethodGet, "metrics")) {
			if series, value, _ := strings.Cut(strings.TrimSpace(line), "} "); strings.HasPrefix(series, "svartid_listener_up") {
				if value == "1" {
					up = append(up, series)
				} else {
					down = append(down, series)
				}
			}
		}
		return up, down
	}
	deadline := time.Now().Add(time.Minute)
	for up, down := sources(); len(up) == 0 || len(down) > 0; up, down = sources() {
		if time.Now().After(deadline) {
			t.Fatalf("not heard within a minute: %v", down)
		}
		time.Sleep(100 * time.Millisecond)
	}
	file := filepath.Join(dir, "svartid.yml")
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	read := func() string {
		for line := range strings.Lines(get(http.MethodGet, "metrics")) {
			if value, found := strings.CutPrefix(line, "svartid_config_last_reload_success_timestamp_seconds "); found {
				return value
			}
		}
		return ""
	}
	for _, tt := range []struct {
		name, text string
	}{
		{"as it is", string(text)},
		{"another limit", strings.Replace(string(text), "per_minute: 0", "per_minute: 9999", 1)},
	} {
		if err := os.WriteFile(file, []byte(tt.text), 0o600); err != nil {
			t.Fatal(err)
		}
		before := read()
		if got := get(http.MethodPost, "-/reload"); got != "read again\n" {
			t.Fatalf("%s: got %s", tt.name, got)
		}
		const samples = 40
		silent := map[string]int{}
		for i := range samples {
			up, down := sources()
			if i == 0 && len(down) > 0 || len(up) == 0 {
				t.Errorf("%s: sample %d: heard: %v, not heard: %v", tt.name, i, up, down)
			}
			for _, source := range down {
				silent[source]++ // a busy machine may miss a beat
			}
			time.Sleep(50 * time.Millisecond)
		}
		for source, n := range silent {
			if n > samples/2 {
				t.Errorf("%s: %s is not heard in %d of %d samples", tt.name, source, n, samples)
			}
		}
		if read() == before {
			t.Errorf("%s: the time of the last reading did not change", tt.name)
		}
	}
}
