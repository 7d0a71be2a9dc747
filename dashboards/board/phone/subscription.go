package phone

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"strings"
)

// ErrSubscription says that a subscription is none that a browser makes.
var ErrSubscription = errors.New("no subscription of a browser")

// A Subscription is where and how one telephone is told, as its browser has made it
// (W3C, Push API, section 8; RFC 8291).
type Subscription struct {
	Endpoint string `json:"endpoint"` // of the browser's push service
	Key      string `json:"p256dh"`   // the telephone's public key
	Auth     string `json:"auth"`     // a secret of the telephone and us
	Language string `json:"language"` // in which it is told
}

// Check reports why a subscription cannot be one. The push service is on the internet:
// an address of our own network is refused.
func (s Subscription) Check() error {
	const point, secret = 65, 16 // octets: RFC 8291, sections 3.1 and 3.2
	to, err := url.Parse(s.Endpoint)
	switch {
	case err != nil || to.Scheme != "https" || to.Hostname() == "" || to.User != nil || len(s.Endpoint) > 2000:
		return fmt.Errorf("%w: its endpoint is no address of a push service", ErrSubscription)
	case !strings.Contains(to.Hostname(), ".") || ours(to.Hostname()):
		return fmt.Errorf("%w: its endpoint is not on the internet", ErrSubscription)
	case octets(s.Key) != point || octets(s.Auth) != secret:
		return fmt.Errorf("%w: its keys have another length", ErrSubscription)
	}
	return nil
}

// ours reports whether a host is an address, or a name of this machine or network.
func ours(host string) bool {
	if _, err := netip.ParseAddr(host); err == nil {
		return true
	}
	for _, end := range []string{".localhost", ".local", ".internal", ".home.arpa"} {
		if strings.HasSuffix(strings.TrimSuffix(strings.ToLower(host), "."), end) {
			return true
		}
	}
	return false
}

// octets returns how many of them a text of base64 has; -1 if it is none.
func octets(text string) int {
	data, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(text, "="))
	if err != nil {
		return -1
	}
	return len(data)
}
