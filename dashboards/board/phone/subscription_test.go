package phone_test

import (
	"encoding/base64"
	"errors"
	"testing"

	"github.com/svartid/svartid/dashboards/board/phone"
)

func TestSubscription(t *testing.T) {
	key := base64.RawURLEncoding.EncodeToString(make([]byte, 65))
	auth := base64.RawURLEncoding.EncodeToString(make([]byte, 16))
	for _, tt := range []struct {
		name, endpoint, key, auth string
		fits                      bool
	}{
		{"a push service", "https://fcm.googleapis.com/fcm/send/abc", key, auth, true},
		{"a padded key", "https://updates.push.services.mozilla.com/wpush/v2/x", key + "=", auth + "==", true},
		{"without TLS", "http://fcm.googleapis.com/fcm/send/abc", key, auth, false},
		{"our own network", "https://192.168.1.1/x", key, auth, false},
		{"this machine", "https://localhost/x", key, auth, false},
		{"a name of the network", "https://metadata.google.internal/x", key, auth, false},
		{"its root", "https://printer.local./x", key, auth, false},
		{"an address of IPv6", "https://[::1]/x", key, auth, false},
		{"a password", "https://a:b@push.example.com/x", key, auth, false},
		{"a short key", "https://push.example.com/x", auth, auth, false},
		{"no secret", "https://push.example.com/x", key, "", false},
		{"nothing", "", "", "", false},
	} {
		err := phone.Subscription{Endpoint: tt.endpoint, Key: tt.key, Auth: tt.auth}.Check()
		if (err == nil) != tt.fits || err != nil && !errors.Is(err, phone.ErrSubscription) {
			t.Errorf("%s: got %v, want that it fits: %v", tt.name, err, tt.fits)
		}
	}
}
