package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/svartid/svartid/channels/channeltest"
	"github.com/svartid/svartid/channels/simulated"
	"github.com/svartid/svartid/channels/simulated/chatwoot"
	"github.com/svartid/svartid/channels/simulated/matrix"
	"github.com/svartid/svartid/channels/simulated/rocketchat"
)

// TestConnectAsksForPlaces asks servers for the places of two companies each, of
// which the second is mistyped.
func TestConnectAsksForPlaces(t *testing.T) {
	element := matrix.New(matrix.Options{Desks: []matrix.Desk{{User: "@desk:chat.example", Behaviour: simulated.Mute}}})
	woot := chatwoot.New(chatwoot.Options{Inboxes: []chatwoot.Inbox{{ID: "6fKq2", Behaviour: simulated.Mute}}})
	rocket := rocketchat.New(rocketchat.Options{Desks: []rocketchat.Desk{{ID: "d1", Name: "salg", Behaviour: simulated.Mute}}})
	for _, server := range []channeltest.Server{element, woot, rocket} {
		channeltest.Play(t, server)
	}
	token, err := element.AccessToken().Reveal()
	if err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct{ settings, right, wrong string }{
		"matrix":     {fmt.Sprintf("url: %s, user: %q, access_token: %s", element.URL(), element.User(), token), "@desk:chat.example", "@deks:chat.example"},
		"chatwoot":   {"url: " + woot.URL(), "6fKq2", "6fKqz"},
		"rocketchat": {"url: " + rocket.URL(), "salg", "slag"},
	} {
		file := filepath.Join(t.TempDir(), "svartid.yml")
		today := time.Now()
		text := fmt.Sprintf(`edition: {name: spring, from: %s, to: %s, seed: s7, hours: always}
channels:
  chat: {type: %s, %s}
personas:
  - {name: Kari Nordmann, channel: chat}
scenarios:
  - {name: price, body: "Hva koster det hos {{.Company}}?"}
probes:
  - {name: chat, channel: chat, cron: "0 9 * * 1", within: 5m}
companies:
  - {id: nordlys, name: Nordlys, class: power, consent: 2020-01-01, reach: {chat: %q}}
  - {id: kraft, name: Kraft, class: power, consent: 2020-01-01, reach: {chat: %q}}
`, today.Format(time.DateOnly), today.AddDate(0, 3, 0).Format(time.DateOnly), name, tt.settings, tt.right, tt.wrong)
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		var out, errs strings.Builder
		code := run(t.Context(), []string{"check", "--connect", "-c", file}, streams{out: &out, err: &errs})
		missing := `(?m)^fault .*companies\[1\]\.reach\.chat: kraft: "` + regexp.QuoteMeta(tt.wrong) + `" is not there`
		if code != exitMisuse || !regexp.MustCompile(missing).MatchString(out.String()) ||
			!strings.Contains(out.String(), "channels.chat: 1 of its places are there") {
			t.Errorf("%s: status %d\n%s%s", name, code, out.String(), errs.String())
		}
	}
}
