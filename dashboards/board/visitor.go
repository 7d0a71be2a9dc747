package board

import (
	"context"
	"errors"
	"net/http"
	"slices"

	"golang.org/x/text/language"

	"github.com/svartid/svartid/probes"
)

// A Visitor is who asks for a page, as those who let him in know him. The zero
// Visitor may do nothing but read; a request without any may do everything, as on
// a board that nothing stands before.
type Visitor struct {
	Name  string // by which acts are recorded; "" = the name that the form gives
	Token string // that forms have to bring
	Login bool   // has logged in, and can log out again

	Elsewhere  bool // a visitor can log in elsewhere, at /login/openid
	NoPassword bool // and nowhere else

	Taps   bool // reports what became of prompts
	Judges bool // says what arrivals are
	// Decides who is asked: pauses, withdrawals and consents.
	Decides bool
	// Shopper sees nothing but the prompts of Personas.
	Shopper  bool
	Personas []string
}

// visitorKey is the key of a request's context under which its visitor is.
type visitorKey struct{}

// WithVisitor returns a context of a request that a visitor makes.
func WithVisitor(ctx context.Context, who Visitor) context.Context {
	return context.WithValue(ctx, visitorKey{}, who)
}

// Served returns who makes a request that is served, as [WithVisitor] has said.
func Served(r *http.Request) Visitor { return visitorOf(r.Context()) }

// visitorOf returns who makes a request.
func visitorOf(ctx context.Context) Visitor {
	if who, ok := ctx.Value(visitorKey{}).(Visitor); ok {
		return who
	}
	return Visitor{Taps: true, Judges: true, Decides: true}
}

// owns reports whether the prompts of a contact are the visitor's to see and tap.
func (v Visitor) owns(c probes.Contact) bool {
	return !v.Shopper || slices.Contains(v.Personas, c.Plan.Persona)
}

// tappable reports whether a visitor may report on a contact. To a shopper all
// others are as if they were not there.
func (b *Board) tappable(ctx context.Context, who Visitor, contact string) error {
	if !who.Shopper {
		return nil
	}
	return b.Ledger.View(ctx, func(tx probes.Tx) error {
		c, _, err := tx.Story(ctx, contact)
		if errors.Is(err, probes.ErrNoContact) || err == nil && !who.owns(c) {
			return probes.ErrNoContact
		}
		return err
	})
}

// A loginPage asks who is there.
type loginPage struct {
	frame
	Failed  bool
	Refused bool   // by what logs visitors in elsewhere, or on the way to it
	To      string // where to go on
}

// login shows the form of it.
func (b *Board) login(v *visit) (any, error) {
	q := v.r.URL.Query()
	return loginPage{
		frame:  v.frame("login", v.T("Log in"), snapshot{}),
		Failed: q.Has("failed") && q.Get("failed") != "elsewhere", Refused: q.Get("failed") == "elsewhere", To: q.Get("to"),
	}, nil
}

// languageCookie keeps the reader's choice of language.
const languageCookie = "lang"

// spoken returns the pages in the language that a reader wants: as the address
// says, else as was chosen before, else as the browser asks for. It is the
// first of the languages where the reader asks for none of them.
func (b *Board) spoken(r *http.Request) *theme {
	chosen := ""
	if cookie, err := r.Cookie(languageCookie); err == nil {
		chosen = cookie.Value
	}
	var tags []language.Tag
	for _, t := range b.themes {
		tags = append(tags, t.Tag())
	}
	wanted := language.NewMatcher(tags)
	for _, said := range []string{r.URL.Query().Get("lang"), chosen, r.Header.Get("Accept-Language")} {
		tags, _, err := language.ParseAcceptLanguage(said)
		if err != nil || len(tags) == 0 {
			continue
		}
		if _, index, sure := wanted.Match(tags...); sure != language.No {
			return b.themes[index]
		}
	}
	return b.themes[0]
}
