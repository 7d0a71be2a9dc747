package email

import (
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/email/internal/oauth"
)

// Config is the mailbox pair that the channel writes from and reads.
type Config struct {
	SMTP   Server  `yaml:"smtp"`
	IMAP   Mailbox `yaml:"imap"`
	OAuth2 *OAuth2 `yaml:"oauth2,omitempty"` // in place of passwords, for both servers
	Canary *Canary `yaml:"canary,omitempty"` // our second mailbox; none: no canary
	DKIM   *DKIM   `yaml:"dkim,omitempty"`

	// Copies is none where the provider keeps the copy of what we send to
	// ourselves out of the folders that we listen to. Silence then rests on
	// the canary, which is needed. Empty: copies come home, and each
	// verdict of silence waits for its own.
	Copies Copies `yaml:"copies,omitempty" enum:"none"`

	// Resolver is the DNS server that check --connect asks about SPF, DKIM and
	// DMARC, host:port. Empty = the system's.
	Resolver string `yaml:"resolver,omitempty"`

	// Blocklists are public block lists of mail servers that are asked about SendsFrom
	// (RFC 5782), by the names of their zones, such as dnsbl.example. A refusal that
	// one of them explains excuses the company. None: no list is asked.
	Blocklists []string `yaml:"blocklists,omitempty"`

	// SendsFrom are the addresses from which our submission server delivers mail.
	SendsFrom []string `yaml:"sends_from,omitempty"`

	// TrustedHops are the names after "by" in Received lines whose time
	// counts as the arrival's. None: the mailbox's own time counts.
	TrustedHops []string `yaml:"trusted_hops,omitempty"`

	// ReportsFrom names our submission server where that is not smtp.host: the
	// hosts, domains, addresses or networks whose reports on delivery count.
	// All others are shown to a person and excuse no company. A smarthost that is
	// named here word for word speaks for us where a report names it.
	ReportsFrom []string `yaml:"reports_from,omitempty"`
}

// OAuth2 is how we get tokens for a mailbox that takes no passwords (RFC 6749).
type OAuth2 = oauth.OAuth2

// A Grant is what a token is given for.
type Grant = oauth.Grant

// The grants of RFC 6749 that a program can use by itself, sections 4.4 and 6.
const (
	ClientCredentials = oauth.ClientCredentials
	RefreshToken      = oauth.RefreshToken
)

// A Device is what a person has to do for a device that cannot show a login: go
// to a page and enter a code.
type Device = oauth.Device

// A Server is where to connect and as whom.
type Server struct {
	Host         string          `yaml:"host"`
	Port         int             `yaml:"port"` // 0 = the protocol's own port for its TLS
	TLS          TLS             `yaml:"tls"`
	Username     string          `yaml:"username,omitempty"`
	Password     channels.Secret `yaml:"password,omitempty"` // or password_file, never both
	PasswordFile string          `yaml:"password_file,omitempty"`
	CAFile       string          `yaml:"ca_file,omitempty"` // a private authority, PEM; empty = the system's
}

// A Mailbox is a server to read from, and what to read there.
type Mailbox struct {
	Server  `yaml:",inline"`
	Folders []string      `yaml:"folders,omitempty"` // none = INBOX
	Poll    time.Duration `yaml:"poll,omitempty"`    // behind IDLE, for servers that announce nothing; 0 = 1 minute
}

// A Canary is our second mailbox, best with another provider: mail to it that is
// lost says that we are blind.
type Canary struct {
	Address string  `yaml:"address"`
	IMAP    Mailbox `yaml:"imap"`
	OAuth2  *OAuth2 `yaml:"oauth2,omitempty"`
}

// DKIM signs openers.
type DKIM struct {
	Domain   string          `yaml:"domain"`
	Selector string          `yaml:"selector"`
	Key      channels.Secret `yaml:"key,omitempty"` // or key_file
	KeyFile  string          `yaml:"key_file,omitempty"`
}

// Copies says what becomes of the copies of openers that we send to ourselves.
type Copies string

// CopiesNone says that none come home.
const CopiesNone Copies = "none"

// TLS says how a connection is protected.
type TLS string

// Ways to protect a connection. None is allowed to loopback alone.
const (
	Implicit TLS = "implicit"
	StartTLS TLS = "starttls"
	None     TLS = "none"
)
