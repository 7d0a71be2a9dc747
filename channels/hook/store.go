package hook

import (
	"context"
	"errors"
	"net/http"
)

// The keys of a request's context under which an Endpoint finds how it is to store what
// it takes, what is to be done before it takes anything, and what it is to take again.
type (
	storeKey  struct{}
	beforeKey struct{}
	againKey  struct{}
)

// Store returns a handler that proves requests as h does, which ends in an [Endpoint],
// and has keep make durable what is proven, in place of Take. It is for a process that
// does not listen: another one takes it by [Redeliver]. What is kept is not counted,
// as it will be then.
func Store(h http.Handler, keep func(context.Context, Delivery) error) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), storeKey{}, keep)))
	})
}

// Before returns a handler that does as h, which ends in an [Endpoint], and has do done
// once a request is proven and before it is taken. Where that fails nothing is taken.
func Before(h http.Handler, do func(context.Context) error) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), beforeKey{}, do)))
	})
}

// Redeliver has h, which ends in an [Endpoint], take what was proven before and stored.
// It returns nil once that is durable. The error is, or wraps, a [Code] where h refuses
// it, and says by [Again] whether it may be taken later.
func Redeliver(ctx context.Context, h http.Handler, d Delivery) error {
	again := &redelivery{Delivery: d, err: NotListening}
	r, err := http.NewRequestWithContext(context.WithValue(ctx, againKey{}, again), http.MethodPost, "/", http.NoBody)
	if err != nil {
		return err
	}
	h.ServeHTTP(discard{}, r)
	return again.err
}

// Again reports whether what was refused with an error may be taken at another time.
func Again(err error) bool {
	var code Code
	if !errors.As(err, &code) {
		return err != nil
	}
	return code == NotListening || code == NotKept
}

// A redelivery is a delivery that was stored, and what became of it now.
type redelivery struct {
	Delivery
	err error
}

// discard takes an answer that is for nobody.
type discard struct{}

// Header returns a header that is not kept.
func (discard) Header() http.Header { return http.Header{} }

// Write keeps nothing.
func (discard) Write(b []byte) (int, error) { return len(b), nil }

// WriteHeader keeps nothing.
func (discard) WriteHeader(int) {}

// accept has a proven delivery taken, or stored where the request says so; stored
// reports which.
func (e Endpoint) accept(ctx context.Context, d Delivery) (stored bool, err error) {
	if keep, ok := ctx.Value(storeKey{}).(func(context.Context, Delivery) error); ok {
		return true, keep(ctx, d)
	}
	if do, ok := ctx.Value(beforeKey{}).(func(context.Context) error); ok {
		if err := do(ctx); err != nil {
			return false, NotKept
		}
	}
	return false, e.Take(ctx, d)
}

// takenAgain takes what a request says was stored, and reports whether it says so.
func (e Endpoint) takenAgain(r *http.Request) bool {
	again, ok := r.Context().Value(againKey{}).(*redelivery)
	if !ok {
		return false
	}
	if again.err = NoSecret; e.Take != nil {
		again.err = e.Take(r.Context(), again.Delivery)
	}
	if e.Count != nil {
		code := Kept
		if again.err != nil {
			code, _ = refused(again.err)
		}
		e.Count(code)
	}
	return true
}
