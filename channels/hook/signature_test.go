package hook_test

import (
	"encoding/base64"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/hook"
)

// at returns a clock that stands still.
func at(unix int64) func() time.Time { return func() time.Time { return time.Unix(unix, 0) } }

// TestStandardVectors holds the signature against signatures that others have made:
// the reference implementations' test, and the examples of the tools and the
// documentation beside the specification.
func TestStandardVectors(t *testing.T) {
	for _, v := range []struct {
		id        string
		at        int64
		secret    string
		body      string
		signature string
	}{
		{
			"msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
			`{"test": 2432232314}`, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
		},
		{
			"msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
			`{"test": 2432232314}`, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
		},
		{
			"msg_loFOjxBNrRLzqYUf", 1731705121, "whsec_plJ3nmyCDGBKInavdOK15jsl",
			`{"event_type":"ping","data":{"success":true}}`, "v1,rAvfW3dJ/X/qxhsaXPOyyCGmRKsaKWcsNccKXlIktD0=",
		},
	} {
		signature := hook.Signature{Scheme: hook.SchemeStandard, Secrets: secrets(v.secret), Clock: at(v.at)}
		h := http.Header{}
		if err := signature.Sign(h, v.id, []byte(v.body)); err != nil {
			t.Fatal(err)
		}
		if got := h.Get("webhook-signature"); got != v.signature {
			t.Errorf("%s: signed as %s, want %s", v.id, got, v.signature)
		}
		given := http.Header{}
		given.Set("webhook-id", v.id)
		given.Set("webhook-timestamp", strconv.FormatInt(v.at, 10))
		given.Set("webhook-signature", "v1,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc= v1a,hnO3f9T8Ytu9HwrXslvumg== "+v.signature)
		proof, err := signature.Verify(given, []byte(v.body))
		if err != nil || proof.ID != v.id || proof.At.Unix() != v.at {
			t.Errorf("%s: verified as %+v, %v", v.id, proof, err)
		}
	}
}

// secrets are live ones, in their order.
func secrets(texts ...string) (all []channels.Secret) {
	for _, text := range texts {
		all = append(all, channels.Inline(text))
	}
	return all
}

// signatures returns one of each scheme, all at the same time.
func signatures() map[string]hook.Signature {
	key := "whsec_" + base64.StdEncoding.EncodeToString([]byte("et hemmelig ord, langt nok"))
	all := map[string]hook.Signature{}
	for _, scheme := range []hook.Scheme{
		hook.SchemeStandard, hook.SchemeHub256, hook.SchemeChatwoot, hook.SchemeStatic,
	} {
		all[string(scheme)] = hook.Signature{
			Scheme: scheme, Secrets: secrets(key), Header: "X-RocketChat-Livechat-Token", Clock: at(1_800_000_000),
		}
	}
	return all
}

const delivered = `{"text":"Hei p\u00e5 deg, vi er \u00e5pne. æøå"}`

func TestSignaturesVerify(t *testing.T) {
	for name, signature := range signatures() {
		h := http.Header{}
		if err := signature.Sign(h, "msg_1", []byte(delivered)); err != nil {
			t.Fatal(err)
		}
		proof, err := signature.Verify(h, []byte(delivered))
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		timed := name == "standard" || name == "chatwoot"
		if proof.At.IsZero() == timed {
			t.Errorf("%s: signed at %v", name, proof.At)
		}
		if got, want := proof.ID, map[bool]string{true: "msg_1"}[name == "standard"]; got != want {
			t.Errorf("%s: id %q, want %q", name, got, want)
		}
	}
}

// TestSignaturesRefuse changes one thing of a good request at a time.
func TestSignaturesRefuse(t *testing.T) {
	type request struct {
		signature hook.Signature // of the receiver
		h         http.Header
		body      string
	}
	const bad, stale, none = hook.BadSignature, hook.Stale, hook.NoSecret
	for _, tt := range []struct {
		name   string
		change func(*request)
		want   [4]error // standard, hub256, chatwoot, static-header
	}{
		{"nothing", func(*request) {}, [4]error{}},
		{"the body", func(r *request) { r.body += " " }, [4]error{bad, bad, bad, nil}},
		{"the body as another program would write it", func(r *request) {
			r.body = strings.ReplaceAll(r.body, `\u00e5`, "å")
		}, [4]error{bad, bad, bad, nil}},
		{"no headers", func(r *request) { r.h = http.Header{} }, [4]error{bad, bad, bad, bad}},
		{"empty headers", func(r *request) {
			for name := range r.h {
				r.h.Set(name, "")
			}
		}, [4]error{bad, bad, bad, bad}},
		{"another secret", func(r *request) { r.signature.Secrets = secrets("whsec_YW5uZXQ=") }, [4]error{bad, bad, bad, bad}},
		{"no secret", func(r *request) { r.signature.Secrets = nil }, [4]error{none, none, none, none}},
		{"an empty secret", func(r *request) { r.signature.Secrets = secrets("") }, [4]error{none, none, none, none}},
		{"a secret that is no base64", func(r *request) { r.signature.Secrets = secrets("whsec_hunter2") }, [4]error{none, bad, bad, bad}},
		{"a secret in plain words", func(r *request) {
			r.signature.Secrets = secrets("hunter2")
			_ = r.signature.Sign(r.h, "msg_1", []byte(r.body))
		}, [4]error{}},
		{"a secret of nothing", func(r *request) { r.signature.Secrets = secrets("whsec_") }, [4]error{none, bad, bad, bad}},
		{"a file that is not there", func(r *request) {
			r.signature.Secrets = []channels.Secret{channels.InFile("/nowhere")}
		}, [4]error{none, none, none, none}},
		{"an unknown scheme", func(r *request) { r.signature.Scheme = "v2" }, [4]error{none, none, none, none}},
		{"no scheme", func(r *request) { r.signature.Scheme = "" }, [4]error{none, none, none, none}},
		{"300 s late", func(r *request) { r.signature.Clock = at(1_800_000_300) }, [4]error{}},
		{"301 s late", func(r *request) { r.signature.Clock = at(1_800_000_301) }, [4]error{stale, nil, stale, nil}},
		{"301 s early", func(r *request) { r.signature.Clock = at(1_799_999_699) }, [4]error{stale, nil, stale, nil}},
		{"late, within a longer skew", func(r *request) {
			r.signature.Clock, r.signature.Skew = at(1_800_000_301), time.Hour
		}, [4]error{}},
		{"another time", func(r *request) {
			r.h.Set("webhook-timestamp", "1800000001")
			r.h.Set("x-chatwoot-timestamp", "1800000001")
		}, [4]error{bad, nil, bad, nil}},
		{"another id", func(r *request) { r.h.Set("webhook-id", "msg_2") }, [4]error{bad, nil, nil, nil}},
		{"a signature of another version", func(r *request) {
			r.h.Set("webhook-signature", strings.Replace(r.h.Get("webhook-signature"), "v1,", "v2,", 1))
		}, [4]error{bad, nil, nil, nil}},
		{"upper-case hex", func(r *request) {
			for _, name := range []string{"x-hub-signature-256", "x-chatwoot-signature"} {
				r.h.Set(name, strings.ToUpper(r.h.Get(name)))
			}
		}, [4]error{nil, bad, bad, nil}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for i, scheme := range []string{"standard", "hub256", "chatwoot", "static-header"} {
				r := request{signatures()[scheme], http.Header{}, delivered}
				if err := r.signature.Sign(r.h, "msg_1", []byte(r.body)); err != nil {
					t.Fatal(err)
				}
				tt.change(&r)
				if _, err := r.signature.Verify(r.h, []byte(r.body)); !errors.Is(err, tt.want[i]) {
					t.Errorf("%s: got %v, want %v", scheme, err, tt.want[i])
				}
			}
		})
	}
}

// TestSignaturesRotate changes the secret on either side first.
func TestSignaturesRotate(t *testing.T) {
	const old, young = "whsec_Z2FtbWVs", "whsec_bnk="
	for _, tt := range []struct {
		name           string
		sender, taker  []channels.Secret
		standard, rest bool
	}{
		{"before", secrets(old), secrets(old), true, true},
		{"we take both", secrets(old), secrets(young, old), true, true},
		{"they sign with both", secrets(young, old), secrets(young, old), true, true},
		{"we have not heard of the new one", secrets(young, old), secrets(old), true, false},
		{"afterwards", secrets(young), secrets(young, old), true, true},
		{"the old one is withdrawn", secrets(old), secrets(young), false, false},
	} {
		for name, signature := range signatures() {
			h := http.Header{}
			signature.Secrets = tt.sender
			if err := signature.Sign(h, "msg_1", []byte(delivered)); err != nil {
				t.Fatal(err)
			}
			signature.Secrets = tt.taker
			_, err := signature.Verify(h, []byte(delivered))
			want := tt.rest
			if name == "standard" {
				want = tt.standard
			}
			if got := err == nil; got != want {
				t.Errorf("%s, %s: taken %v, want %v (%v)", tt.name, name, got, want, err)
			}
		}
	}
}

func TestSignatureHidesItsSecrets(t *testing.T) {
	const word = "whsec_hunter2"
	signature := hook.Signature{Scheme: hook.SchemeStandard, Secrets: secrets(word)}
	err := signature.Sign(http.Header{}, "msg_1", nil)
	if err == nil || strings.Contains(err.Error(), word) {
		t.Errorf("got %v", err)
	}
}

// FuzzVerify: without the secret no header makes a signature, and what is verified
// is what was signed.
func FuzzVerify(f *testing.F) {
	f.Add("msg_1", "1614265330", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", []byte(`{"test": 1}`))
	f.Add("", "-1", "sha256=00", []byte(nil))
	f.Add("a b", "99999999999999999999", "v1, v1,", []byte("\x00"))
	f.Fuzz(func(t *testing.T, id, when, signed string, body []byte) {
		for _, scheme := range []hook.Scheme{hook.SchemeStandard, hook.SchemeHub256, hook.SchemeChatwoot, hook.SchemeStatic} {
			s := hook.Signature{Scheme: scheme, Secrets: secrets("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"), Header: "X-Token", Clock: at(1614265330)}
			h := http.Header{}
			for _, name := range []string{"X-Token", "X-Hub-Signature-256", "X-Chatwoot-Signature", "Webhook-Signature"} {
				h.Set(name, signed)
			}
			for _, name := range []string{"X-Chatwoot-Timestamp", "Webhook-Timestamp"} {
				h.Set(name, when)
			}
			h.Set("Webhook-Id", id)
			var code hook.Code
			if _, err := s.Verify(h, body); err == nil || !errors.As(err, &code) || code.Open() {
				t.Errorf("%v: %q of %q at %q was taken: %v", scheme, signed, id, when, err)
			}
			if err := s.Sign(h, id, body); err != nil {
				t.Fatal(err)
			}
			proof, err := s.Verify(h, body)
			if err != nil && (id != "" || scheme != hook.SchemeStandard) || err == nil && scheme == hook.SchemeStandard && proof.ID != id {
				t.Errorf("%v: what was signed was verified as %+v, %v", scheme, proof, err)
			}
			if _, err := s.Verify(h, append(body[:len(body):len(body)], 'x')); err == nil && scheme != hook.SchemeStatic {
				t.Errorf("%v: another body was taken", scheme)
			}
		}
	})
}
