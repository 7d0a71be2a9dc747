package hook_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/svartid/svartid/channels/hook"
)

// A webhook is a delivery as testdata/webhooks/try.mjs takes and gives it: one without
// headers is signed there, one with headers is verified.
type webhook struct {
	Library string            `json:"library"`
	Secret  string            `json:"secret"`
	ID      string            `json:"id"`
	At      int64             `json:"at"` // unix seconds
	Body    string            `json:"body"`
	Headers map[string]string `json:"headers,omitempty"`
	Error   string            `json:"error,omitempty"`
}

// header returns the headers as a request has them.
func (w webhook) header() http.Header {
	h := http.Header{}
	for name, value := range w.Headers {
		h.Set(name, value)
	}
	return h
}

// tryAll has the libraries that the makers of the scheme publish sign or verify.
func tryAll(t *testing.T, all []webhook) []webhook {
	t.Helper()
	node, err := exec.LookPath("node")
	if err == nil {
		_, err = os.Stat("testdata/webhooks/node_modules/svix")
	}
	if err != nil {
		const why = "the webhook libraries are not installed: run `make peers`"
		if os.Getenv("SVARTID_PEERS") == "1" {
			t.Fatal(why)
		}
		t.Skip(why)
	}
	given, err := json.Marshal(all)
	if err != nil {
		t.Fatal(err)
	}
	run := exec.CommandContext(t.Context(), node, "testdata/webhooks/try.mjs")
	run.Stdin, run.Stderr = bytes.NewReader(given), t.Output()
	out, err := run.Output()
	if err != nil {
		t.Fatal(err)
	}
	var told []webhook
	if err := json.Unmarshal(out, &told); err != nil || len(told) != len(all) {
		t.Fatalf("%v: %s", err, out)
	}
	return told
}

// TestPublishedLibraries signs with the libraries that webhooks are sent with, and has
// them verify what we sign.
func TestPublishedLibraries(t *testing.T) {
	const young, old = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_plJ3nmyCDGBKInavdOK15jsl"
	bodies := []string{`{"type":"svartid.reply"}`, delivered, "{}", "{\n\t\"text\": \"\\u0000 \u2028 😀\"\r\n}"}
	var all []webhook
	now := time.Now().Unix() // the libraries take no other clock
	for _, library := range []string{"standardwebhooks", "svix"} {
		for _, body := range bodies {
			all = append(all, webhook{Library: library, Secret: old, ID: "msg_1", At: now, Body: body})
		}
	}
	signature := hook.Signature{Scheme: hook.SchemeStandard, Secrets: secrets(young, old)}
	var ours []webhook
	for _, w := range tryAll(t, all) {
		h := w.header()
		proof, err := signature.Verify(h, []byte(w.Body))
		if w.Error != "" || err != nil || proof.ID != "msg_1" || proof.At.Unix() != now {
			t.Errorf("%s signs %q with %v %s: verified as %+v, %v", w.Library, w.Body, h, w.Error, proof, err)
		}
		if _, err := signature.Verify(h, []byte(w.Body+" ")); !errors.Is(err, hook.BadSignature) {
			t.Errorf("%s: another body: got %v", w.Library, err)
		}
		made := http.Header{}
		if err := signature.Sign(made, "msg_2", []byte(w.Body)); err != nil {
			t.Fatal(err)
		}
		w.Headers = map[string]string{}
		for name := range made {
			w.Headers[strings.ToLower(name)] = made.Get(name)
		}
		changed := w
		changed.Body += "x"
		ours = append(ours, w, changed)
	}
	for i, w := range tryAll(t, ours) {
		if (w.Error == "") != (i%2 == 0) {
			t.Errorf("%s verifies %q as %v says: %q", w.Library, w.Body, w.Headers, w.Error)
		}
	}
}

// TestSvixNames: headers by Svix's names count where the standard's signature is not there,
// and one set is never completed by the other.
func TestSvixNames(t *testing.T) {
	signature := signatures()["standard"]
	signed := http.Header{}
	if err := signature.Sign(signed, "msg_1", []byte(delivered)); err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		svix  []string // which of id, timestamp and signature have Svix's name
		extra string   // a signature by the standard's name on top
		want  error
	}{
		"all":                            {[]string{"id", "timestamp", "signature"}, "", nil},
		"the id alone":                   {[]string{"id"}, "", hook.BadSignature},
		"the signature alone":            {[]string{"signature"}, "", hook.BadSignature},
		"id and time":                    {[]string{"id", "timestamp"}, "", hook.BadSignature},
		"beside another of the standard": {[]string{"id", "timestamp", "signature"}, "v1,AAAA", hook.BadSignature},
	} {
		h := signed.Clone()
		for _, part := range tt.svix {
			h.Set("svix-"+part, h.Get("webhook-"+part))
			h.Del("webhook-" + part)
		}
		if tt.extra != "" {
			h.Set(hook.HeaderSignature, tt.extra)
		}
		if proof, err := signature.Verify(h, []byte(delivered)); !errors.Is(err, tt.want) || err == nil && proof.ID != "msg_1" {
			t.Errorf("%s: got %+v, %v; want %v", name, proof, err, tt.want)
		}
	}
}
