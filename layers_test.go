package svartid_test

import (
	"fmt"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/svartid/svartid"

// A layer is one or more folders, and what they may import besides the
// standard library. The first layer that fits a folder is its own. A pattern
// is a path in which * is one name; one that ends in /... takes what lies
// below as well.
type layer struct {
	folders []string
	ours    []string // packages of this module
	never   []string // of ours and of the standard library: not these
	others  []string // packages of other modules, and guarded ones of the standard library
}

// pure are decisions: values in, values out.
var pure = []string{
	"probes/calendar", "probes/plan", "probes/reading", "probes/reading/message", "probes/reading/match", "probes/reading/fingerprint",
	"probes/fairness", "probes/fairness/survival", "probes/edition", "probes/fault", "probes/progress",
	"probes/naming",
}

// shared is what every channel may lean on.
var shared = []string{"channels", "channels/hook", "channels/httpapi"}

// doubles stand in for companies, servers and ledgers, in tests and the demo.
var doubles = []string{"channels/simulated/...", "channels/channeltest/..."}

// layers is the whole of who may know whom. Neighbours that are in no list are
// strangers: a channel to the next channel, a view of the ledger to another.
func layers() []layer {
	mail := []string{
		"github.com/emersion/go-imap/v2/...", "github.com/emersion/go-smtp/...",
		"github.com/emersion/go-sasl/...", "github.com/emersion/go-message/...", "github.com/emersion/go-msgauth/...",
	}
	// What the probes' contracts carry: an event holds a reading, a probe its ticks.
	carried := append([]string{"probes", "channels"}, pure...)
	// What those need that show it to people.
	told := append([]string{"probes/report", "probes/review"}, carried...)
	return []layer{
		{folders: []string{"channels"}},
		// What channels share that are told over HTTP, or that ask over it.
		{folders: []string{"channels/hook", "channels/httpapi"}, ours: []string{"channels"}},
		{folders: []string{"channels/email"}, ours: []string{"channels", "channels/email/internal/*"}, others: mail},
		{folders: []string{"channels/email/internal/header", "channels/email/internal/spf"}},
		{folders: []string{"channels/email/internal/dsn"}, ours: []string{"channels/email/internal/header"}},
		{folders: []string{"channels/email/internal/oauth"}, ours: []string{"channels"}, others: []string{
			"golang.org/x/oauth2/...", "github.com/emersion/go-sasl/...", "golang.org/x/sys/unix",
		}},
		{folders: []string{"channels/email/internal/imapconn"}, ours: []string{"channels/email/internal/oauth"}, others: []string{
			"github.com/emersion/go-imap/v2",
		}},
		{folders: []string{"channels/email/internal/marks"}, ours: []string{"channels/email/internal/header"}},
		{folders: []string{"channels/email/internal/letter"}, ours: []string{"channels", "channels/email/internal/header"}, others: []string{
			"golang.org/x/net/idna", "github.com/emersion/go-msgauth/dkim",
		}},
		// A way through a page: its language, how its messages are told apart, and the browser.
		{folders: []string{"channels/browser/flow"}, others: []string{"go.yaml.in/yaml/v4/..."}},
		{folders: []string{"channels/browser/transcript", "channels/browser/robots"}},
		{folders: []string{"channels/browser/sessions"}, ours: []string{"channels"}},
		{folders: []string{"channels/browser/page"}, ours: []string{"channels/browser/flow"}, others: []string{"github.com/chromedp/cdproto/..."}},
		{folders: []string{"channels/browser"}, ours: []string{"channels", "channels/browser/*"}},
		// The two that play the other side of every channel.
		{folders: doubles, ours: []string{"channels/..."}, others: append([]string{"github.com/coder/websocket/..."}, mail...)},
		{folders: []string{"channels/*"}, ours: shared, others: []string{"github.com/coder/websocket/..."}},

		{folders: []string{"probes/calendar"}, others: []string{"github.com/robfig/cron/v3"}},
		{folders: []string{"probes/edition"}, ours: []string{"channels", "probes/calendar", "probes/reading", "probes/reading/match", "probes/fairness"}},
		{folders: []string{"probes/plan"}, ours: []string{"probes/calendar", "probes/edition"}},
		{folders: []string{"probes/reading/internal/model"}},
		{folders: []string{"probes/reading/train"}, ours: []string{
			"probes/reading", "probes/reading/message", "probes/reading/internal/model",
		}},
		{folders: []string{"probes/reading/measure"}, ours: []string{"probes/reading", "probes/reading/message", "probes/fairness"}},
		// From words to the letter, to what is known of it, to what it is.
		{folders: []string{"probes/reading/lexicon"}, others: []string{"golang.org/x/text/..."}},
		{folders: []string{"probes/reading/message"}, ours: []string{"probes/reading/lexicon"}, others: []string{
			"github.com/emersion/go-message/...", "golang.org/x/net/html/...", "golang.org/x/text/...",
		}},
		{folders: []string{"probes/fault"}, ours: []string{"channels"}},
		{folders: []string{"probes/reading/match", "probes/reading/fingerprint"}, ours: []string{
			"probes/reading/lexicon", "probes/reading/message",
		}},
		{folders: []string{"probes/reading"}, ours: []string{
			"probes/reading/lexicon", "probes/reading/message", "probes/reading/fingerprint", "probes/reading/internal/model",
		}},
		{folders: []string{"probes/fairness/survival"}, others: []string{"gonum.org/v1/gonum/..."}},
		{folders: []string{"probes/fairness"}, ours: []string{"probes/calendar", "probes/fairness/survival"}, others: []string{"gonum.org/v1/gonum/..."}},
		{
			folders: []string{"probes"}, ours: append([]string{"channels"}, pure...),
		},
		{folders: []string{"probes/rehearsal"}, ours: pure},
		{folders: []string{"probes/naming"}, others: []string{"golang.org/x/text/cases", "golang.org/x/text/unicode/norm"}},
		// What is published, and signed.
		{folders: []string{"probes/signature", "probes/progress"}},
		{folders: []string{"probes/head"}, ours: []string{"channels", "probes", "probes/signature", "probes/participation"}},
		{folders: []string{"docs", "docs/bench", "docs/growth"}},
		{folders: []string{"probes/engine/simulation"}}, // tests alone
		{folders: []string{"probes/engine/clock"}, ours: []string{"channels", "probes"}},
		{folders: []string{"probes/engine/idle"}, ours: []string{"channels", "probes"}},
		{folders: []string{"probes/engine/parsed"}, ours: carried},
		{folders: []string{"probes/engine/flows"}, ours: carried},
		{folders: []string{"probes/engine/twice"}, ours: []string{"probes/reading/message"}},
		{folders: []string{"probes/engine"}, ours: append([]string{
			"probes/engine/clock", "probes/engine/idle", "probes/engine/parsed", "probes/engine/twice", "probes/centre", "probes/participation",
		}, carried...), others: []string{"golang.org/x/sync/errgroup", "golang.org/x/time/rate"}},

		{folders: []string{"probes/ledger/internal/paper"}, others: []string{"filippo.io/age", "github.com/klauspost/compress/zstd"}},
		{folders: []string{"probes/ledger/internal/dialect"}},
		{folders: []string{"probes/ledger/internal/seal"}},
		{folders: []string{"probes/ledger/internal/schema"}},
		{folders: []string{"probes/ledger/internal/version"}},
		{folders: []string{"probes/ledger/internal/commit"}, others: []string{"database/sql/..."}},
		{folders: []string{"probes/ledger/internal/tables"}, ours: []string{"probes/progress"}, others: []string{"database/sql/..."}},
		{folders: []string{"probes/ledger/internal/postgres"}, ours: []string{"probes/ledger/internal/dialect", "probes/ledger/internal/version"}, others: []string{
			"database/sql/...", "github.com/jackc/pgx/v5/...",
		}},
		{folders: []string{"probes/ledger"}, ours: append([]string{"probes/ledger/internal/*"}, carried...), others: []string{
			"database/sql/...", "modernc.org/sqlite/...", "github.com/pressly/goose/v3/...",
			"golang.org/x/sys/unix",
		}},
		{folders: []string{"probes/ledger/inbox"}, ours: []string{"probes/ledger/internal/paper", "probes/ledger/internal/postgres"}},
		{folders: []string{"probes/ledger/ledgertest"}, ours: append([]string{"probes/ledger"}, carried...)},
		{folders: []string{"probes/queue"}, ours: []string{"probes"}},
		{folders: []string{"probes/metrics"}, ours: append([]string{"channels/hook", "probes/field"}, carried...), others: []string{
			"github.com/prometheus/client_golang/...", "github.com/prometheus/client_model/go", "github.com/prometheus/common/expfmt",
			"google.golang.org/protobuf/proto", "google.golang.org/protobuf/encoding/protowire", "github.com/klauspost/compress/gzip",
		}},
		{folders: []string{"probes/centre"}, ours: carried},
		{folders: []string{"probes/review"}, ours: append([]string{"probes/field"}, carried...)},
		{folders: []string{"probes/field"}, ours: append([]string{"probes/participation"}, carried...)},
		{folders: []string{"probes/participation"}, ours: carried},
		{folders: []string{"probes/report/person"}},
		{folders: []string{"probes/report"}, ours: append([]string{"probes/review", "probes/field", "probes/report/person"}, carried...), never: []string{"net/http/..."}, others: []string{
			"golang.org/x/text/feature/plural", "golang.org/x/text/language", "golang.org/x/text/message/...",
		}},
		{folders: []string{"probes/report/planned"}, ours: told},
		{folders: []string{"probes/report/participant", "probes/report/integrity"}, ours: told},
		{folders: []string{"probes/result"}, ours: append([]string{
			"probes/participation",
			"probes/export", "probes/head", "probes/signature", "probes/report/participant",
		}, told...)},
		{folders: []string{"probes/export"}, ours: told, others: []string{"github.com/parquet-go/parquet-go/..."}},

		{
			folders: []string{"config"}, ours: append([]string{"channels/*", "config/sheet"}, carried...), never: doubles,
			others: []string{"go.yaml.in/yaml/v4/...", "github.com/invopop/jsonschema"},
		},
		{folders: []string{"config/sheet"}, others: []string{"golang.org/x/text/encoding/..."}},
		{folders: []string{"dashboards"}},
		// What the board decides, on values alone.
		{folders: []string{"dashboards/board/phone", "dashboards/board/schedule", "dashboards/board/worklist"}},
		{folders: []string{"dashboards/board"}, ours: append([]string{"probes/participation", "dashboards/board/*"}, told...), others: []string{"golang.org/x/text/language", "golang.org/x/text/collate"}},
		// Who may reach what: a decision, with a thin handler before the board.
		{folders: []string{"cmd/svartid/internal/openid"}, ours: []string{"channels"}, others: []string{
			"github.com/coreos/go-oidc/v3/oidc", "golang.org/x/oauth2",
		}},
		{folders: []string{"cmd/svartid/internal/openid/openidtest"}, others: []string{"github.com/go-jose/go-jose/v4"}},
		{folders: []string{"cmd/svartid/internal/access"}, ours: []string{"dashboards/board", "probes/naming", "cmd/svartid/internal/openid"}, others: []string{
			"github.com/alexedwards/scs/v2/...", "golang.org/x/crypto/bcrypt", "golang.org/x/time/rate",
		}},
		{
			folders: []string{"cmd/..."}, ours: []string{"..."},
			never: []string{"channels/channeltest/...", "probes/ledger/ledgertest", "cmd/svartid/internal/openid/openidtest"},
			others: []string{
				"github.com/alecthomas/kong/...", "github.com/prometheus/...", "github.com/KimMachineGun/automemlimit/...",
				"github.com/coreos/go-systemd/v22/...", "github.com/SherClockHolmes/webpush-go",
				"github.com/schollz/progressbar/v3", "golang.org/x/term", "golang.org/x/text/unicode/norm",
				"golang.org/x/sync/errgroup", "golang.org/x/time/rate",
			},
		},
		{folders: []string{"."}},
	}
}

// guarded are packages of the standard library that a layer has to be allowed
// by name.
var guarded = []string{"database/sql/..."}

// TestLayers reads the imports of every package, as it is built: what tests
// import is theirs to decide.
func TestLayers(t *testing.T) {
	imports, err := readImports(".")
	if err != nil {
		t.Fatal(err)
	}
	if len(imports) < 15 {
		t.Fatalf("got %d packages; is this the module's root?", len(imports))
	}
	for _, fault := range strangers(imports) {
		t.Error(fault)
	}
}

// TestLayersRefuse makes arrows up that must not be there, and some that may.
func TestLayersRefuse(t *testing.T) {
	for _, tt := range []struct{ name, from, to, want string }{
		{"a channel knows the contract", "channels/email", module + "/channels", ""},
		{"a channel knows no sibling", "channels/email", module + "/channels/webhook", "channels/email may not import channels/webhook"},
		{"a letter knows no server", "channels/email/internal/letter", "github.com/emersion/go-smtp", "channels/email/internal/letter may not import github.com/emersion/go-smtp"},
		{"a connection writes no letters", "channels/email/internal/imapconn", module + "/channels/email/internal/letter", "channels/email/internal/imapconn may not import channels/email/internal/letter"},
		{"a new channel needs no new line", "channels/pigeon", module + "/channels", ""},
		{"nor knows it the engine", "channels/pigeon", module + "/probes", "channels/pigeon may not import probes"},
		{"the simulated world knows channels", "channels/simulated", module + "/channels/email", ""},
		{"a channel leans on what channels share", "channels/chatwoot", module + "/channels/httpapi", ""},
		{"what channels share knows no channel", "channels/hook", module + "/channels/webhook", "channels/hook may not import channels/webhook"},
		{"the two packages that channels share do not import each other", "channels/hook", module + "/channels/httpapi", "channels/hook may not import channels/httpapi"},
		{"the contract imports no other layer", "channels", module + "/probes/calendar", "channels may not import probes/calendar"},
		{"a decision reads no database", "probes/plan", "database/sql", "probes/plan may not import database/sql"},
		{"a decision knows no domain", "probes/reading", module + "/probes", "probes/reading may not import probes"},
		{"a letter knows no reading", "probes/reading/message", module + "/probes/reading", "probes/reading/message may not import probes/reading"},
		{"words know no letter", "probes/reading/lexicon", module + "/probes/reading/message", "probes/reading/lexicon may not import probes/reading/message"},
		{"the engine writes no SQL", "probes", "database/sql", "probes may not import database/sql"},
		{"the engine knows no metrics", "probes", "github.com/prometheus/client_golang/prometheus", "probes may not import github.com/prometheus/client_golang/prometheus"},
		{"the engine knows no ledger", "probes", module + "/probes/ledger", "probes may not import probes/ledger"},
		{"the domain knows no engine", "probes", module + "/probes/engine", "probes may not import probes/engine"},
		{"the engine knows no ledger either", "probes/engine", module + "/probes/ledger", "probes/engine may not import probes/ledger"},
		{"nor a view the engine", "probes/metrics", module + "/probes/engine", "probes/metrics may not import probes/engine"},
		{"the ledger knows no sibling", "probes/ledger", module + "/probes/queue", "probes/ledger may not import probes/queue"},
		{"the queue knows no ledger", "probes/queue", module + "/probes/ledger", "probes/queue may not import probes/ledger"},
		{"YAML stays in config", "channels/email", "go.yaml.in/yaml/v4", "channels/email may not import go.yaml.in/yaml/v4"},
		{"the engine knows no HTTP", "probes", module + "/channels/hook", "probes may not import channels/hook"},
		{"mail stays in mail", "probes/metrics", "github.com/emersion/go-smtp", "probes/metrics may not import github.com/emersion/go-smtp"},
		{"the report knows the domain", "probes/report", module + "/probes", ""},
		{"the report knows no ledger", "probes/report", module + "/probes/ledger", "probes/report may not import probes/ledger"},
		{"the report writes no SQL", "probes/report", "database/sql", "probes/report may not import database/sql"},
		{"the report serves no pages", "probes/report", "net/http", "probes/report may not import net/http"},
		{"exports tell what the report does", "probes/export", module + "/probes/report", ""},
		{"metrics tell figures alone", "probes/metrics", module + "/probes/report", "probes/metrics may not import probes/report"},
		{"the board tells what the report does", "dashboards/board", module + "/probes/report", ""},
		{"the board knows the domain", "dashboards/board", module + "/probes", ""},
		{"the board knows no ledger", "dashboards/board", module + "/probes/ledger", "dashboards/board may not import probes/ledger"},
		{"a name that only begins alike", "probes/calendar", "github.com/robfig/cron/v3x", "probes/calendar may not import github.com/robfig/cron/v3x"},
		{"main knows everyone", "cmd/svartid", module + "/probes/queue", ""},
		{"the demo plays companies", "cmd/svartid", module + "/channels/simulated", ""},
		{"no program ships a test double", "cmd/svartid", module + "/channels/channeltest", "cmd/svartid may not import channels/channeltest"},
		{"config knows each channel", "config", module + "/channels/webhook", ""},
		{"config knows no simulation", "config", module + "/channels/simulated", "config may not import channels/simulated"},
		{"main writes no SQL", "cmd/svartid", "modernc.org/sqlite", "cmd/svartid may not import modernc.org/sqlite"},
		{"the library is free", "probes/plan", "crypto/sha256", ""},
		{"a folder of no layer", "util", "fmt", "util belongs to no layer"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := strings.Join(strangers(map[string][]string{tt.from: {tt.to}}), "; ")
			if got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// strangers returns what is wrong with the imports, by folder.
func strangers(imports map[string][]string) []string {
	var faults []string
	for from, targets := range imports {
		here, ok := layerOf(from)
		if !ok {
			faults = append(faults, from+" belongs to no layer")
			continue
		}
		for _, to := range targets {
			if !here.may(to) {
				to = strings.TrimPrefix(to, module+"/")
				faults = append(faults, fmt.Sprintf("%s may not import %s", from, to))
			}
		}
	}
	slices.Sort(faults)
	return faults
}

// layerOf returns the layer of a folder.
func layerOf(folder string) (layer, bool) {
	for _, l := range layers() {
		if fits(l.folders, folder) {
			return l, true
		}
	}
	return layer{}, false
}

// may reports whether the layer may import a package.
func (l layer) may(to string) bool {
	if to == module {
		return false
	}
	if ours, ok := strings.CutPrefix(to, module+"/"); ok {
		return fits(l.ours, ours) && !fits(l.never, ours)
	}
	first, _, _ := strings.Cut(to, "/")
	if standard := !strings.Contains(first, "."); standard && !fits(guarded, to) && !fits(l.never, to) {
		return true
	}
	return fits(l.others, to)
}

// fits reports whether a path is like one of the patterns.
func fits(patterns []string, name string) bool {
	for _, pattern := range patterns {
		if pattern == "..." {
			return true
		}
		if below, ok := strings.CutSuffix(pattern, "/..."); ok && (name == below || strings.HasPrefix(name, below+"/")) {
			return true
		}
		if ok, err := path.Match(pattern, name); ok && err == nil {
			return true
		}
	}
	return false
}

// readImports returns what the packages below root import, by folder, on any
// platform. Tests, testdata and folders that begin with a dot or an underscore
// are left out.
func readImports(root string) (map[string][]string, error) {
	imports := map[string][]string{}
	err := filepath.WalkDir(root, func(file string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := entry.Name()
		if entry.IsDir() {
			if file != root && (strings.ContainsAny(name[:1], "._") || name == "testdata" || name == "node_modules") {
				return fs.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return nil
		}
		found, err := importsOf(file)
		if err != nil {
			return err
		}
		folder := filepath.ToSlash(filepath.Dir(file))
		imports[folder] = slices.Compact(slices.Sorted(slices.Values(append(imports[folder], found...))))
		return nil
	})
	return imports, err
}

// importsOf returns what one file imports.
func importsOf(file string) ([]string, error) {
	parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
	if err != nil {
		return nil, fmt.Errorf("read imports: %w", err)
	}
	var imports []string
	for _, spec := range parsed.Imports {
		to, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			return nil, fmt.Errorf("read imports of %s: %w", file, err)
		}
		imports = append(imports, to)
	}
	return imports, nil
}
