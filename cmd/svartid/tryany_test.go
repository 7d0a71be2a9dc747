package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestTryAnyChannel tries channels that are no mail: one that a machine opens,
// and one that only a person may.
func TestTryAnyChannel(t *testing.T) {
	var asked []string
	relay := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		asked = append(asked, r.Header.Get("webhook-id"))
		w.WriteHeader(http.StatusNoContent)
	}))
	defer relay.Close()
	today := time.Now().Format(time.DateOnly)
	head := `edition: {name: spring, from: ` + today + `, to: ` + time.Now().AddDate(0, 3, 0).Format(time.DateOnly) + `, seed: s7, hours: always}
channels:
  chat:
    type: webhook
    url: ` + relay.URL + `
    secret: whsec_aGVtbWVsaWctaGVtbWVsaWctaGVtbWVsaWc=
  call:
    type: prompt
    how: phone
  mail:
    type: email
    smtp: {host: smtp.example.no, tls: implicit}
    imap: {host: imap.example.no, tls: implicit, username: kari, password: hunter2}
  form:
    type: prompt
    how: form
    mail: mail
personas:
  - {name: Kari Nordmann, channel: chat}
  - {name: Kari Nordmann, channel: call}
  - {name: Kari Nordmann, channel: form, address: kari@example.no}
scenarios:
  - {name: price, body: "Hva koster det hos {{.Company}}?"}
probes:
  - {name: chat, channel: chat, cron: "0 9 * * 1", within: 5m}
  - {name: call, channel: call, cron: "0 9 * * 1", within: 5m}
companies:
  - {id: nordlys, name: Nordlys, class: power, consent: 2020-01-01, reach: {chat: {name: nordlys}, call: {to: "+47 22 12 34 56"}, form: {to: "https://nordlys.example/contact"}}}
`
	file := filepath.Join(t.TempDir(), "svartid.yml")
	if err := os.WriteFile(file, []byte(head), 0o600); err != nil {
		t.Fatal(err)
	}
	for channel, want := range map[string]string{
		"chat": "sent to nordlys", "call": "a person sends it: phone\ntel:",
		"form": "a person sends it: form\nhttps://nordlys.example/contact\nfrom: kari+",
	} {
		var out, errs strings.Builder
		args := []string{"try", "-c", file, "--channel", channel, "--company", "nordlys", "--anyway"}
		if code := runCommandLine(t.Context(), args, streams{out: &out, err: &errs}); code != exitDone || !strings.HasPrefix(out.String(), want) {
			t.Errorf("%s: status %d\n%s%s", channel, code, out.String(), errs.String())
		}
	}
	if len(asked) != 1 || asked[0] == "" {
		t.Errorf("the relay was asked %q", asked)
	}
}
