package chatwoot

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/svartid/svartid/channels"
)

// TestEchoes: a server that repeats what it was told, and tells of the visitor's
// stream where it refuses, brings neither into an error, which is kept as evidence,
// nor into a transcript.
func TestEchoes(t *testing.T) {
	const token = "cAnAry-77"
	var hash string
	at := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		told, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		if _, rest, ok := strings.Cut(string(told), `"identifier_hash":"`); ok {
			hash, _, _ = strings.Cut(rest, `"`)
		}
		w.WriteHeader(http.StatusUnprocessableEntity)
		fmt.Fprintf(w, `{"message": %q, "plain": %s, "contact": {"pubsub_token": %q, "id": 1}}`, told, told, token)
	}))
	var trace strings.Builder
	c, err := New(Config{URL: at}, Options{
		Trace: &trace, HMAC: func(string) channels.Secret { return channels.Inline("key") },
	})
	if err != nil {
		t.Fatal(err)
	}
	o := channels.Opening{Attempt: "one.1", Token: "abcdefghijkl", Reach: "6fKq2", Body: "Hei", Persona: channels.Persona{Name: "Kari"}}
	if prepared, err := c.Prepare(o); err == nil {
		o = prepared
	}
	_, err = c.Open(t.Context(), o, func(context.Context) error { return nil })
	if err == nil || !strings.Contains(err.Error(), "422") {
		t.Fatalf("got %v", err)
	}
	if hash == "" || !strings.Contains(trace.String(), `"id": 1`) || !strings.Contains(trace.String(), "contacts") {
		t.Fatalf("nothing was repeated: hash %q, %v, %s", hash, err, &trace)
	}
	for where, text := range map[string]string{"the error": err.Error(), "the transcript": trace.String()} {
		for _, secret := range []string{hash, token} {
			if strings.Contains(text, secret) {
				t.Errorf("%s shows %s: %s", where, secret, text)
			}
		}
	}
}
