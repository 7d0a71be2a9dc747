package dashboards

import (
	"bytes"
	"encoding/json"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-smtp"
	"go.yaml.in/yaml/v4"
)

// An inbox keeps what receivers were sent, by where.
type inbox struct {
	mu   sync.Mutex
	came map[string]string
}

func (b *inbox) put(where, text string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.came[where] += text
}

func (b *inbox) at(where string) string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.came[where]
}

// ServeHTTP takes what is posted, and says what Slack and PagerDuty would.
func (b *inbox) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	b.put(strings.Trim(r.URL.Path, "/"), string(body))
	if r.URL.Path == "/pagerduty" {
		w.WriteHeader(http.StatusAccepted)
	}
	_, _ = io.WriteString(w, "ok")
}

// NewSession implements smtp.Backend.
func (b *inbox) NewSession(*smtp.Conn) (smtp.Session, error) { return letterbox{b}, nil }

// A letterbox takes any letter.
type letterbox struct{ *inbox }

func (letterbox) Reset()                               {}
func (letterbox) Logout() error                        { return nil }
func (letterbox) Mail(string, *smtp.MailOptions) error { return nil }
func (letterbox) Rcpt(string, *smtp.RcptOptions) error { return nil }
func (l letterbox) Data(r io.Reader) error {
	text, err := io.ReadAll(r)
	l.put("mail", string(text))
	return err
}

// TestReceivers: each of the receivers that are ready is told what has happened, since
// when, where to look and what to do.
func TestReceivers(t *testing.T) {
	t.Parallel()
	need(t, "prometheus-alertmanager")
	b := &inbox{came: map[string]string{}}
	web := httptest.NewServer(b)
	t.Cleanup(web.Close)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	mail := smtp.NewServer(b)
	go func() { _ = mail.Serve(l) }()
	t.Cleanup(func() { _ = mail.Close() })
	dir := t.TempDir()
	secret := func(name, text string) string {
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return file
	}
	const only = "    - receiver: pager\n      matchers: [severity = \"page\"]\n"
	address := startAlertmanager(t, newPager(t), 120, only,
		"    - {receiver: mail, continue: true}\n    - {receiver: slack, continue: true}\n    - {receiver: teams, continue: true}\n    - {receiver: pagerduty}\n",
		"smtp_smarthost: 127.0.0.1:25 ", "smtp_smarthost: "+l.Addr().String()+" ",
		"/etc/alertmanager/slack_url", secret("slack", web.URL+"/slack"),
		"/etc/alertmanager/pagerduty_key", secret("pagerduty", "0123456789abcdef"),
		"https://events.pagerduty.com/v2/enqueue", web.URL+"/pagerduty",
		"https://example.org/teams-workflow", web.URL+"/teams")
	summary := "nordlys has stopped answering mail: 3 contacts in a row without a person's answer, since 2027-01-11 09:00:00 +0000 UTC"
	post(t, address, map[string]any{
		"labels":      map[string]string{"alertname": "SvartidCentreStoppedAnswering", "severity": "page", "about": "company", "company": "nordlys"},
		"annotations": map[string]string{"summary": summary, "description": "It has let three pass.", "board": "/companies/nordlys", "runbook_url": "https://example.org/runbook"},
	})
	for where, wants := range map[string][]string{
		"mail":      {"Subject: ", "3 contacts in a row", "since 2027-01-11", "Board: http://127.0.0.1:9724/companies/nordlys", "https://example.org/runbook"},
		"slack":     {`"title_link":"http://127.0.0.1:9724/companies/nordlys"`, "since 2027-01-11 09:00:00"},
		"teams":     {`"commonAnnotations":{`, summaryInJSON(t, summary)},
		"pagerduty": {`"routing_key":"0123456789abcdef"`, `"severity":"critical"`, "since 2027-01-11 09:00:00", `"client_url":"http://127.0.0.1:9724/companies/nordlys"`},
	} {
		until(t, time.Minute, where+" is told", func() bool { return b.at(where) != "" })
		for _, want := range wants {
			if got := b.at(where); !strings.Contains(got, want) {
				t.Errorf("%s: got %s, want %s", where, got, want)
			}
		}
	}
}

// summaryInJSON is a text as JSON writes it.
func summaryInJSON(t *testing.T, text string) string {
	t.Helper()
	quoted, err := json.Marshal(text)
	if err != nil {
		t.Fatal(err)
	}
	return string(quoted)
}

// post brings an alert to an Alertmanager.
func post(t *testing.T, address string, alert map[string]any) {
	t.Helper()
	body, err := json.Marshal([]any{alert})
	if err != nil {
		t.Fatal(err)
	}
	answer, err := http.Post("http://"+address+"/api/v2/alerts", "application/json", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		t.Fatalf("got %s", answer.Status)
	}
}

// TestProvisioning: what Grafana is given names the dashboards' folder and a data
// source of the kind that they ask, with no key that Grafana does not know.
func TestProvisioning(t *testing.T) {
	for file, into := range map[string]any{
		"datasources": &struct {
			APIVersion  int `yaml:"apiVersion"`
			Datasources []struct {
				Name, Type, Access, URL string
				IsDefault               bool `yaml:"isDefault"`
				JSONData                struct {
					HTTPMethod   string `yaml:"httpMethod"`
					TimeInterval string `yaml:"timeInterval"`
				} `yaml:"jsonData"`
			}
		}{},
		"dashboards": &struct {
			APIVersion int `yaml:"apiVersion"`
			Providers  []struct {
				Name, Folder, Type    string
				DisableDeletion       bool `yaml:"disableDeletion"`
				AllowUIUpdates        bool `yaml:"allowUiUpdates"`
				UpdateIntervalSeconds int  `yaml:"updateIntervalSeconds"`
				Options               struct{ Path string }
			}
		}{},
	} {
		text, err := fs.ReadFile(Files(), "provisioning/"+file+"/svartid.yml")
		if err != nil {
			t.Fatal(err)
		}
		decoder := yaml.NewDecoder(bytes.NewReader(text))
		decoder.KnownFields(true)
		if err := decoder.Decode(into); err != nil {
			t.Errorf("%s: %v", file, err)
		}
		for _, want := range map[string][]string{
			"datasources": {"type: prometheus", "url: http://127.0.0.1:9090"},
			"dashboards":  {"type: file", "/grafana}"},
		}[file] {
			if !strings.Contains(string(text), want) {
				t.Errorf("%s: got\n%s\nwant %s", file, text, want)
			}
		}
	}
}
