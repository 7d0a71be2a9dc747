package board

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/dashboards/board/phone"
	"github.com/svartid/svartid/dashboards/board/worklist"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/reading"
)

// nameCookie keeps what a visitor is called.
const nameCookie = "by"

// errForm says that a form lacks something.
var errForm = errors.New("the form lacks something")

// An actFunc does what a form asks for and returns where to go on.
type actFunc func(*visit) (to string, err error)

// act takes a form. Sent again, because a finger was impatient or a connection
// was lost, it does no harm: whatever is noted is noted once.
func (b *Board) act(do actFunc) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v := b.visit(w, r)
		r.Body = http.MaxBytesReader(w, r.Body, 1<<16)
		if err := r.ParseForm(); err != nil {
			b.fail(w, v, fmt.Errorf("%w: %w", errForm, err))
			return
		}
		if v.who.Name != "" {
			r.PostForm.Set("by", v.who.Name)
		}
		if by := strings.TrimSpace(r.PostForm.Get("by")); by != "" && by != v.by {
			v.by = by[:min(len(by), 80)]
			http.SetCookie(w, &http.Cookie{
				Name: nameCookie, Value: url.QueryEscape(v.by), Path: "/", MaxAge: 180 * 24 * 3600,
				SameSite: http.SameSiteStrictMode, HttpOnly: true, Secure: r.TLS != nil,
			})
		}
		to, err := do(v)
		if err != nil {
			b.fail(w, v, err)
			return
		}
		http.Redirect(w, r, to, http.StatusSeeOther)
	})
}

// name only tells us what the visitor is called.
func (b *Board) name(v *visit) (string, error) {
	if v.r.PostForm.Get("by") == "" {
		return "", fmt.Errorf("%w: want a name", errForm)
	}
	return "/queue", nil
}

// subscribe keeps the telephone of a visitor, which is told when a prompt is due.
func (b *Board) subscribe(v *visit) (string, error) {
	form := v.r.PostForm
	to := phone.Subscription{Endpoint: form.Get("endpoint"), Key: form.Get("p256dh"), Auth: form.Get("auth"), Language: v.Tag().String()}
	if b.Subscribe == nil || !v.who.Taps {
		return "", fmt.Errorf("%w: no telephone can be told", errForm)
	}
	if err := to.Check(); err != nil {
		return "", fmt.Errorf("%w: %w", errForm, err)
	}
	if err := b.Subscribe(v.ctx, v.who, to); err != nil {
		return "", fmt.Errorf("keep the telephone: %w", err)
	}
	return "/queue", nil
}

// tap notes a tap, when it was made.
func (b *Board) tap(v *visit) (string, error) {
	report, err := b.reported(v)
	if err != nil {
		return "", err
	}
	if err := b.Tap(v.ctx, report); err != nil {
		return "", fmt.Errorf("note %q: %w", report.Report, err)
	}
	to := url.Values{"noted": {string(report.Report)}, "of": {report.Contact}, "attempt": {strconv.Itoa(report.Attempt)}}
	return "/queue?" + to.Encode(), nil
}

// untap takes a tap back.
func (b *Board) untap(v *visit) (string, error) {
	report, err := b.reported(v)
	if err == nil && b.Untap == nil {
		err = errForm
	}
	if err != nil {
		return "", err
	}
	if err := b.Untap(v.ctx, report); err != nil {
		return "", fmt.Errorf("take back %q: %w", report.Report, err)
	}
	to := url.Values{"back": {string(report.Report)}, "of": {report.Contact}, "attempt": {strconv.Itoa(report.Attempt)}}
	return "/queue?" + to.Encode(), nil
}

// reported reads which tap a form is about, of a contact that is the visitor's.
func (b *Board) reported(v *visit) (t probes.ManualReport, err error) {
	form := v.r.PostForm
	attempt, err := strconv.Atoi(form.Get("attempt"))
	tap := form.Get("tap")
	if b.Tap == nil || err != nil || form.Get("contact") == "" || tap == "" {
		return t, fmt.Errorf("%w: want contact, attempt and tap", errForm)
	}
	if err := b.tappable(v.ctx, v.who, form.Get("contact")); err != nil {
		return t, fmt.Errorf("note %q: %w", tap, err)
	}
	t = probes.ManualReport{
		Contact: form.Get("contact"), Attempt: attempt, Report: channels.ReportKind(tap), By: v.by, Key: form.Get("key"),
	}
	t.Ago, err = phone.Ago(phone.Clock{Tapped: form.Get("tapped"), Sent: form.Get("sent")}, v.now)
	if err != nil {
		return t, fmt.Errorf("%w: %w", probes.ErrReport, err)
	}
	return t, nil
}

// judge takes a person's word on an arrival, and on those that say the same.
func (b *Board) judge(v *visit) (string, error) {
	form := v.r.PostForm
	j := probes.Judgement{
		Channel: form.Get("channel"), Arrival: form.Get("arrival"), Kind: reading.Kind(form.Get("kind")),
		Contact: form.Get("contact"), Reason: strings.TrimSpace(form.Get("reason")), By: strings.TrimSpace(form.Get("by")),
	}
	if b.Judge == nil || !slices.Contains(reading.Kinds(), j.Kind) || j.Reason == "" || j.By == "" {
		return "", fmt.Errorf("%w: want what it is, a reason and who says so", errForm)
	}
	all := []probes.Judgement{j}
	for _, key := range form["also"] {
		same := j
		same.Arrival, same.Contact = key, ""
		all = append(all, same)
	}
	before := b.verdictOn(v.ctx, j)
	if err := b.Judge(v.ctx, all...); err != nil {
		return "", fmt.Errorf("judge %s: %w", j.Arrival, err)
	}
	back, err := url.ParseQuery(form.Get("part"))
	if err != nil {
		back = url.Values{}
	}
	at := worklist.Parse(back)
	to, _ := url.ParseQuery(at.Query(at.Page)) // written by us
	to.Set("done", b.undos.keep(judged{all: all, before: before, at: v.now}))
	return "/queue?" + to.Encode(), nil
}

// verdictOn returns what another person has said of a letter before; empty if none has.
func (b *Board) verdictOn(ctx context.Context, j probes.Judgement) (kind reading.Kind) {
	_ = b.Ledger.View(ctx, func(tx probes.Tx) error { // the judgement itself says what is wrong
		found, err := tx.Arrivals(ctx, probes.ArrivalQuery{Channel: j.Channel, Key: j.Arrival})
		if err == nil && len(found) == 1 && found[0].Verdict != nil && found[0].Verdict.By != j.By {
			kind = found[0].Verdict.Kind
		}
		return err
	})
	return kind
}

// unjudge takes the words back that a visitor has just said.
func (b *Board) unjudge(v *visit) (string, error) {
	was, known := b.undos.find(v.r.PostForm.Get("done"))
	if !known || b.Unjudge == nil || was.all[0].By != v.by {
		return "", fmt.Errorf("%w: it was too long ago, or another person's", probes.ErrRetraction)
	}
	if err := b.Unjudge(v.ctx, was.all...); err != nil {
		return "", fmt.Errorf("take back what %s is: %w", was.all[0].Arrival, err)
	}
	return "/queue?undone=" + v.r.PostForm.Get("done"), nil
}

// A judged is what one form has said of arrivals.
type judged struct {
	all    []probes.Judgement
	before reading.Kind // what another person had said of the first; empty: none had
	at     time.Time
}

// An undoList keeps the latest words, so that they can be taken back, by names that
// cannot be guessed. The zero value is ready; it ends with the program.
type undoList struct {
	mu  sync.Mutex
	all []undoEntry
}

type undoEntry struct {
	name string
	was  judged
}

// keep keeps words, and returns their name.
func (u *undoList) keep(was judged) string {
	const most = 200
	u.mu.Lock()
	defer u.mu.Unlock()
	u.all = append(u.all, undoEntry{rand.Text(), was})
	u.all = u.all[max(len(u.all)-most, 0):]
	return u.all[len(u.all)-1].name
}

// find returns the words of a name.
func (u *undoList) find(name string) (was judged, known bool) {
	u.mu.Lock()
	defer u.mu.Unlock()
	for _, e := range u.all {
		if e.name == name {
			return e.was, true
		}
	}
	return was, false
}

// A notice says what was done just now, and can be taken back.
type notice struct {
	Text    string // empty: nothing was done
	Done    string // the name of a judgement that can be taken back; empty: none can
	Contact string // of a tap that can be
	Attempt int
	Tap     channels.ReportKind
	Until   time.Time // the tap can be taken back
}

// noticeOf returns what the page says was done just now.
func (b *Board) noticeOf(v *visit, tx probes.Tx) (notice, error) {
	q := v.r.URL.Query()
	switch {
	case q.Has("undone"):
		return notice{Text: v.T("Taken back.")}, nil
	case q.Has("done"):
		was, known := b.undos.find(q.Get("done"))
		if !known {
			return notice{}, nil
		}
		return b.judgedNotice(v, q.Get("done"), was), nil
	case q.Has("noted"), q.Has("back"):
		return b.tappedNotice(v, tx, q)
	}
	return notice{}, nil
}

// judgedNotice says what was judged, of how many, and what the first judge had said.
func (b *Board) judgedNotice(v *visit, name string, was judged) notice {
	n := notice{Text: v.T("Noted for %d letters: %s.", len(was.all), v.Kind(was.all[0].Kind))}
	switch was.before {
	case "":
	case was.all[0].Kind:
		n.Text += " " + v.T("The first judge said the same.")
	default:
		n.Text += " " + v.T("The first judge said: %s.", v.Kind(was.before))
	}
	if b.Unjudge != nil && was.all[0].By == v.by {
		n.Done = name
	}
	return n
}

// tappedNotice says whose tap was noted, or taken back, and when it was made.
func (b *Board) tappedNotice(v *visit, tx probes.Tx, q url.Values) (n notice, err error) {
	c, story, err := tx.Story(v.ctx, q.Get("of"))
	switch {
	case errors.Is(err, probes.ErrNoContact), err == nil && !v.who.owns(c):
		return n, nil
	case err != nil:
		return n, err
	}
	tap, attempt := channels.ReportKind(q.Get("noted")), q.Get("attempt")
	if q.Has("back") {
		return notice{Text: v.T("Taken back for %s: %s.", b.nameOf(c.Plan.Company), v.Tap(channels.ReportKind(q.Get("back"))))}, nil
	}
	for _, e := range probes.InForce(story) {
		by := e.Tap()
		if by == nil || by.Report != tap || strconv.Itoa(e.Attempt) != attempt {
			continue
		}
		n = notice{Text: v.T("Noted for %s: %s, at %s.", b.nameOf(c.Plan.Company), v.Tap(tap), v.Clock(e.At))}
		if until := e.Recorded.Add(time.Minute); b.Untap != nil && v.now.Before(until) {
			n.Contact, n.Attempt, n.Tap, n.Until = c.ID, e.Attempt, tap, until
		}
	}
	return n, nil
}
