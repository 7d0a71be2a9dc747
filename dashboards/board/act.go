package board

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/svartid/svartid/channels"
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

// tap notes a tap, at our own clock.
func (b *Board) tap(v *visit) (string, error) {
	form := v.r.PostForm
	attempt, err := strconv.Atoi(form.Get("attempt"))
	tap := form.Get("tap")
	if b.Tap == nil || err != nil || form.Get("contact") == "" || tap == "" {
		return "", fmt.Errorf("%w: want contact, attempt and tap", errForm)
	}
	if err := b.tappable(v.ctx, v.who, form.Get("contact")); err != nil {
		return "", fmt.Errorf("note %q: %w", tap, err)
	}
	err = b.Tap(v.ctx, probes.ManualReport{Contact: form.Get("contact"), Attempt: attempt, Report: channels.ReportKind(tap), By: v.by})
	if err != nil {
		return "", fmt.Errorf("note %q: %w", tap, err)
	}
	return "/queue?" + url.Values{"noted": {tap}, "of": {form.Get("contact")}}.Encode(), nil
}

// judge takes a person's word on an arrival.
func (b *Board) judge(v *visit) (string, error) {
	form := v.r.PostForm
	j := probes.Judgement{
		Channel: form.Get("channel"), Arrival: form.Get("arrival"), Kind: reading.Kind(form.Get("kind")),
		Contact: form.Get("contact"), Reason: strings.TrimSpace(form.Get("reason")), By: strings.TrimSpace(form.Get("by")),
	}
	if b.Judge == nil || !slices.Contains(reading.Kinds(), j.Kind) || j.Reason == "" || j.By == "" {
		return "", fmt.Errorf("%w: want what it is, a reason and who says so", errForm)
	}
	err := b.Judge(v.ctx, j)
	if err != nil {
		return "", fmt.Errorf("judge %s: %w", j.Arrival, err)
	}
	back, err := url.ParseQuery(form.Get("part"))
	if err != nil {
		back = url.Values{}
	}
	at := parsePage(back)
	to, _ := url.ParseQuery(at.Query(at.Page)) // written by us
	to.Set("noted", string(j.Kind))
	to.Set("of", j.Arrival)
	return "/queue?" + to.Encode(), nil
}
