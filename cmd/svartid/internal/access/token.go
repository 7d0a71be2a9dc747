package access

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
)

const (
	// nonceCookie holds what the token of a browser's forms is made of.
	nonceCookie = "svartid_form"
	// nonceLength is that of rand.Text, which has 128 bits.
	nonceLength = 26
)

// token returns what forms have to bring that a browser with a nonce sends for a
// user. It follows from a secret, so that a page that is open over a restart can
// still be sent.
func (r Rules) token(nonce, user string) string {
	mac := hmac.New(sha256.New, []byte("forms of svartid\x00"+r.Secret))
	mac.Write([]byte(nonce + "\x00" + user))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

// fits reports whether a token is that of a nonce and a user.
func (r Rules) fits(token, nonce, user string) bool {
	return nonce != "" && hmac.Equal([]byte(token), []byte(r.token(nonce, user)))
}

// nonceOf returns the nonce that a request brings; "" if it brings none.
func nonceOf(r *http.Request) string {
	if cookie, err := r.Cookie(nonceCookie); err == nil && len(cookie.Value) == nonceLength {
		return cookie.Value
	}
	return ""
}

// giveNonce gives a browser a nonce, and returns it.
func giveNonce(w http.ResponseWriter, r *http.Request) string {
	nonce := rand.Text()
	http.SetCookie(w, &http.Cookie{
		Name: nonceCookie, Value: nonce, Path: "/", HttpOnly: true, Secure: r.TLS != nil, SameSite: http.SameSiteStrictMode,
	})
	return nonce
}
