package board

import (
	"context"
	"errors"
	"net/http"
	"slices"

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
