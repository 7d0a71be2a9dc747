package httpapi_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/httpapi"
)

// A call that sends an opener ends in one of four ways: it was taken, refused,
// may have been taken, or left nothing behind and may be tried again.
func ExampleClient_Exchange() {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		switch r.URL.Path {
		case "/closed":
			http.Error(w, `{"error":"the chat is closed"}`, http.StatusConflict)
		case "/broken":
			w.WriteHeader(http.StatusBadGateway)
		case "/busy":
			w.WriteHeader(http.StatusServiceUnavailable)
		default:
			fmt.Fprint(w, `{"id":"m1"}`)
		}
	}))
	defer server.Close()
	client, err := httpapi.New(server.URL)
	if err != nil {
		panic(err)
	}
	for _, path := range []string{"/open", "/closed", "/broken", "/busy"} {
		var said struct{ ID string }
		_, err := client.Exchange(context.Background(), httpapi.Call{
			Step: "send message", Method: http.MethodPost, Path: path, Body: map[string]string{"text": "Hei!"}, Leave: channels.Unrecorded,
		}, &said)
		err = httpapi.Refused(err, nil)
		switch {
		case err == nil:
			fmt.Println("taken as", said.ID)
		case errors.Is(err, channels.ErrRefused):
			fmt.Println("refused:", err)
		case errors.Is(err, channels.ErrUnsure):
			fmt.Println("unsure:", err)
		default:
			fmt.Println("again:", err)
		}
	}
	// Output:
	// taken as m1
	// refused: send message: the server answered 409 Conflict: refused: 409  {"error":"the chat is closed"}
	// unsure: send message: may have left: the server answered 502 Bad Gateway
	// again: send message: the server answered 503 Service Unavailable
}
