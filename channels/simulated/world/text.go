package world

import (
	"bytes"
	_ "embed" // the configuration
	"encoding/json"
	"fmt"
	"strings"
	"text/template"
	"time"

	"github.com/svartid/svartid/channels/email"
	"github.com/svartid/svartid/channels/simulated"
	"github.com/svartid/svartid/channels/simulated/rocketchat"
)

//go:embed svartid.yml.tmpl
var outline string

// A paged company is met on a page as well, which a table cannot describe in full.
type paged struct {
	simulated.Company
	Roles []Role
}

// configuration is the text of svartid.yml, of an edition that began on a day.
func (w *World) configuration(from time.Time, at Serving) ([]byte, error) {
	t, err := template.New("svartid.yml").Funcs(template.FuncMap{
		"text": quoted, "list": func(all []string) string { return strings.Join(all, ", ") },
		"login": login, "address": w.address,
	}).Parse(outline)
	if err != nil {
		return nil, fmt.Errorf("read template: %w", err)
	}
	var pages []paged
	for _, r := range w.Roles("messenger") {
		pages = append(pages, paged{r.Company, w.of(r.Company)})
	}
	var text bytes.Buffer
	err = t.Execute(&text, map[string]any{
		"Mark": mark, "From": from.Format(time.DateOnly), "To": from.AddDate(0, 0, days).Format(time.DateOnly),
		"Serving": at, "Classes": w.classes(),
		"Personas": personas(), "Scenarios": strings.TrimSuffix(scenarios, "\n"), "Probes": probes(), "Pages": pages,
		"Mail": w.mail.Mailbox(), "Canary": w.mail.Canary(), "Chatwoot": w.chatwoot.URL(), "Rocketchat": w.rocketchat.URL(),
		"Robot": rocketchat.Robot, "Matrix": w.matrix.URL(), "MatrixUser": w.matrix.User(), "Relay": w.relay.URL(),
		"Meta": w.meta.URL(), "App": app, "DeskApp": deskApp, "BotApp": botApp,
	})
	if err != nil {
		return nil, fmt.Errorf("fill in template: %w", err)
	}
	return text.Bytes(), nil
}

// classes returns what the classes that companies are of are called in Norwegian.
func (w *World) classes() map[string]string {
	titles := map[string]string{"power": "strøm", "bank": "bank", "telecom": "tele", "insurance": "forsikring"}
	here := map[string]string{}
	for _, co := range w.mail.Companies() {
		here[co.Class] = titles[co.Class]
	}
	return here
}

// login writes how to reach a server, with the name of its password's file.
func login(s email.Server, secret string) string {
	return fmt.Sprintf("host: %s, port: %d, tls: %s, username: %s, password_file: secrets/%s", s.Host, s.Port, s.TLS, s.Username, secret)
}

// quoted writes a text so that YAML takes it for nothing else: a string of JSON
// is one of YAML.
func quoted(text string) (string, error) {
	out, err := json.Marshal(text)
	return string(out), err
}
