package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/email"
	"github.com/svartid/svartid/channels/hook"
	"github.com/svartid/svartid/cmd/svartid/internal/access"
	"github.com/svartid/svartid/cmd/svartid/internal/bar"
	"github.com/svartid/svartid/cmd/svartid/internal/inbound"
	"github.com/svartid/svartid/cmd/svartid/internal/privacy"
	"github.com/svartid/svartid/cmd/svartid/internal/public"
	"github.com/svartid/svartid/cmd/svartid/internal/publish"
	"github.com/svartid/svartid/cmd/svartid/internal/push"
	"github.com/svartid/svartid/config"
	"github.com/svartid/svartid/dashboards/board"
	"github.com/svartid/svartid/dashboards/board/phone"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/edition"
	"github.com/svartid/svartid/probes/engine"
	"github.com/svartid/svartid/probes/engine/clock"
	"github.com/svartid/svartid/probes/engine/flows"
	"github.com/svartid/svartid/probes/head"
	"github.com/svartid/svartid/probes/ledger"
	"github.com/svartid/svartid/probes/metrics"
	"github.com/svartid/svartid/probes/participation"
	"github.com/svartid/svartid/probes/progress"
	"github.com/svartid/svartid/probes/queue"
	"github.com/svartid/svartid/probes/report"
	"github.com/svartid/svartid/probes/signature"
)

// reloaded says how the last reading of the configuration went.
type reloaded struct {
	failed atomic.Bool
	at     atomic.Pointer[time.Time] // when it last went well; nil: it was read once
}

// A program is one edition with all that runs and shows it.
type program struct {
	edition  *edition.Edition
	channels map[string]any
	pace     engine.Timing
	push     time.Duration // between looks of the board for news; 0 = its default
	log      *slog.Logger
	hooks    *public.Hooks // what became of deliveries; nil = none are taken
	desk     *inbound.Desk // those that other replicas have taken; nil = there are none
	guard    *access.Guard // who was let in; nil = there is no listener yet

	// vantage looks whether hosts answer that are no company's; nil: there are none
	// to look at.
	vantage func(context.Context) []engine.Witness

	reload *reloaded        // how the configuration was last read; nil = once, well
	again  http.HandlerFunc // reads it again; nil = it is not read again

	// recovered is told what was found for a ledger that knows nothing of its
	// season; nil: it knows it.
	recovered func(context.Context, engine.Recovery) error

	// kept is where the ledger's heads are published (without a file: nowhere), and how
	// long what is personal in it is kept.
	kept        config.Ledger
	telephones  string         // the file of those that are told of prompts; empty: none is
	phones      *push.Registry // nil: none is
	evidenceKey []byte         // by which evidence is encrypted; empty: it is not

	newest int // fold of a newer svartid that is gone back from; zero: none is

	// byClass has metrics tell of classes, not of each company.
	byClass bool

	steady *clock.Steady // our own clock, as programs of this process before have held it
	engine *engine.Engine
	ledger *ledger.Ledger
	senses probes.SourceHealth
	loaded time.Time
	// toJudge are the letters that wait for a person.
	toJudge waitingList
	// decisions is how many there were of who is asked as the ledger was opened.
	decisions int
	rules     string // digest of those that the ledger is folded by
	access    access.Rules
	// hookNames are by what the internet may ask for the hooks, besides loopback.
	hookNames access.Names
}

// open opens the ledger.
func (p *program) open(ctx context.Context, dsn, rules string) error {
	p.loaded = time.Now()
	var err error
	opt := ledger.Options{
		Fold: probes.Rules(p.edition.Rules).Fold, Rules: rules, Under: folding(p.edition, rules), Key: p.evidenceKey,
		Newest: p.newest,
	}
	p.ledger, err = ledger.Open(progress.With(ctx, bar.In(p.log, time.Now)), dsn, opt)
	if err != nil {
		return err
	}
	p.rules = p.ledger.Rules()
	if p.edition, p.decisions, err = decided(ctx, p.ledger, p.edition); err != nil {
		return errors.Join(err, p.ledger.Close())
	}
	if p.telephones != "" {
		if p.phones, err = push.Open(p.telephones); err != nil {
			p.log.Warn("telephones are not told of prompts", "err", err)
			p.phones = nil
		}
	}
	if err := p.warnOfDigests(ctx); err != nil {
		return errors.Join(err, p.ledger.Close())
	}
	worded, err := p.ledger.Worded(ctx)
	if err != nil {
		return errors.Join(err, p.ledger.Close())
	}
	if worded > 0 {
		p.log.Warn("an earlier version has recorded words in the chains of contacts: they hold, and cannot be erased wholly", "contacts", worded)
	}
	return nil
}

// warnOfDigests tells what is wrong with the digests of the ledger's rows, and whether they
// were made just now.
func (p *program) warnOfDigests(ctx context.Context) error {
	if n := p.ledger.DigestsMade(); n > 0 {
		p.log.Warn("rows of an earlier version have got digests: what was changed in them before cannot be found any more", "rows", n)
	}
	faults, err := p.ledger.Undigested(ctx)
	for _, f := range faults {
		p.log.Error("the ledger was changed from outside: svartid verify tells what does not hold", "what", f.Error())
	}
	return err
}

// decidedAnew reports whether a person has decided anew who is asked, once for each
// time. Openers heed that at once; the plan and the pages with the next program.
func (p *program) decidedAnew(ctx context.Context) bool {
	n := p.decisions
	err := p.ledger.View(ctx, func(tx probes.Tx) (err error) {
		n, err = participation.Count(ctx, tx)
		return err
	})
	if err != nil || n == p.decisions {
		return false // a ledger that does not answer is told of by ready
	}
	p.decisions = n
	return true
}

// prepare makes the engine, which the handlers need too.
func (p *program) prepare() {
	p.engine = &engine.Engine{
		Edition: p.edition, Channels: p.channels, Ledger: p.ledger, Queue: queue.New(queue.Options{Log: p.log}),
		Log: p.log, Timing: p.pace, Health: &p.senses, Notify: p.notifier(), Recovered: p.recovered, Vantage: p.vantage,
		Steady: p.steady,
	}
}

// work runs the engine, erases what is too old, and publishes where the ledger stands,
// until ctx ends or the engine fails.
func (p *program) work(ctx context.Context) error {
	keeper := privacy.Keeper{
		Ledger: p.ledger, Evidence: p.kept.Retention.Evidence, Personal: p.kept.Retention.Personal, Log: p.log, Clock: time.Now,
	}
	nightly := flows.Checker{Edition: p.edition, Channels: p.channels, Ledger: p.ledger, Log: p.log}
	desk := func(ctx context.Context) { p.desk.Run(ctx, p.channels) }
	beside := []func(context.Context){keeper.Run, p.findWaiting, nightly.Run, desk}
	if p.phones != nil {
		sender := push.Sender{
			Registry: p.phones, Ledger: p.ledger, Edition: p.edition,
			Slot: cmp.Or(p.pace.Prompt, time.Hour), Log: p.log, Clock: time.Now, May: p.access.Prompts,
		}
		beside = append(beside, sender.Run)
	}
	if p.kept.HeadsFile != "" {
		publisher, err := p.publisher()
		if err != nil {
			return err
		}
		beside = append(beside, publisher.Run)
	}
	ctx, end := context.WithCancel(ctx)
	var working sync.WaitGroup
	for _, run := range beside {
		working.Go(func() { run(ctx) })
	}
	err := p.engine.Run(ctx)
	end()
	working.Wait()
	return errors.Join(err, stop(slices.Collect(maps.Values(p.channels))...))
}

// publisher publishes the heads of the ledger.
func (p *program) publisher() (*publish.Publisher, error) {
	key, err := signature.NewKey(p.edition.Key, p.edition.Name)
	if err != nil {
		return nil, err
	}
	out := &publish.Publisher{
		Ledger: p.ledger, Maker: head.Maker{Edition: p.edition.Name, Key: key}, File: p.kept.HeadsFile,
		At: p.kept.HeadsAt, Zone: p.edition.Zone(), Log: p.log, Clock: time.Now,
	}
	if send := p.mailer(); send != nil && len(p.kept.HeadsTo) > 0 {
		out.Send = func(ctx context.Context, subject, text string) error {
			return send(ctx, p.kept.HeadsTo, email.Note{Subject: subject, Text: text})
		}
	}
	return out, nil
}

// collector shows the ledger to Prometheus.
func (p *program) collector() *metrics.Collector {
	return &metrics.Collector{
		Log:    p.log,
		Ledger: p.ledger, Edition: p.edition, Health: &p.senses, Sources: p.sources(),
		Clock: time.Now, Build: build(), Loaded: p.loaded, Hooks: p.deliveries, Stale: p.stale,
		Reread: p.reread, StandbyMissing: p.ledger.StandbyMissing, ByClass: p.byClass,
		Guarded: p.guarded,
	}
}

// guarded returns what became of logins, and of requests that were refused.
func (p *program) guarded() (tries []metrics.LoginCount, refused map[string]int) {
	if p.guard == nil {
		return nil, nil
	}
	logins, reasons := p.guard.Counted()
	for _, l := range access.Logins() {
		tries = append(tries, metrics.LoginCount{By: l.By, Outcome: string(l.Outcome), Count: logins[l]})
	}
	refused = map[string]int{}
	for why, count := range reasons {
		refused[string(why)] = count
	}
	return tries, refused
}

// stale reports whether the configuration has changed to one that cannot be
// used.
func (p *program) stale() bool { return p.reload != nil && p.reload.failed.Load() }

// reread returns when the configuration was last read well; zero: once.
func (p *program) reread() time.Time {
	if p.reload == nil {
		return time.Time{}
	}
	if at := p.reload.at.Load(); at != nil {
		return *at
	}
	return time.Time{}
}

// deliveries returns what became of those to a channel, or to none if it has no
// name; nil if it takes none.
func (p *program) deliveries(channel string) map[hook.Code]int {
	_, takes := p.channels[channel].(channels.Hooked)
	if p.hooks == nil || !takes && (channel != "" || !public.Hooked(p.channels)) {
		return nil
	}
	counts := map[hook.Code]int{}
	for _, code := range hook.Codes() {
		counts[code] = 0
	}
	maps.Copy(counts, p.hooks.Counted(channel))
	return counts
}

// awaitHooks returns once every channel that is told over HTTP listens, so that
// what was delivered over a change of the configuration is not refused; after 10 s
// it returns in any case.
func (p *program) awaitHooks(ctx context.Context) {
	const longest, look = 10 * time.Second, 20 * time.Millisecond
	for late := time.Now().Add(longest); time.Now().Before(late) && ctx.Err() == nil; time.Sleep(look) {
		up := p.senses.Tried()
		deaf := false
		for name, channel := range p.channels {
			listener, listens := channel.(channels.Listener)
			if _, hooked := channel.(channels.Hooked); !hooked || !listens {
				continue
			}
			for _, source := range listener.Sources() {
				deaf = deaf || !up[probes.Source{Channel: name, Name: source}]
			}
		}
		if !deaf {
			return
		}
	}
}

// board shows the ledger to operators.
func (p *program) board(ranking *report.Ranking) *board.Board {
	b := &board.Board{
		Ledger: p.ledger, Edition: p.edition, Clock: time.Now, Every: p.push,
		Health: &p.senses, Sources: p.sources(), Slot: p.pace.Prompt,
		Tap: p.engine.Report, Untap: p.engine.Unreport, Judge: p.engine.Judge, Unjudge: p.engine.Unjudge,
		Decide: p.engine.Decide, Prompt: p.prompt,
		Standings: standing(ranking), Review: p.waiting,
		Accessed: p.ledger.Access, Stale: p.stale,
	}
	if p.phones != nil {
		b.PushKey = p.phones.Key()
		b.Subscribe = func(_ context.Context, who board.Visitor, to phone.Subscription) error {
			return p.phones.Subscribe(who, to)
		}
	}
	return b
}

// prompt returns what a person needs to send an opener of a channel.
func (p *program) prompt(channel string, o channels.Opening) (channels.Prompt, bool) {
	prompter, ok := p.channels[channel].(channels.Prompter)
	if !ok {
		return channels.Prompt{}, false
	}
	return prompter.Prompt(o)
}

// standing returns what tells the standing of a class, by the rules as they are now.
func standing(ranking *report.Ranking) func(context.Context, string) (board.ClassView, error) {
	return func(ctx context.Context, class string) (board.ClassView, error) {
		c, err := ranking.Class(ctx, class)
		view := board.ClassView{
			Policy: c.Policy, At: time.Now(), Standings: c.Standings,
			Sensitivity: &c.Sensitivity, Waiting: c.Waiting, Dropped: c.Dropped, Elsewhere: map[string]string{},
		}
		for _, e := range c.Elsewhere {
			view.Elsewhere[e.Company] = e.Ranked
		}
		return view, err
	}
}

// sources returns what each channel listens to, its canary too.
func (p *program) sources() map[string][]string {
	all := map[string][]string{}
	for name, channel := range p.channels {
		all[name] = nil
		if listener, ok := channel.(channels.Listener); ok {
			all[name] = listener.Sources()
		}
		if canary, ok := channel.(channels.Canary); ok && canary.HasCanary() {
			all[name] = append(all[name], channels.CanarySource)
		}
	}
	return all
}

// timingOf returns the engine's times as the configuration has them.
func timingOf(t config.Timing) engine.Timing {
	return engine.Timing{
		Plan: t.Plan, Horizon: t.Horizon, Open: t.Open, Drain: t.Drain, Settle: t.Settle, Lost: t.Lost,
		Grace: t.Grace, Again: t.Again, Prompt: t.Prompt, Seen: t.Seen, Canary: t.Canary, Step: t.Step,
		Retry: t.Reconnect, RetryTo: t.ReconnectMost, Follow: t.Follow, Typing: t.Typing,
	}
}

// mailer sends a note to each of some addresses, from the domain of the first
// persona that has an address; nil if there is no mail channel.
func (p *program) mailer() func(ctx context.Context, to []string, note email.Note) error {
	for _, persona := range p.edition.Personas {
		mail, ok := p.channels[persona.Channel].(*email.Channel)
		_, domain, _ := strings.Cut(persona.Address, "@")
		if !ok || domain == "" {
			continue
		}
		return func(ctx context.Context, to []string, note email.Note) error {
			var failed []error
			for _, note.To = range to {
				note.From = "svartid@" + domain
				failed = append(failed, mail.SendNote(ctx, note))
			}
			return errors.Join(failed...)
		}
	}
	return nil
}

// notifier tells shoppers by mail that a prompt is due; nil if there is no mail
// channel. The letter says what to do and no more than the queue shows.
func (p *program) notifier() func(context.Context, channels.Prompt) error {
	send := p.mailer()
	if send == nil {
		return nil
	}
	return func(ctx context.Context, prompt channels.Prompt) error {
		return send(ctx, prompt.Notify, email.Note{Subject: "svartid: " + prompt.How, Text: promptText(prompt)})
	}
}

// promptText is what a shopper is told.
func promptText(p channels.Prompt) string {
	text := fmt.Sprintf("%s: %s\n\n%s\n", p.How, p.Link, p.Text)
	if p.Typed != "" {
		text += "\nE-mail: " + p.Typed + "\n"
	}
	return text
}
