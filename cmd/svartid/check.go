package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/email"
	"github.com/svartid/svartid/channels/httpapi"
	"github.com/svartid/svartid/config"
	"github.com/svartid/svartid/probes/engine"
	"github.com/svartid/svartid/probes/ledger"
	"github.com/svartid/svartid/probes/plan"
	"github.com/svartid/svartid/probes/report/planned"
)

type checkCmd struct {
	Connect   bool          `help:"Also try each mailbox, server and token, and ask for each company's place in a chat."`
	Roundtrip bool          `help:"With --connect: a message to a fresh address of each persona must come home."`
	Within    time.Duration `default:"2m" help:"How long a message may take to come home." placeholder:"DURATION"`
	Ledger    bool          `help:"Also say what would change for the season that the ledger holds."`
}

// finding is one line of a check.
type finding struct {
	Level string `json:"level"` // fault, warning or note
	File  string `json:"file,omitempty"`
	Line  int    `json:"line,omitempty"`
	Key   string `json:"key,omitempty"`
	Text  string `json:"text"`

	lost bool // a fault of what is not here: a persona's mail does not come home
}

// Run says all that is wrong, then what the edition will do.
func (c checkCmd) Run(ctx context.Context, g *globals, std streams) error {
	if c.Roundtrip && (!c.Connect || c.Within <= 0) {
		return misuse{errors.New("--roundtrip: needs --connect, and a time to wait")}
	}
	cfg, err := config.Load(g.Config)
	var faults config.Faults
	if err != nil && !errors.As(err, &faults) {
		return misuse{err}
	}
	findings := findingsOf("fault", faults)
	if cfg != nil && err == nil {
		findings = append(findings, c.all(ctx, g.Config, cfg)...)
	}
	if err := list(findings, g, std.out); err != nil {
		return err
	}
	if err := verdict(findings); err != nil || g.JSON {
		return err
	}
	fmt.Fprintln(std.out)
	return cfg.Describe(std.out)
}

// all looks at a configuration that can be read.
func (c checkCmd) all(ctx context.Context, file string, cfg *config.Config) (findings []finding) {
	level := "warning"
	if c.Connect {
		level = "fault"
	}
	findings = append(findings, findingsOf(level, cfg.Secrets())...)
	findings = append(findings, findingsOf("fault", cfg.Unfit())...)
	if _, err := accessRules(cfg); err != nil && !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, fs.ErrPermission) {
		findings = append(findings, finding{Level: "fault", File: file, Text: err.Error()})
	}
	findings = append(findings, findingsOf("warning", cfg.Exposed())...)
	findings = append(findings, findingsOf("warning", cfg.Warnings())...)
	findings = append(findings, findingsOf("warning", cfg.Over(time.Now()))...)
	findings = append(findings, findingsOf("note", cfg.NotYet())...)
	findings = append(findings, findingsOf("note", cfg.Unasked())...)
	findings = append(findings, foresee(file, cfg)...)
	findings = append(findings, recognisable(file, cfg)...)
	if c.Ledger {
		findings = append(findings, foresight(ctx, file, cfg)...)
	}
	if c.Connect {
		findings = append(findings, connect(ctx, file, cfg)...)
	}
	if c.Roundtrip {
		findings = append(findings, c.roundTrips(ctx, file, cfg)...)
	}
	return findings
}

// verdict returns misuse for a fault of the configuration, and another error if it
// has none and what was tried does not hold.
func verdict(findings []finding) (err error) {
	for _, f := range findings {
		switch {
		case f.Level != "fault":
		case !f.lost:
			return misuse{errors.New("the configuration has faults")}
		default:
			err = errors.New("mail to our own personas does not come home")
		}
	}
	return err
}

// mostDrawn is how many contacts a check draws at most, to be done in seconds.
const mostDrawn = 20_000

// foresee returns what keeps the season from being asked or, if nothing does,
// what its plan would leave out or move. The configuration has no faults.
func foresee(file string, cfg *config.Config) (all []finding) {
	find := func(level, key string, texts ...string) {
		for _, text := range texts {
			all = append(all, finding{Level: level, File: file, Key: key, Text: text})
		}
	}
	ed := cfg.Probing()
	season := plan.Season(*ed)
	if faults := cfg.Season(); len(faults) > 0 {
		return findingsOf("fault", faults)
	}
	all = append(findingsOf("warning", cfg.Fits()), findingsOf("warning", cfg.Unranked())...)
	if n := planned.Size(season); n > mostDrawn {
		find("note", "", fmt.Sprintf("%d contacts are too many to be drawn here: svartid plan says what could not be placed", n))
	} else {
		drawn := planned.Draw(ed)
		find("warning", "", drawn.Changes()...)
		if clash := drawn.Clash(season).String(); clash != "" && cfg.Edition.SharedNames == "accepted" {
			find("warning", "personas", clash)
		} else if clash != "" {
			find("fault", "personas", clash+", or accept it by edition.shared_names: accepted")
		}
	}
	find("note", "", planned.Unplanned(season)...)
	if cfg.Ledger.HeadsFile == "" {
		find("note", "ledger.heads_file", "is not set: where the ledger stands is published nowhere, and a rewritten one would not show")
	}
	for _, need := range season.Needs() {
		if text := need.String(); text != "" {
			find("note", "personas", text)
		}
	}
	return all
}

// sampled is how many openers a check writes of each mail channel.
const sampled = 300

// clashing says where the plan gives up even cells because a name of a persona
// stands on several channels; empty: nowhere, or the plan is too large to be drawn.
func clashing(cfg *config.Config) string {
	ed := cfg.Probing()
	season := plan.Season(*ed)
	if len(plan.Plan{}.Clash(season).Names) == 0 || planned.Size(season) > mostDrawn {
		return ""
	}
	return planned.Draw(ed).Clash(season).String()
}

// recognisable returns what a company could know openers by.
func recognisable(file string, cfg *config.Config) (all []finding) {
	for _, name := range slices.Sorted(maps.Keys(cfg.Channels)) {
		if cfg.Channels[name].Type != "email" {
			continue
		}
		openings, err := engine.Sample(cfg.Probing(), name, sampled)
		if err != nil {
			continue // the scenario's own fault, and said already
		}
		for _, mark := range email.Marks(openings, time.Now()) {
			all = append(all, finding{Level: "note", File: file, Key: "channels." + name, Text: "openers can be known by " + mark})
		}
	}
	return all
}

func findingsOf(level string, faults config.Faults) []finding {
	var all []finding
	for _, f := range faults {
		all = append(all, finding{Level: level, File: f.File, Line: f.Line, Key: f.Key, Text: f.Text})
	}
	return all
}

// list prints the findings, one a line.
func list(findings []finding, g *globals, out io.Writer) error {
	encode := json.NewEncoder(out)
	for _, f := range findings {
		if g.JSON {
			if err := encode.Encode(f); err != nil {
				return err
			}
			continue
		}
		at := config.Fault{File: f.File, Line: f.Line, Key: f.Key, Text: f.Text}
		if _, err := fmt.Fprintf(out, "%-8s %s\n", f.Level, at.Error()); err != nil {
			return err
		}
	}
	return nil
}

// durable tries the server that the ledger is on, if it is on one, and asks how
// durable it is there.
func durable(ctx context.Context, file string, cfg *config.Config) (all []finding) {
	if !cfg.Ledger.DSN.Postgres() {
		return nil
	}
	f := finding{Level: "note", File: file, Key: "ledger.dsn", Text: "connects, and what is written there will last"}
	risks, err := ledger.Risks(ctx, string(cfg.Ledger.DSN))
	if err != nil {
		risks = []string{strings.ReplaceAll(err.Error(), "\n", "; ")}
	}
	for _, risk := range risks {
		f.Level, f.Text = "fault", risk
		all = append(all, f)
	}
	if len(all) == 0 {
		all = append(all, f)
	}
	return all
}

// connect tries the ledger's server and every channel that can be tried.
func connect(ctx context.Context, file string, cfg *config.Config) []finding {
	all := append(durable(ctx, file, cfg), reachOpenID(ctx, file, cfg)...)
	for _, name := range slices.Sorted(maps.Keys(cfg.Channels)) {
		settings, ok := cfg.Channels[name].Settings.(*email.Config)
		if !ok {
			all = append(all, locate(ctx, file, cfg, name)...)
			continue
		}
		f := finding{Level: "note", File: file, Key: "channels." + name, Text: "connects, and logs in"}
		if err := tryChannel(ctx, *settings, tokenFile(cfg, name)); err != nil {
			f.Level, f.Text = "fault", strings.ReplaceAll(err.Error(), "\n", "; ")
		}
		all = append(all, f)
		all = append(all, sightings(ctx, file, cfg, name)...)
	}
	return all
}

// reachOpenID asks the provider at which people log in for its addresses, if there is one.
func reachOpenID(ctx context.Context, file string, cfg *config.Config) []finding {
	openID, err := openIDOf(cfg.Web.OpenID)
	if err != nil || openID.Provider == nil {
		return nil // what is wrong with its settings has been said
	}
	f := finding{Level: "note", File: file, Key: "web.openid.issuer", Text: "answers, and is who it is said to be"}
	if err := openID.Provider.Check(ctx); err != nil {
		f.Level, f.Text = "fault", strings.ReplaceAll(err.Error(), "\n", "; ")
	}
	return []finding{f}
}

// locate asks a channel that can be asked for each company's place. One that is
// not there is a fault; the first look that says that nothing can be known is the
// last.
func locate(ctx context.Context, file string, cfg *config.Config, name string) (all []finding) {
	find := func(level, key, format string, args ...any) {
		text := strings.ReplaceAll(fmt.Sprintf(format, args...), "\n", "; ")
		all = append(all, finding{Level: level, File: file, Key: key, Text: text})
	}
	door, err := fitter{cfg: cfg, clock: clockIn(cfg.Edition.Zone)}.one(name, cfg.Channels[name].Settings, nil)
	if err != nil {
		find("fault", "channels."+name, "%v", err)
		return all
	}
	defer func() { _ = stop(door) }()
	locator, ok := door.(channels.Locator)
	if !ok {
		return nil
	}
	there := 0
	for i, co := range cfg.Companies {
		reach := co.Reach[name]
		if reach == nil {
			continue
		}
		key := fmt.Sprintf("companies[%d].reach.%s", i, name)
		no, err := lookAtPlace(ctx, locator, reach.String())
		switch {
		case err == nil:
			there++
			if advice := advised(ctx, locator, reach.String()); advice != "" {
				find("warning", key, "%s: %s", co.ID, advice)
			}
		case errors.Is(err, errors.ErrUnsupported):
			find("note", key, "%s: %v", co.ID, err)
		case no.Sign == channels.SignFlow:
			find("fault", key, "%s: the way through %s has changed: %v", co.ID, reach, err)
		case no.Sign == channels.SignMissing:
			find("fault", key, "%s: %q is not there: %v", co.ID, reach, err)
		case no.Ours, no.Sign == channels.SignUnreachable, ctx.Err() != nil:
			find("fault", "channels."+name, "%v", err)
			return all
		default:
			find("warning", key, "%s: whether %q is there is not known: %v", co.ID, reach, err)
		}
	}
	find("note", "channels."+name, "%d of its places are there", there)
	return all
}

// Servers limit how often they are asked.
const (
	looks     = 3           // at one place, at most
	busyPause = time.Minute // between two, where the server does not say how long
)

// An adviser is a channel that knows what a company is to be asked about its place.
type adviser interface {
	Advise(ctx context.Context, reach string) (string, error)
}

// advised returns what a company is to be asked about its place; empty: nothing.
func advised(ctx context.Context, door channels.Locator, reach string) string {
	knows, ok := door.(adviser)
	if !ok {
		return ""
	}
	advice, err := knows.Advise(ctx, reach)
	if err != nil {
		return err.Error()
	}
	return advice
}

// lookAtPlace asks whether a place is there, and once more where the server wants us to
// wait. The refusal is what the error holds of one.
func lookAtPlace(ctx context.Context, door channels.Locator, reach string) (no channels.Refusal, err error) {
	for range looks {
		err = door.Locate(ctx, reach)
		var refused *channels.Refusal
		var deferred *channels.Deferral
		switch {
		case errors.As(err, &refused):
			return *refused, err
		case errors.As(err, &deferred):
			no = deferred.No
		default:
			return channels.Refusal{}, err
		}
		if no.Code != http.StatusTooManyRequests {
			return no, err
		}
		pause := busyPause
		var said *httpapi.Answer
		if errors.As(err, &said) && said.RetryAfter > 0 {
			pause = min(said.RetryAfter, busyPause)
		}
		select {
		case <-ctx.Done():
			return no, err
		case <-time.After(pause):
		}
	}
	no.Ours = false // it limits us, and lets others be asked
	return no, err
}

// roundTrips has every persona of every mail channel write to an address of its
// own, and says which of these messages came home. The season must hear there.
func (c checkCmd) roundTrips(ctx context.Context, file string, cfg *config.Config) (all []finding) {
	ed, at := cfg.Probing(), time.Now()
	secret, err := cfg.Secret()
	if err != nil {
		return []finding{{Level: "fault", File: file, Text: err.Error()}}
	}
	ed.Key = secret
	for _, name := range slices.Sorted(maps.Keys(cfg.Channels)) {
		settings, ok := cfg.Channels[name].Settings.(*email.Config)
		if !ok {
			continue
		}
		channel, err := email.New(*settings, email.Options{Timeout: 20 * time.Second, Tokens: tokenFile(cfg, name)})
		if err != nil {
			continue // said already
		}
		personas := ed.PersonasOn(name)
		var trips []channels.Opening
		for i, p := range personas {
			trip, err := engine.Preparer(channel.Prepare).RoundTrip(ed, p, at.Add(time.Duration(i)*time.Microsecond))
			if err != nil {
				return append(all, finding{Level: "fault", File: file, Key: "channels." + name, Text: p.Name + ": " + err.Error()})
			}
			trips = append(trips, trip)
		}
		for i, home := range channel.RoundTrips(ctx, trips, c.Within) {
			f := finding{Level: "note", File: file, Key: "channels." + name}
			f.Text, f.lost = c.homecoming(home, channel.Sources())
			if f.Text = personas[i].Name + ": " + f.Text; f.lost {
				f.Level = "fault"
			}
			all = append(all, f)
		}
	}
	return all
}

// homecoming says what became of a message to a persona of ours, and whether it is
// lost.
func (c checkCmd) homecoming(home email.Home, folders []string) (text string, lost bool) {
	switch {
	case home.Folder != "":
		return fmt.Sprintf("mail to %s came home to %s after %v", home.Address, home.Folder, home.After.Round(time.Millisecond)), false
	case home.Err != nil:
		return fmt.Sprintf("mail to %s is not known to have come home: %s", home.Address, strings.ReplaceAll(home.Err.Error(), "\n", "; ")), true
	}
	return fmt.Sprintf("mail to %s did not come home within %v: it is not in %s", home.Address, c.Within, strings.Join(folders, ", ")), true
}

// sightings are what receivers of a mail channel's openers see of its domains.
func sightings(ctx context.Context, file string, cfg *config.Config, name string) []finding {
	channel, err := email.New(*cfg.Channels[name].Settings.(*email.Config), email.Options{})
	if err != nil {
		return nil // said already
	}
	var domains []string
	for _, p := range cfg.Personas {
		if _, domain, ok := strings.Cut(p.Address, "@"); ok && p.Channel == name {
			domains = append(domains, domain)
		}
	}
	slices.Sort(domains)
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	var all []finding
	for _, f := range channel.CheckDomains(ctx, slices.Compact(domains), nil) {
		all = append(all, finding{Level: f.Level, File: file, Key: "channels." + name, Text: f.Text})
	}
	return all
}

func tryChannel(ctx context.Context, settings email.Config, tokens string) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	channel, err := email.New(settings, email.Options{Timeout: 20 * time.Second, Tokens: tokens})
	if err != nil {
		return err
	}
	return channel.Check(ctx)
}
