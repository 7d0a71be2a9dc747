package oauth

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// TestLoginAnswers has authorization servers say what they should not, and what some
// do. What is shown is fit for a terminal, and an error says what to do.
func TestLoginAnswers(t *testing.T) {
	const json, html = "application/json", "text/html; charset=utf-8"
	const token = `{"access_token":"a","token_type":"Bearer","refresh_token":"r","expires_in":"3600"}`
	device := func(more string) string { return `{"device_code":"d","user_code":"AB-CD","interval":1,` + more + `}` }
	good := device(`"verification_uri":"https://login.example/enter?x=1"`)
	for name, tt := range map[string]struct {
		kind, device string
		code         int // of the token's answer; 0 = 200
		token        string
		shown        string // page and code
		want         string // the error
	}{
		"as documented":           {json, good, 0, token, "https://login.example/enter?x=1 AB-CD", ""},
		"numbers as texts":        {json, `{"device_code":"d","user_code":"AB","interval":"1","expires_in":"900","verification_url":"https://aka.example"}`, 0, token, "https://aka.example AB", ""},
		"no JSON type":            {"", good, 0, token, "https://login.example/enter?x=1 AB-CD", ""},
		"an expiry of nothing":    {json, device(`"expires_in":null,"verification_uri":"https://login.example"`), 0, token, "https://login.example AB-CD", ""},
		"this machine":            {json, device(`"verification_uri":"http://127.0.0.1:8080/enter"`), 0, token, "http://127.0.0.1:8080/enter AB-CD", ""},
		"a code with escapes":     {json, `{"device_code":"d","user_code":"A\u001b[31mB\u009b\u202eC\n\u0007","interval":1,"verification_uri":"https://a.example"}`, 0, token, "https://a.example A[31mBC", ""},
		"no code":                 {json, `{"device_code":"d","user_code":"\u001b","verification_uri":"https://a.example"}`, 0, token, "", "gives no code: is oauth2.device_url"},
		"an endless code":         {json, strings.Replace(good, "AB-CD", strings.Repeat("x", 9000), 1), 0, token, "https://login.example/enter?x=1 " + strings.Repeat("x", 400) + "…", ""},
		"a page without TLS":      {json, device(`"verification_uri":"http://login.example"`), 0, token, "", `verification_uri "http://login.example" is no https:// address: do not open it`},
		"a script":                {json, device(`"verification_uri":"javascript:alert(1)"`), 0, token, "", `verification_uri "javascript:alert(1)" is no https`},
		"no page":                 {json, device(`"verification_uri":""`), 0, token, "", `verification_uri "" is no https`},
		"a page with escapes":     {json, device(`"verification_uri":"https://a.example/\u001b[2J"`), 0, token, "", `verification_uri "https://a.example/[2J" is no https`},
		"a web page":              {html, "<html>Sign in", 0, token, "", "the answer is a web page and no JSON: is the address"},
		"neither":                 {"text/plain", "device_code=d", 0, token, "", "the answer is no JSON: is oauth2.device_url"},
		"a web page as token":     {json, good, 0, "<html>Sign in", "https://login.example/enter?x=1 AB-CD", "the answer is a web page and no JSON"},
		"expired":                 {json, good, 400, `{"error":"expired_token"}`, "https://login.example/enter?x=1 AB-CD", "the code AB-CD has ended before it was entered; run svartid login again"},
		"expired by the clock":    {json, device(`"expires_in":2,"verification_uri":"https://a.example"`), 400, `{"error":"authorization_pending"}`, "https://a.example AB-CD", "the code AB-CD has ended before it was entered; run svartid login again"},
		"refused":                 {json, good, 400, `{"error":"access_denied"}`, "https://login.example/enter?x=1 AB-CD", "it was refused in the browser (access_denied); run svartid login again"},
		"a token of another type": {json, good, 0, `{"access_token":"a","token_type":"mac","refresh_token":"r"}`, "https://login.example/enter?x=1 AB-CD", `a token of type "mac", want bearer`},
		"a token with a line":     {json, good, 0, `{"access_token":"a\r\nRCPT TO:<x>","token_type":"bearer","refresh_token":"r"}`, "https://login.example/enter?x=1 AB-CD", "a token with characters that no token has"},
		"a renewal with escapes":  {json, good, 0, `{"access_token":"a","token_type":"bearer","refresh_token":"r\u001b"}`, "https://login.example/enter?x=1 AB-CD", "a token with characters that no token has"},
		"an error with escapes":   {json, good, 400, `{"error":"inv\u001b[1malid","error_description":"no\u001b[2J\nmore"}`, "https://login.example/enter?x=1 AB-CD", "login: inv[1malid: no[2J"},
		"an error of many words":  {json, good, 400, `{"error":"x","error_description":"` + strings.Repeat("y", 9000) + `"}`, "https://login.example/enter?x=1 AB-CD", "login: x: yyy"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			mux := http.NewServeMux()
			answer := func(kind string, code int, text string) http.HandlerFunc {
				return func(w http.ResponseWriter, _ *http.Request) {
					w.Header().Set("Content-Type", kind)
					w.WriteHeader(max(code, http.StatusOK))
					_, _ = fmt.Fprint(w, text)
				}
			}
			given := json
			if strings.HasPrefix(tt.token, "<") {
				given = html
			}
			mux.HandleFunc("POST /device", answer(tt.kind, 0, tt.device))
			mux.HandleFunc("POST /token", answer(given, tt.code, tt.token))
			issuer := httptest.NewServer(mux)
			defer issuer.Close()
			tokens := NewTokens(OAuth2{
				Grant: RefreshToken, ClientID: "svartid", DeviceURL: issuer.URL + "/device", TokenURL: issuer.URL + "/token",
			}, "", time.Now)
			shown := ""
			err := tokens.Login(t.Context(), func(d Device) error { shown = d.URL + " " + d.Code; return nil })
			if shown != tt.shown {
				t.Errorf("shown %q, want %q", shown, tt.shown)
			}
			said := fmt.Sprint(err)
			if (err == nil) != (tt.want == "") || !strings.Contains(said, tt.want) || len(said) > 700 || strings.ContainsAny(said, "\x1b\n") {
				t.Errorf("got %q, want %q", said, tt.want)
			}
			if ends := strings.Contains(tt.want, "again"); err != nil && errors.Is(err, ErrConsent) != ends {
				t.Errorf("wraps ErrConsent: %t, want %t", !ends, ends)
			}
		})
	}
}

// TestLoginOutlastsTheNetwork drops connections and has the server down while the
// person is asked, each once.
func TestLoginOutlastsTheNetwork(t *testing.T) {
	t.Parallel()
	for name, fails := range map[string]func(http.ResponseWriter){
		"dropped": func(w http.ResponseWriter) {
			if c, _, err := http.NewResponseController(w).Hijack(); err == nil {
				_ = c.Close()
			}
		},
		"breaks off": func(w http.ResponseWriter) {
			w.Header().Set("Content-Length", "100")
			_, _ = fmt.Fprint(w, `{"access`)
		},
		"down": func(w http.ResponseWriter) { w.WriteHeader(http.StatusBadGateway) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			asked := make(chan time.Time, 10)
			mux := http.NewServeMux()
			mux.HandleFunc("POST /device", func(w http.ResponseWriter, _ *http.Request) {
				_, _ = fmt.Fprint(w, `{"device_code":"d","user_code":"A","interval":1,"verification_uri":"https://a.example"}`)
			})
			mux.HandleFunc("POST /token", func(w http.ResponseWriter, _ *http.Request) {
				if asked <- time.Now(); len(asked) == 1 {
					fails(w)
					return
				}
				w.Header().Set("Content-Type", "application/json")
				_, _ = fmt.Fprint(w, `{"access_token":"a","token_type":"Bearer","refresh_token":"r"}`)
			})
			issuer := httptest.NewServer(mux)
			defer issuer.Close()
			tokens := NewTokens(OAuth2{
				Grant: RefreshToken, ClientID: "svartid", DeviceURL: issuer.URL + "/device", TokenURL: issuer.URL + "/token",
			}, "", time.Now)
			if err := tokens.Login(t.Context(), func(Device) error { return nil }); err != nil {
				t.Fatal(err)
			}
			if len(asked) != 2 {
				t.Fatalf("asked %d times, want 2", len(asked))
			}
			if first := <-asked; (<-asked).Sub(first) < 1900*time.Millisecond {
				t.Error("asked again at the same pace")
			}
		})
	}
}
