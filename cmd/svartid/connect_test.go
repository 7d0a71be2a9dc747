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
		code := runCommandLine(t.Context(), []string{"check", "--connect", "-c", file}, streams{out: &out, err: &errs})
		missing := `(?m)^fault .*companies\[1\]\.reach\.chat: kraft: "` + regexp.QuoteMeta(tt.wrong) + `" is not there`
		if code != exitMisuse || !regexp.MustCompile(missing).MatchString(out.String()) ||
			!strings.Contains(out.String(), "channels.chat: 1 of its places are there") {
			t.Errorf("%s: status %d\n%s%s", name, code, out.String(), errs.String())
		}
	}
}

// TestRoundTrip has the mail of two personas come home, of which the second is of a
// domain that is not ours; and then of both, to a folder that is not listened to.
func TestRoundTrip(t *testing.T) {
	t.Parallel()
	world, config := oneCompany(t, simulated.Silent, simulated.Mischief{})
	check := func(status int, args string, want ...string) {
		t.Helper()
		var out, errs lines
		got := runCommandLine(t.Context(), append([]string{"check", "-c", config}, strings.Fields(args)...), streams{out: &out, err: &errs})
		if got != status {
			t.Errorf("%s: status %d, want %d\n%s%s", args, got, status, &out, &errs)
		}
		for _, pattern := range want {
			if !regexp.MustCompile(pattern).MatchString(out.String() + errs.String()) {
				t.Errorf("%s: %s is not said:\n%s%s", args, pattern, &out, &errs)
			}
		}
	}
	home := `(?m)^note .*channels\.mail: .*: mail to \S+@` + world.Domain() + ` came home to INBOX after \d`
	check(exitDone, "--connect --roundtrip", home)
	edited(t, config, "personas:\n", "personas:\n  - {name: Ola Moe, channel: mail, address: ola@elsewhere.example}\n")
	check(exitNo, "--connect --roundtrip", home,
		`(?m)^fault .*channels\.mail: Ola Moe: mail to \S+@elsewhere\.example is not known to have come home: mail from: .*553`,
		"mail to our own personas does not come home")
	edited(t, config, "[INBOX, Junk]", "[Junk]")
	check(exitNo, "--connect --roundtrip --within 3s", `(?m)^fault .* mail to \S+@`+world.Domain()+` did not come home within 3s: it is not in Junk`)
	check(exitMisuse, "--roundtrip", "--roundtrip: needs --connect")
	if got := len(world.Log()); got != 0 {
		t.Errorf("companies were met %d times", got)
	}
}
