package main

import (
	"bufio"
	"encoding/base64"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/svartid/svartid/channels/channeltest/race"
)

// An echoServer is a server that repeats to whoever asks what it was told, as careless
// servers do: in answers over HTTP, and in replies to SMTP and IMAP.
type echoServer struct{ web, smtp, imap string }

func newEchoServer(t testing.TB) echoServer {
	t.Helper()
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		told, err := httputil.DumpRequest(r, true)
		if err != nil {
			told = []byte(err.Error())
		}
		w.Header().Set("WWW-Authenticate", "Bearer error=\""+strings.NewReplacer("\r", " ", "\n", " ", `"`, "'").Replace(string(told))+"\"")
		w.WriteHeader(http.StatusUnauthorized)
		fmt.Fprintf(w, `{"error": %q, "message": %q, "errcode": "M_UNKNOWN_TOKEN"}`, told, r.URL.RawQuery)
	}))
	t.Cleanup(web.Close)
	return echoServer{web: web.URL, smtp: repeat(t, "220 echo ESMTP\r\n", smtpReply), imap: repeat(t, "* OK ready\r\n", imapReply)}
}

// repeat serves a protocol of lines, and returns where.
func repeat(t testing.TB, greeting string, reply func(line string) string) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				fmt.Fprint(conn, greeting)
				for lines := bufio.NewScanner(conn); lines.Scan(); {
					fmt.Fprint(conn, reply(lines.Text()))
				}
			}()
		}
	}()
	return l.Addr().String()
}

// repeated is a line with what it says in base64 beside it.
func repeated(line string) string {
	for _, word := range strings.Fields(line) {
		if plain, err := base64.StdEncoding.DecodeString(word); err == nil {
			line += " " + strings.ReplaceAll(string(plain), "\x00", " ")
		}
	}
	return strings.Map(func(r rune) rune {
		if r < ' ' {
			return ' '
		}
		return r
	}, line)
}

func smtpReply(line string) string {
	switch {
	case strings.HasPrefix(line, "EHLO"):
		return "250-echo\r\n250 AUTH PLAIN LOGIN XOAUTH2 OAUTHBEARER\r\n"
	case strings.HasPrefix(line, "QUIT"):
		return "221 bye\r\n"
	}
	return "535 5.7.8 refused: " + repeated(line) + "\r\n"
}

func imapReply(line string) string {
	tag, command, _ := strings.Cut(line, " ")
	switch strings.ToUpper(command) {
	case "CAPABILITY":
		return "* CAPABILITY IMAP4rev1 AUTH=PLAIN AUTH=XOAUTH2 SASL-IR\r\n" + tag + " OK done\r\n"
	case "LOGOUT":
		return "* BYE\r\n" + tag + " OK done\r\n"
	}
	return tag + " NO [AUTHENTICATIONFAILED] refused: " + repeated(line) + "\r\n"
}

// hostPort splits the address of a server for a configuration.
func hostPort(address string) string {
	host, port, _ := strings.Cut(address, ":")
	return "host: " + host + ", port: " + port + ", tls: none"
}

// A markedEdition is an edition whose every secret is a word that is found again.
type markedEdition struct {
	*testing.T
	dir, config string
	words       []string
}

// secret returns a secret that stands in the configuration.
func (c *markedEdition) secret(name string) string {
	word := "mArKeD-" + name + "-8c1f"
	c.words = append(c.words, word)
	return word
}

// file returns the name of a file that holds a secret.
func (c *markedEdition) file(name string) string {
	c.write(name, c.secret(name)+"\n")
	return name
}

func (c *markedEdition) write(name, text string) {
	c.Helper()
	if err := os.WriteFile(filepath.Join(c.dir, name), []byte(text), 0o600); err != nil {
		c.Fatal(err)
	}
}

// newMarkedEdition writes an edition of every channel, each at a server that repeats
// what it is told.
func newMarkedEdition(t *testing.T) *markedEdition {
	t.Helper()
	c := &markedEdition{T: t, dir: t.TempDir()}
	c.config = filepath.Join(c.dir, "svartid.yml")
	n := newEchoServer(t)
	hookSecret := "whsec_" + base64.StdEncoding.EncodeToString([]byte(c.secret("standard-webhook")))
	c.words = append(c.words, hookSecret)
	userHash := "$2y$10$mArKeDmArKeDmArKeDcAnAuO0Qm3zWc5YIqHXfMfQyVhVn1o7pZ3vC"
	c.words = append(c.words, userHash)
	c.write("users", "organiser:organiser:"+userHash+"\n")
	c.write("svartid.secret", "0123456789abcdef0123456789abcdef\n")
	c.words = append(c.words, "0123456789abcdef0123456789abcdef")
	c.write("svartid.yml", `
edition: {name: marked, from: 2024-01-11, to: 2029-12-09, hours: always, seed: `+c.secret("seed")+`}
ledger: {dsn: "sqlite:svartid.db"}
web: {listen: "127.0.0.1:0", users_file: users}
hooks: {listen: "`+freePort(t)+`"}
limits: {per_company_per_edition: 0, per_company_per_day: 0, per_minute: 0}
timing: {reply: 2s, reconnect: 300ms, reconnect_most: 1s, poll: 1s, plan: 1s, horizon: 1ms, queue: 200ms}
channels:
  mail:
    type: email
    smtp: {`+hostPort(n.smtp)+`, username: shopper, password: `+c.secret("smtp")+`}
    imap: {`+hostPort(n.imap)+`, username: shopper, password_file: `+c.file("imap")+`}
    canary: {address: other@example.no, imap: {`+hostPort(n.imap)+`, username: other, password: `+c.secret("second-mailbox")+`}}
  modern:
    type: email
    smtp: {`+hostPort(n.smtp)+`, username: modern}
    imap: {`+hostPort(n.imap)+`, username: modern}
    oauth2: {grant: refresh_token, client_id: me, client_secret: `+c.secret("oauth-client")+`, refresh_token_file: `+c.file("oauth-refresh")+`, token_url: "`+n.web+`/token"}
  chat: {type: chatwoot, url: "`+n.web+`", webhook_secret: `+c.secret("chatwoot")+`}
  desk: {type: rocketchat, url: "`+n.web+`", hook_token: `+c.secret("rocketchat")+`}
  room: {type: matrix, url: "`+n.web+`", user: "@kari:example.no", access_token_file: `+c.file("matrix")+`}
  relay: {type: webhook, url: "`+n.web+`/opener", secret: "`+hookSecret+`", previous_secret: `+c.secret("previous")+`, scheme: static-header, header: X-Token, allow_unsigned: true, self_reported: true}
  page: {type: messenger, graph_url: "`+n.web+`", app_secret: `+c.secret("meta-app")+`, verify_token: `+c.secret("meta-verify")+`, look: 1s}
personas:
  - {name: Kari Nordmann, channel: mail, address: kari@example.no}
  - {name: Kari Berg, channel: modern, address: berg@example.no}
  - {name: Ola Hansen, channel: chat}
  - {name: Ola Berg, channel: desk}
  - {name: Eva Hansen, channel: room}
  - {name: Eva Berg, channel: relay}
  - {name: Nils Berg, channel: page}
scenarios:
  - {name: price, subject: [Pris], body: "Hva koster det hos {{.Company}}?"}
probes:
  - {name: p-mail, channel: mail, cron: "@every 1h", within: 2h}
  - {name: p-modern, channel: modern, cron: "@every 1h", within: 2h}
  - {name: p-chat, channel: chat, cron: "@every 1h", within: 2h}
  - {name: p-desk, channel: desk, cron: "@every 1h", within: 2h}
  - {name: p-room, channel: room, cron: "@every 1h", within: 2h}
  - {name: p-relay, channel: relay, cron: "@every 1h", within: 2h}
  - {name: p-page, channel: page, cron: "@every 1h", within: 2h}
companies:
  - id: nordlys
    name: Nordlys
    class: power
    consent: 2019-11-01
    reach:
      mail: post@nordlys.example
      modern: post@nordlys.example
      chat: {inbox: 6fKq2, hmac: `+c.secret("hmac")+`}
      desk: service
      room: {to: "@desk:nordlys.example", url: "`+n.web+`/own", user: "@kari:nordlys.example", access_token: `+c.secret("matrix-own")+`}
      relay: nordlys
      page: {page: "1029384756", page_token: `+c.secret("page-token")+`}
`)
	return c
}

// looks fails the test if a text shows a secret, in any of the ways in which it may
// have been written.
func (c *markedEdition) looks(where, text string) {
	c.Helper()
	for _, word := range c.words {
		for _, form := range []string{word, url.QueryEscape(word), base64.StdEncoding.EncodeToString([]byte(word)), fmt.Sprintf("%x", word)} {
			if at := strings.Index(text, form); at >= 0 {
				c.Errorf("%s shows %s:\n%s", where, word, text[max(0, at-200):min(len(text), at+len(form)+50)])
				break
			}
		}
	}
}

// verb runs a verb, whatever it exits with, and looks at all that it says.
func (c *markedEdition) verb(args ...string) {
	c.Helper()
	cmd := exec.Command(os.Args[0], append([]string{"-c", c.config}, args...)...)
	cmd.Env = append(os.Environ(), asCommand+"=1")
	said, err := cmd.CombinedOutput()
	if len(said) == 0 && err != nil {
		c.Errorf("%v says nothing: %v", args, err)
	}
	// The seed is the organiser's to see: it draws the plan, which a verb prints.
	c.looks(strings.Join(args, " "), strings.ReplaceAll(string(said), "mArKeD-seed-8c1f", ""))
}

// TestNoSecretIsShown has servers repeat our secrets to us, and looks for them in
// everything that the program says: verbs, errors, dialogues, logs at their finest,
// pages, metrics, what it answers over HTTP, exports.
func TestNoSecretIsShown(t *testing.T) {
	race.Skip(t, "the program that it starts is not watched")
	if testing.Short() {
		t.Skip("runs every verb")
	}
	t.Parallel()
	c := newMarkedEdition(t)
	c.verb("check")
	c.verb("--json", "check")
	c.verb("check", "--connect")
	c.verb("login", "modern")
	for _, channel := range []string{"mail", "modern", "chat", "desk", "room", "relay", "page"} {
		c.verb("try", "--company", "nordlys", "--channel", channel, "--anyway", "--wait", "1s")
	}
	p := newPlace(t, "", c.config)
	process := p.start("--log-level", "debug")
	board := strings.TrimSuffix(process.metrics(), "metrics")
	time.Sleep(4 * time.Second) // each channel has tried and failed by then
	for _, path := range []string{"", "login", "metrics", "-/ready", "-/healthy", "nothing"} {
		answer, text := send(t, http.DefaultClient, http.MethodGet, board+path, "")
		c.looks("/"+path, fmt.Sprint(answer.Header)+text)
	}
	c.write("users", "organiser:organiser:"+c.words[1]+"broken\n")
	if err := os.WriteFile(c.config, []byte(strings.Replace(c.read("svartid.yml"), "users_file", "userz_file", 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	c.verb("check")
	process.stop()
	c.looks("the log", c.read("svartid.log"))
	if log := c.read("svartid.log"); !strings.Contains(log, "level=WARN") {
		t.Errorf("the servers have refused nothing: %s", log)
	}
}

// TestNoSecretIsServed looks at pages, the API and exports of a program that asks
// for no login.
func TestNoSecretIsServed(t *testing.T) {
	race.Skip(t, "the program that it starts is not watched")
	c := newMarkedEdition(t)
	text := strings.Replace(c.read("svartid.yml"), ", users_file: users", "", 1)
	c.write("svartid.yml", text)
	p := newPlace(t, "", c.config)
	process := p.start("--log-level", "debug", "--log-format", "json")
	board := strings.TrimSuffix(process.metrics(), "metrics")
	client := &http.Client{Timeout: time.Minute}
	for _, path := range []string{
		"", "queue", "eyes", "classes/power", "companies/nordlys", "contacts/x", "metrics", "-/ready", "api/v1/contacts", "api/v1/attempts",
		"api/v1/standings", "api/v1/plan?", "api/v1/contacts?since=x", "debug/pprof/cmdline", "debug/pprof/goroutine?debug=2",
	} {
		answer, text := send(t, client, http.MethodGet, board+path, "")
		c.looks("/"+path, fmt.Sprint(answer.Header)+text)
	}
	for _, form := range []string{"by=x", "token=x"} {
		answer, text := send(t, client, http.MethodPost, board+"queue/taps", form)
		c.looks("a form", fmt.Sprint(answer.Header)+text)
	}
	c.write("svartid.yml", strings.Replace(text, "password: ", "pasword: ", 1))
	answer, said := send(t, client, http.MethodPost, board+"-/reload", "")
	if answer.StatusCode != http.StatusInternalServerError || !strings.Contains(said, "unknown key") {
		t.Errorf("a misspelt configuration: got %d %s", answer.StatusCode, said)
	}
	c.looks("a reload", said)
	c.write("svartid.yml", text)
	process.stop()
	c.looks("the log", c.read("svartid.log"))
	for _, args := range [][]string{
		{"verify"},
		{"--json", "verify"},
		{"standings"},
		{"review"},
		{"explain", "x"},
		{"plan", "--digest"},
		{"export", "--format", "ndjson", "--out", filepath.Join(c.dir, "out")},
	} {
		c.verb(args...)
	}
	files, err := filepath.Glob(filepath.Join(c.dir, "out", "*"))
	if err != nil || len(files) == 0 {
		t.Fatalf("nothing was exported: %v", err)
	}
	for _, file := range files {
		exported, err := os.Open(file)
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(exported)
		exported.Close()
		if err != nil {
			t.Fatal(err)
		}
		c.looks(file, string(text))
	}
}

// read returns the text of a file of the edition.
func (c *markedEdition) read(name string) string {
	c.Helper()
	text, err := os.ReadFile(filepath.Join(c.dir, name))
	if err != nil {
		c.Fatal(err)
	}
	return string(text)
}
