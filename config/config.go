package config

import (
	"net/url"
	"path/filepath"
	"strings"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/probes/calendar"
)

// Config is the whole configuration of one edition, read, checked and with
// every default filled in.
type Config struct {
	Edition Edition `yaml:"edition" need:""`
	Ledger  Ledger  `yaml:"ledger"`
	Web     Web     `yaml:"web"`
	Metrics Metrics `yaml:"metrics"`
	Hooks   Hooks   `yaml:"hooks"`
	Limits  Limits  `yaml:"limits"`
	Review  Review  `yaml:"review"`
	Timing  Timing  `yaml:"timing"`
	// Vantage are pages of hosts that belong to no company. They are looked at when
	// a company's door is closed, to tell that from our own line being down.
	Vantage       []string           `yaml:"vantage"`
	Channels      map[string]Channel `yaml:"channels" need:""` // by name
	Personas      []Persona          `yaml:"personas" need:""`
	Scenarios     []Scenario         `yaml:"scenarios" need:""`
	Probes        []Probe            `yaml:"probes" need:""`
	Policy        Policy             `yaml:"policy"`
	Titles        Titles             `yaml:"titles"`
	CompaniesFile string             `yaml:"companies_file"` // a table of more companies, CSV
	Companies     []Company          `yaml:"companies"`      // those of the table follow

	report   *report
	table    tablePreview // how the companies' file was read
	warnings Faults
	secrets  []secretFile
	inline   []string // paths of secrets that stand in the configuration itself
}

// An Edition is one season of the survey.
type Edition struct {
	// Name is the label edition of metrics and exports.
	Name string `yaml:"name" need:""`
	// From is the first day on which a contact may be opened.
	From calendar.Date `yaml:"from" need:""`
	// To is the last day on which a contact may be opened.
	To calendar.Date `yaml:"to" need:""`
	// Country is whose public holidays are kept.
	Country string `yaml:"country" default:"NO" form:"country"`
	// Zone is that of the country's capital if none is given.
	Zone *time.Location `yaml:"time_zone"`
	// Hours are when openers leave.
	Hours calendar.Hours `yaml:"hours" default:"Mon-Fri 09:00-15:00"`
	// SharedNames is what a plan is that gives up even cells because a persona's
	// name stands on several channels: a fault, or accepted with a warning.
	SharedNames string `yaml:"shared_names" default:"refused" enum:"refused|accepted"`
	// OpeningClock is what waits in opening time are counted by: the same for
	// every company.
	OpeningClock calendar.Hours `yaml:"opening_clock" default:"Mon-Fri 08:00-16:00"`
	// DaysOff are no working days, and no openers leave on them.
	DaysOff []calendar.Date `yaml:"days_off"`
	// Seed is what the plan is drawn from; the name, if none is given.
	Seed string `yaml:"seed"`
	// SecretFile holds 128 random bits in hexadecimal, by which our openers are
	// marked as ours. It is made at the first start, and is no part of the
	// ledger: if that is lost, this finds in the mailboxes who was asked.
	SecretFile string `yaml:"secret_file" default:"svartid.secret"`
}

// Calendar returns the edition's working days.
func (e Edition) Calendar() calendar.Calendar {
	return calendar.Calendar{Zone: e.Zone, Country: e.Country, DaysOff: e.DaysOff}
}

// Span returns the edition as instants: from the first moment of its first day
// to the last moment of its last.
func (e Edition) Span() calendar.Span {
	return calendar.Span{From: e.From.In(e.Zone), To: e.To.AddDays(1).In(e.Zone)}
}

// hidden stands for a secret.
const hidden = "***"

// A Ledger is where events are kept, and for how long what is personal in them.
type Ledger struct {
	DSN       DSN       `yaml:"dsn" default:"sqlite:svartid.db"` // sqlite:FILE or postgres://…
	Retention Retention `yaml:"retention"`
	// EvidenceKeyFile holds the key by which evidence is encrypted, as age-keygen
	// writes it; keys after the first open what was encrypted by earlier ones. None:
	// evidence is not encrypted.
	EvidenceKeyFile string `yaml:"evidence_key_file"`
	// HeadsFile takes a signed line a day that says where the ledger stands, so that
	// a rewritten one shows. Others are to have it too. None: no line is made.
	HeadsFile string `yaml:"heads_file"`
	// HeadsTo are addresses outside to which each line is sent.
	HeadsTo []string `yaml:"heads_to" form:"email"`
	// HeadsAt is the time of day from which the day's line is made.
	HeadsAt calendar.Clock `yaml:"heads_at" default:"23:00"`
}

// Retention is how long personal content is kept. 0 keeps it.
type Retention struct {
	Evidence time.Duration `yaml:"evidence" default:"180d"` // messages as they came
	Personal time.Duration `yaml:"personal" default:"180d"` // names and addresses
}

// A DSN names a database: sqlite:FILE, the file being relative to the folder of
// the configuration until that is read, or postgres://user@host/database. It may
// hold a password and prints without it; string(d) is the whole.
type DSN string

const (
	sqlitePrefix   = "sqlite:"
	postgresPrefix = "postgres://"
	memory         = ":memory:"
)

// SQLite returns the file of an SQLite database, and whether it is one.
func (d DSN) SQLite() (file string, ok bool) { return strings.CutPrefix(string(d), sqlitePrefix) }

// Memory reports whether the database ends with the process.
func (d DSN) Memory() bool {
	file, ok := d.SQLite()
	return ok && file == memory
}

// below returns the DSN with its file in a folder, unless that is absolute.
func (d DSN) below(folder string) DSN {
	file, ok := d.SQLite()
	if !ok || file == "" || d.Memory() || filepath.IsAbs(file) {
		return d
	}
	return DSN(sqlitePrefix + filepath.Join(folder, file))
}

// Postgres reports whether the database is a PostgreSQL server's.
func (d DSN) Postgres() bool { return strings.HasPrefix(string(d), postgresPrefix) }

// String writes the DSN without its password.
func (d DSN) String() string {
	if !d.Postgres() {
		return string(d)
	}
	u, err := url.Parse(string(d))
	if err != nil {
		return postgresPrefix + hidden
	}
	if _, ok := u.User.Password(); ok {
		u.User = url.UserPassword(u.User.Username(), hidden)
	}
	query := u.Query()
	for key := range query {
		if strings.Contains(key, "password") {
			query.Set(key, hidden)
		}
	}
	u.RawQuery = query.Encode()
	return strings.ReplaceAll(u.String(), "%2A%2A%2A", hidden)
}

// GoString hides the password from %#v.
func (d DSN) GoString() string { return d.String() }

// MarshalText hides the password from JSON and YAML.
func (d DSN) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// Web is the operators' listener: board, API and metrics.
type Web struct {
	Listen     string `yaml:"listen" default:"127.0.0.1:9724" form:"listen"`
	ConfigFile string `yaml:"config_file"` // TLS and basic auth, in exporter-toolkit's own format
	// Names are by which browsers and programs may ask for it, besides loopback and
	// the address that they have reached: board.example.no, or board.example.no:8443.
	Names []string `yaml:"names" form:"host"`
	// UsersFile names who may log in, one a line, as name:role:bcrypt. None: there is
	// no login of our own.
	UsersFile string `yaml:"users_file"`
	// PushFile keeps the keys by which telephones are told when a prompt is due, made
	// where there are none yet, and the telephones. None: push.json beside edition.secret_file.
	PushFile string `yaml:"push_file"`
	// Proxy is a proxy in front that has users log in.
	Proxy WebProxy `yaml:"proxy"`
	// OpenID is a provider of OpenID Connect, at which people log in.
	OpenID WebOpenID `yaml:"openid"`
	// WithoutLogin is what a listener is that the network reaches and that asks
	// for no login: a fault, or accepted with a warning.
	WithoutLogin string `yaml:"without_login" default:"refused" enum:"refused|accepted"`
}

// Metrics says what /metrics tells.
type Metrics struct {
	// CompanySeries is whether each company on each channel has series of its own, or
	// only each class: auto tells of each up to 3,000 of them, which are some 35 MB a scrape.
	CompanySeries string `yaml:"company_series" default:"auto" enum:"auto|on|off"`
}

// mostSeries is up to how many companies on channels auto tells of each.
const mostSeries = 3000

// ByClass reports whether so many companies on channels are told of class by class.
func (m Metrics) ByClass(places int) bool {
	return m.CompanySeries == "off" || m.CompanySeries != "on" && places > mostSeries
}

// A WebProxy tells by a header who has logged in at it. What that user may do is in
// web.users_file.
type WebProxy struct {
	Header string   `yaml:"header"`              // such as X-Forwarded-User. None: no proxy is believed
	From   []string `yaml:"from" form:"network"` // addresses or networks of the proxy; nobody else's header is believed
}

// A WebOpenID is a provider of OpenID Connect at which people log in, by the code flow
// with PKCE. What each may do follows from a claim, or is in web.users_file.
type WebOpenID struct {
	Issuer   string `yaml:"issuer"`    // the provider's own name, as https://id.example.no/realms/award. None: nobody logs in so
	ClientID string `yaml:"client_id"` // by which it knows us
	// ClientSecret proves to it who asks. None: it knows us as a public client.
	ClientSecret     channels.Secret `yaml:"client_secret"`
	ClientSecretFile string          `yaml:"client_secret_file"`
	// Callback is where it sends browsers back to, as it is registered there: the address
	// of the board with /login/openid/callback.
	Callback string   `yaml:"callback"`
	Scopes   []string `yaml:"scopes"` // asked for beside openid, for the claims below. None: email and profile
	// NameClaim is what acts are recorded by. Choose one that people cannot change
	// themselves. Of email, only an address counts that the provider has verified.
	NameClaim string `yaml:"name_claim" default:"email"`
	// RolesClaim lists what a person is: a claim, or a path to one, as realm_access.roles.
	RolesClaim string `yaml:"roles_claim" default:"groups"`
	// Roles are viewer, shopper, judge or organiser, by the values of that claim. Of
	// several the one counts that may do most. Who has none of them may do nothing.
	Roles map[string]string `yaml:"roles"`
	// PersonasClaim lists a shopper's personas. None: the persona of the shopper's name.
	PersonasClaim string `yaml:"personas_claim"`
	CAFile        string `yaml:"ca_file"` // a private authority, PEM; empty = the system's
}

// On reports whether people log in at a provider.
func (w WebOpenID) On() bool { return w.Issuer != "" }

// Hooks is the listener that the internet may reach.
type Hooks struct {
	Listen    string `yaml:"listen" default:"127.0.0.1:9725" form:"listen"`
	PublicURL string `yaml:"public_url" form:"url"` // how the internet names it
}

// Limits say how far a company may be bothered, whatever else is configured.
// 0 means no limit.
type Limits struct {
	PerCompanyPerDay     int `yaml:"per_company_per_day" default:"1"`
	PerCompanyPerEdition int `yaml:"per_company_per_edition" default:"25"`
	// Openers per channel, all companies together.
	PerMinute int `yaml:"per_minute" default:"30"`
}
