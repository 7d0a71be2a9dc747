package board

import (
	"context"
	"embed"
	"net/http"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/dashboards/board/phone"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/edition"
	"github.com/svartid/svartid/probes/fairness"
	"github.com/svartid/svartid/probes/participation"
	"github.com/svartid/svartid/probes/plan"
	"github.com/svartid/svartid/probes/report"
	"github.com/svartid/svartid/probes/review"
)

//go:embed page
var pages embed.FS

// A Board serves the pages. Fill the fields, then Mount it once.
type Board struct {
	Ledger  probes.Ledger
	Edition *edition.Edition
	Clock   func() time.Time // nil = time.Now
	Every   time.Duration    // between looks for something to push. 0 = 5 seconds

	Health  *probes.SourceHealth // which sources are heard right now; nil: not known
	Sources map[string][]string  // what each channel listens to
	Slot    time.Duration        // for a person to send a prompt, from its slot, as engine.Timing has it. 0 = 1 hour

	// Tap notes a person's tap. Its error wraps probes.ErrTap if the tap does
	// not fit, probes.ErrNoContact if there is none. Nil: there are no buttons.
	Tap func(context.Context, probes.ManualReport) error
	// Judge takes a person's words on arrivals, on all or on none. Its error wraps what
	// probes.Judgement can lack. Nil: nothing can be judged.
	Judge func(context.Context, ...probes.Judgement) error
	// Decide takes a person's decision on who is asked. Its error wraps
	// participation.ErrAct if it cannot be decided so. Nil: nothing can be decided.
	Decide func(context.Context, participation.Act) error
	// Prompt returns what a person needs to send an opener; false if none
	// has to. Nil: prompts show what the ledger knows alone.
	Prompt func(channel string, o channels.Opening) (channels.Prompt, bool)
	// Review returns the letters of contacts that wait for a person, those first on
	// which most hangs. Nil: what is doubtful, the earliest first.
	Review func(context.Context) ([]review.Item, error)
	// Accessed records that someone sees the names in letters. Nil: they are never shown.
	Accessed func(context.Context, probes.Access) error
	// Unjudge takes back what a person has last said of arrivals. Its error wraps
	// probes.ErrRetraction if it is another person's. Nil: nothing can be taken back.
	Unjudge func(context.Context, ...probes.Judgement) error
	// Untap takes a person's tap back, for a minute. Its error wraps
	// probes.ErrRetraction if it cannot be. Nil: no tap can.
	Untap func(context.Context, probes.ManualReport) error
	// Stale reports whether the configuration has changed to one that cannot be used, or
	// that differs from the ledger so that a person has to accept it. Nil: it is not known.
	Stale func() bool
	// Planned returns the contacts of the edition's plan, by time. Nil: the plan page shows
	// what the ledger has alone.
	Planned func() []plan.Contact
	// PushKey is the public key, as browsers take it, by which telephones are told when
	// a prompt is due; empty: they cannot be.
	PushKey string
	// Subscribe keeps a telephone that is to be told of a visitor's prompts. Nil: none is.
	Subscribe func(context.Context, Visitor, phone.Subscription) error
	// Standings returns the standing of a class. Nil: they are not computed.
	Standings func(ctx context.Context, class string) (ClassView, error)

	cache   cache
	backlog backlogCache
	undos   undoList

	entrants report.Entrants

	themes []*theme
	static map[string]asset
}

// A ClassView is the standing of one class, and what it owes to the rules.
type ClassView struct {
	Policy      fairness.Policy // by which it is scored
	At          time.Time
	Standings   []fairness.Standing   // ranked ones first, best first
	Sensitivity *fairness.Sensitivity // nil: not tried
	Waiting     []string              // contacts whose amendment waits for a second person, by id
	Dropped     []report.Dropped      // what the plan of the start asks the class and is not asked any more
	Elsewhere   map[string]string     // the class of companies that are ranked in that of the start, by id
}

// Mount adds the board's routes to a mux. Pages that stay open end with ctx. The
// board does whatever it is asked: who may ask, and whether a form is one of its
// own, is for what stands before it to decide.
func (b *Board) Mount(ctx context.Context, mux *http.ServeMux) {
	b.static = assets()
	b.themes = b.newThemes()
	for route, page := range map[string]pageFunc{
		"GET /{$}":             b.overview,
		"GET /classes/{class}": b.class,
		"GET /companies/{id}":  b.company,
		"GET /contacts/{id}":   b.contact,
		"GET /queue":           b.queue,
		"GET /eyes":            b.health,
		"GET /plan":            b.plan,
		"GET /login":           b.login,
	} {
		mux.HandleFunc(route, b.show(page))
	}
	mux.HandleFunc("GET /events", func(w http.ResponseWriter, r *http.Request) { b.events(ctx, w, r) })
	for route, page := range b.movingPages() {
		mux.HandleFunc(route, b.follow(ctx, page))
	}
	for name, a := range b.static {
		mux.HandleFunc("GET /"+name, a.serve)
	}
	for route, act := range map[string]actFunc{
		"POST /queue/taps":       b.tap,
		"POST /queue/judgements": b.judge,
		"POST /queue/name":       b.name,
		"POST /queue/push":       b.subscribe,

		"POST /queue/taps/undo":       b.untap,
		"POST /queue/judgements/undo": b.unjudge,

		"POST /companies/{id}/decisions": b.decide,
	} {
		mux.Handle(route, b.act(act))
	}
}

func (b *Board) now() time.Time {
	if b.Clock != nil {
		return b.Clock()
	}
	return time.Now()
}

func (b *Board) every() time.Duration {
	if b.Every == 0 {
		return 5 * time.Second
	}
	return b.Every
}

// zone is the one in which the pages tell the time.
func (b *Board) zone() *time.Location {
	if zone := b.Edition.Rules.Calendar.Zone; zone != nil {
		return zone
	}
	return time.UTC
}

// nameOf returns what a company is called; its id if it has left the edition.
func (b *Board) nameOf(id string) string {
	if co, ok := b.Edition.Company(id); ok {
		return co.Name
	}
	return id
}
