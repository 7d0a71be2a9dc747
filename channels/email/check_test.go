package email_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/email"
)

// whole is a configuration that nothing is wrong with.
func whole() email.Config {
	server := email.Server{Host: "mail.example.no", TLS: email.Implicit, Username: "kari", Password: channels.Inline("hunter2")}
	return email.Config{SMTP: server, IMAP: email.Mailbox{Server: server}}
}

func TestCheck(t *testing.T) {
	for _, tt := range []struct {
		name string
		do   func(*email.Config)
		want []string // the keys at fault
	}{
		{"whole", func(*email.Config) {}, nil},
		{
			"nothing", func(c *email.Config) { *c = email.Config{} },
			[]string{"smtp.host", "smtp.tls", "imap.host", "imap.tls", "imap.username"},
		},
		{"no user", func(c *email.Config) { c.SMTP.Username, c.SMTP.Password = "", channels.Secret{} }, nil},
		{"password without user", func(c *email.Config) { c.SMTP.Username = "" }, []string{"smtp.username"}},
		{"user without password", func(c *email.Config) { c.IMAP.Password = channels.Secret{} }, []string{"imap.password"}},
		{"password in a file", func(c *email.Config) { c.IMAP.Password, c.IMAP.PasswordFile = channels.Secret{}, "imap" }, nil},
		{"no port", func(c *email.Config) { c.SMTP.Port = 65536 }, []string{"smtp.port"}},
		{"port in host", func(c *email.Config) { c.SMTP.Host = "mail.example.no:465" }, []string{"smtp.host"}},
		{"unprotected", func(c *email.Config) { c.SMTP.TLS = email.None }, []string{"smtp.tls"}},
		{"unprotected loopback", func(c *email.Config) { c.SMTP.TLS, c.SMTP.Host = email.None, "::1" }, nil},
		{"unprotected localhost", func(c *email.Config) { c.SMTP.TLS, c.SMTP.Host = email.None, "localhost" }, nil},
		{"unknown tls", func(c *email.Config) { c.IMAP.TLS = "ssl" }, []string{"imap.tls"}},
		{"folders", func(c *email.Config) { c.IMAP.Folders = []string{"INBOX", "Junk", "INBOX"} }, []string{"imap.folders[2]"}},
		{"hops", func(c *email.Config) { c.TrustedHops = []string{"mx.example.no", "mx example"} }, []string{"trusted_hops[1]"}},
		{"canary", func(c *email.Config) { c.Canary = &email.Canary{Address: "canary", IMAP: c.IMAP} }, []string{"canary.address", "canary.imap"}},
		{"canary elsewhere", func(c *email.Config) {
			c.Canary = &email.Canary{Address: "canary@other.example", IMAP: c.IMAP}
			c.Canary.IMAP.Username = "canary"
		}, nil},
		{"canary and a folder of its name", func(c *email.Config) {
			c.Canary = &email.Canary{Address: "canary@other.example", IMAP: c.IMAP}
			c.Canary.IMAP.Host, c.IMAP.Folders = "imap.other.example", []string{"INBOX", "canary"}
		}, []string{"imap.folders[1]"}},
		{"dkim", func(c *email.Config) { c.DKIM = &email.DKIM{Domain: "example.no", Selector: "s1"} }, []string{"dkim.key"}},
		{"selectors", selector("s1"), nil},
		{"a selector of labels", selector("2026-a.Mail"), nil},
		{"a selector with tags", selector("a;b=c"), []string{"dkim.selector"}},
		{"a selector with an empty label", selector("s1..x"), []string{"dkim.selector"}},
		{"a selector that ends in a dot", selector("s1."), []string{"dkim.selector"}},
		{"a selector of a long label", selector(strings.Repeat("a", 64)), []string{"dkim.selector"}},
		{"a selector that begins with a hyphen", selector("-s1"), []string{"dkim.selector"}},
		{"a selector that is a word of another language", selector("nøkkel"), []string{"dkim.selector"}},
		{"a selector of 240 letters", selector(strings.Repeat("a.", 120) + "a"), []string{"dkim.selector"}},
		{"no selector", selector(""), []string{"dkim.selector"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			cfg := whole()
			tt.do(&cfg)
			var got []string
			for _, f := range cfg.Check() {
				got = append(got, f.Key)
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

// selector sets the selector of a key.
func selector(name string) func(*email.Config) {
	return func(c *email.Config) {
		c.DKIM = &email.DKIM{Domain: "example.no", Selector: name, KeyFile: "dkim.pem"}
	}
}

func TestReach(t *testing.T) {
	for address, want := range map[string]int{
		"post@nordlys.example": 0, "": 1, "post": 1, "Nordlys <post@nordlys.example>": 1, "a@b.no\r\nBcc: c@d.no": 1,
		"post@blåkraft.example": 0, "spørsmål@nordlys.example": 0, "post@blå\u2028kraft.example": 1, "post@-å.example": 1,
	} {
		if got := len(email.Reach{Address: address}.Check()); got != want {
			t.Errorf("%q: got %d faults, want %d", address, got, want)
		}
	}
}

func TestDoubts(t *testing.T) {
	for address, want := range map[string]int{
		"post@nordlys.example": 0, "post@blåkraft.example": 0, "spørsmål@nordlys.example": 1,
	} {
		if got := len(email.Reach{Address: address}.Doubts()); got != want {
			t.Errorf("%q: got %d doubts, want %d", address, got, want)
		}
	}
}

// TestDoubtfulMode: a port that is known for the other way to begin TLS is named before
// anything is connected to.
func TestDoubtfulMode(t *testing.T) {
	for _, tt := range []struct {
		mode email.TLS
		port int
		want string
	}{
		{email.StartTLS, 465, "probably implicit"},
		{email.StartTLS, 993, "probably implicit"},
		{email.Implicit, 587, "probably starttls"},
		{email.Implicit, 143, "probably starttls"},
		{email.Implicit, 25, "probably starttls"},
		{email.StartTLS, 587, ""},
		{email.Implicit, 465, ""},
		{email.Implicit, 0, ""},
		{email.StartTLS, 0, ""},
		{email.StartTLS, 2525, ""},
	} {
		server := email.Server{TLS: tt.mode, Port: tt.port}
		got := email.Config{SMTP: server, IMAP: email.Mailbox{Server: server}, Canary: &email.Canary{IMAP: email.Mailbox{Server: server}}}.Doubts()
		keys := ""
		for _, f := range got {
			if keys += f.Key + " "; !strings.Contains(f.Text, tt.want) {
				t.Errorf("%s at %d: got %s", tt.mode, tt.port, f.Text)
			}
		}
		if want := map[bool]string{true: "smtp.tls imap.tls canary.imap.tls "}[tt.want != ""]; keys != want {
			t.Errorf("%s at %d: got %q, want %q", tt.mode, tt.port, keys, want)
		}
	}
}
