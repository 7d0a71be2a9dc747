package simulation_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/channeltest"
)

// errKilled is what a process that is gone would have been told.
var errKilled = errors.New("the process is gone")

// A line is a channel as the engine is given it: the fake, whose companies act as the
// seed has it. What it keeps is known without the engine.
type line struct {
	*channeltest.Fake
	world *world
	name  string

	mu    sync.Mutex
	tries map[string]int         // by attempt
	came  map[string]letter      // by the key of the arrival, once it has come
	acts  map[string]performance // by attempt
}

// A letter is one that a company or a stranger sent.
type letter struct {
	attempt string // that it answers; empty: a stranger's
	kind    letterKind
	at      time.Time // when it came
}

// A letterKind is what a letter is.
type letterKind string

// The kinds of letters that are sent.
const (
	answers   letterKind = "answer"
	confirms  letterKind = "acknowledgement"
	deflects  letterKind = "deflection"
	isAway    letterKind = "absence"
	unrelated letterKind = "unrelated"
)

// A performance is what a company does with one opener.
type performance struct {
	company channeltest.Company
	fails   int // how often it fails for now before that
	kill    killing
}

// A killing is where the process ends while an opener leaves.
type killing int

// The places of a killing.
const (
	noKilling killing = iota
	beforeLeave
	afterLeave // nothing has left yet
	afterHandOver
)

func newLine(w *world, name string) *line {
	l := &line{
		Fake: channeltest.NewFake(channeltest.Unresponsive), world: w, name: name,
		tries: map[string]int{}, came: map[string]letter{}, acts: map[string]performance{},
	}
	l.Poll, l.Clock = 6*time.Hour, w.now
	l.WithoutCopies = name != mailName
	return l
}

// source returns the draws of one thing of a season, whenever they are made.
func (w *world) source(of ...string) *rand.Rand {
	h := fnv.New64a()
	for _, name := range of {
		fmt.Fprintf(h, "%s/", name)
	}
	return rand.New(rand.NewPCG(w.seed, h.Sum64()))
}

// act returns what the company does with an attempt: the same at each try.
func (l *line) act(o channels.Opening) performance {
	l.mu.Lock()
	defer l.mu.Unlock()
	if p, known := l.acts[o.Attempt]; known {
		return p
	}
	r := l.world.source("act", o.Attempt)
	p := performance{company: channeltest.Company{
		Connects: time.Duration(r.IntN(3000)) * time.Millisecond, Takes: time.Duration(r.IntN(5000)) * time.Millisecond,
		Replies: l.replies(r),
	}}
	switch fate := r.IntN(100); {
	case fate < 8:
		p.company.Fate = channeltest.UnsureLeft
	case fate < 14:
		p.company.Fate = channeltest.UnsureLost
	case fate < 20:
		p.fails = 1 + r.IntN(2)
	case fate < 23:
		p.company.Fate = channeltest.Refused
	case fate < 26:
		p.company.Fate, p.company.Late = channeltest.Refused, true
	}
	if r.IntN(100) < 12 {
		p.kill = killing(1 + r.IntN(3))
	}
	l.acts[o.Attempt] = p
	return p
}

// replies draws what a company answers and when.
func (l *line) replies(r *rand.Rand) channeltest.Behaviour {
	long := func(from, to time.Duration) time.Duration { return from + time.Duration(r.Int64N(int64(to-from))) }
	soon := func() time.Duration {
		if l.name == mailName {
			return long(time.Minute, 50*time.Hour)
		}
		return long(5*time.Second, chatTime-10*time.Second)
	}
	after, late := soon(), chatTime+long(3*time.Second, 10*time.Second)<<r.IntN(8)
	if l.name == mailName {
		late = long(98*time.Hour, 120*time.Hour)
	}
	word := r.IntN(1000)
	switch kind := r.IntN(100); {
	case kind < 18:
		return nil
	case kind < 30:
		return l.sends(reply{late, answers, word})
	case kind < 42:
		return l.sends(reply{after / 2, confirms, word}, reply{after, answers, word})
	case kind < 50:
		return l.sends(reply{after, deflects, word})
	case kind < 56:
		return l.sends(reply{after / 3, isAway, word}, reply{after, answers, word})
	default:
		return l.sends(reply{after, answers, word})
	}
}

// A reply is a letter to be sent.
type reply struct {
	after time.Duration
	kind  letterKind
	word  int // what tells its words from those of others
}

// sends returns the behaviour of a company that sends letters, each of which is kept as
// it comes.
func (l *line) sends(replies ...reply) channeltest.Behaviour {
	return func(o channels.Opening) (all []channeltest.Reply) {
		for _, r := range replies {
			write := written(o, r)
			all = append(all, channeltest.Reply{After: r.after, Raw: func(at time.Time) []byte {
				raw := write(at)
				l.keep(raw, letter{o.Attempt, r.kind, at})
				return raw
			}})
		}
		return all
	}
}

// written writes one letter.
func written(o channels.Opening, r reply) channeltest.Letter {
	switch r.kind {
	case confirms:
		return channeltest.Acknowledgement(o)
	case deflects:
		return channeltest.Deflection(o)
	case isAway:
		return channeltest.OutOfOffice(o)
	default:
		said := []string{
			"Hei!\n\nPrisen er %d kr i måneden det første året, og det er ingen bindingstid.\n\nVennlig hilsen\nIngrid Moe",
			"Hei,\n\ndet koster %d kr per måned med alt inkludert, og første faktura kommer etter 14 dager.\n\nHilsen\nLars Dahl",
			"Hei på deg,\n\nfor deg blir det %d kr hver måned. Du kan si opp når du vil.\n\nMvh Anne Lie",
		}
		return channeltest.Answer(o, fmt.Sprintf(said[r.word%len(said)], 100+r.word))
	}
}

// keep keeps a letter that has come.
func (l *line) keep(raw []byte, of letter) {
	sum := sha256.Sum256(raw)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.came[hex.EncodeToString(sum[:])] = of
}

// stranger delivers a letter that answers nothing.
func (l *line) stranger(number int) {
	raw := fmt.Appendf(nil, "From: someone@elsewhere.example\r\nTo: post@shopper.test\r\nMessage-ID: <%d@elsewhere.example>\r\n"+
		"Subject: Tilbud %d\r\n\r\nHei! Vi har et godt tilbud nummer %d.\r\n", number, number, number)
	l.keep(raw, letter{"", unrelated, time.Now()})
	l.Deliver("", raw)
}

// Open hands an opener over as the seed has it, and dies where it says so.
func (l *line) Open(ctx context.Context, o channels.Opening, leave channels.Leave) (channels.Receipt, error) {
	if l.world.dead.Load() {
		return channels.Receipt{}, errKilled
	}
	p := l.act(o)
	l.mu.Lock()
	l.tries[o.Attempt]++
	try := l.tries[o.Attempt]
	l.mu.Unlock()
	if try <= p.fails {
		p.company.Fate = channeltest.Failing
		l.world.reached("an opener fails for now")
	}
	if try > 1 {
		p.kill = noKilling
	}
	if p.kill == beforeLeave {
		l.world.kill("before leave is asked")
		return channels.Receipt{}, errKilled
	}
	l.Put(o.Reach, p.company)
	receipt, err := l.Fake.Open(ctx, o, func(ctx context.Context) error {
		err := leave(ctx)
		if err == nil && p.kill == afterLeave {
			l.world.kill("after leave was given, before anything left")
			return errKilled
		}
		return err
	})
	if p.kill == afterHandOver && (err == nil || errors.Is(err, channels.ErrUnsure)) && !l.world.dead.Load() {
		l.world.kill("after an opener left, before it was written down")
	}
	return receipt, err
}

// Reconcile looks for the trace of an opener, unless the process is gone.
func (l *line) Reconcile(ctx context.Context, o channels.Opening) (channels.Receipt, error) {
	if l.world.dead.Load() {
		return channels.Receipt{}, errKilled
	}
	return l.Fake.Reconcile(ctx, o)
}

// A phone is a channel whose openers a person makes.
type phone struct{ *line }

// Prompt asks the shopper.
func (p phone) Prompt(o channels.Opening) (channels.Prompt, bool) {
	return channels.Prompt{
		How: phoneName, Text: o.Body, Notify: []string{o.Attempt},
		Taps: []channels.ReportKind{channels.Ringing, channels.Person},
	}, true
}
