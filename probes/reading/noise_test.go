package reading

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/svartid/svartid/probes/reading/message"
)

func TestNoise(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	octets := make([]byte, 3000)
	for i := range octets {
		octets[i] = byte(r.UintN(256))
	}
	var latin strings.Builder
	for _, b := range octets {
		latin.WriteRune(rune(b))
	}
	answer := "Hei! Det koster 299 kr i måneden, og det er ingen bindingstid. Mvh Anne"
	for _, tt := range []struct {
		name string
		raw  string
		want bool
	}{
		{"a file", string(octets), true},
		{"octets as if they were Latin-1", latin.String(), true},
		{"replaced characters", strings.Repeat("\ufffd\ufffd ok ", 40), true},
		{"base64 that was not taken off", "SGVpISBEZXQga29zdGVyIDI5OSBrciBpIG3DpW5lZGVuLCBvZyBkZXQgZXIgaW5nZW4gYmluZGluZ3N0aWQ", true},
		{"an answer", answer, false},
		{"names of products", "Hei! Med iPhone, MacBook eller YouTube Premium i McDonald's koster det 49 kr hos oss i måneden.", false},
		{"an answer in a frame", strings.Repeat("=", 70) + "\n" + answer + "\n" + strings.Repeat("=", 70), false},
		{"an answer in a table", "+-----+-----+\n| 299 | kr  |\n+-----+-----+\n" + answer, false},
		{"faces", strings.Repeat("\U0001F600", 50), false},
		{"Japanese", strings.Repeat("お問い合わせありがとうございます。", 4), false},
		{"Arabic", strings.Repeat("شكرا لتواصلكم معنا ", 5), false},
		{"short", "?§?", false},
	} {
		got, noise := readNoise(tt.raw)
		if noise != tt.want || noise && (got.Kind != Other || !got.Doubtful) {
			t.Errorf("%s: got %v, %v", tt.name, got, noise)
		}
	}
	m := message.Parse([]byte("From: a@b.example\r\nSubject: Sv: Pris\r\nContent-Type: text/plain; charset=iso-8859-1\r\n\r\n" + string(octets)))
	if got := Read(m, Asked{}, time.Time{}); got.Kind == Answer && !got.Doubtful {
		t.Errorf("octets are an answer for sure: %v", got)
	}
}
