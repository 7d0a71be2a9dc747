package hook_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/hook"
)

// deliver sends one signed request to an endpoint, and returns the status.
func deliver(endpoint http.Handler, signature hook.Signature, body string) int {
	r := httptest.NewRequest(http.MethodPost, "/hooks/chat", strings.NewReader(body))
	if err := signature.Sign(r.Header, "msg_1", []byte(body)); err != nil {
		panic(err)
	}
	w := httptest.NewRecorder()
	endpoint.ServeHTTP(w, r)
	return w.Code
}

// An endpoint takes what is signed and says nothing to others.
func ExampleEndpoint() {
	signature := hook.Signature{Scheme: hook.SchemeStandard, Secrets: []channels.Secret{channels.Inline("whsec_c3ZhcnRpZA==")}}
	endpoint := hook.Endpoint{
		Signature: signature,
		Take: func(_ context.Context, d hook.Delivery) error {
			fmt.Printf("took %s as %s\n", d.Body, d.ID)
			return nil
		},
		Count: func(c hook.Code) { fmt.Println("counted", string(c)) },
	}
	fmt.Println(deliver(endpoint, signature, "Hei!"))
	signature.Secrets = []channels.Secret{channels.Inline("whsec_YW5uZXQ=")}
	fmt.Println(deliver(endpoint, signature, "Hei!"))
	// Output:
	// took Hei! as msg_1
	// counted ok
	// 200
	// counted bad_signature
	// 403
}

// A receiver lets a request wait until what it brings is durable. Without a
// listener it is refused, and its sender tries again.
func ExampleReceiver() {
	var r hook.Receiver
	brings := func(channels.Checkpoint) channels.Batch {
		return channels.Batch{Arrivals: []channels.Arrival{{Key: "m1", Media: channels.Plain, Raw: []byte("Hei!")}}}
	}
	fmt.Println(r.Offer(context.Background(), brings))

	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error)
	go func() {
		done <- r.Listen(ctx, channels.Checkpoint{Source: "hook"}, func(_ context.Context, b channels.Batch) error {
			for _, a := range b.Arrivals {
				fmt.Println("durable:", a.Key)
			}
			return nil
		})
	}()
	for !r.Listening() {
		time.Sleep(time.Millisecond)
	}
	fmt.Println(r.Offer(ctx, brings))
	cancel()
	fmt.Println(<-done)
	// Output:
	// not listening just now: send it again
	// durable: m1
	// <nil>
	// context canceled
}
