package letter

import (
	"bytes"
	"fmt"
	"net/mail"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/email/internal/header"
)

// shape returns a word with its letters and digits made alike.
func shape(s string) string {
	s = regexp.MustCompile(`[0-9]+`).ReplaceAllString(s, "9")
	s = regexp.MustCompile(`[A-Z]+`).ReplaceAllString(s, "A")
	return regexp.MustCompile(`[a-z]+`).ReplaceAllString(s, "a")
}

// formsOf are what a company could know openers by, beside their words.
func formsOf(t *testing.T, message []byte) map[string]string {
	t.Helper()
	m, err := mail.ReadMessage(bytes.NewReader(message))
	if err != nil {
		t.Fatal(err)
	}
	var order []string
	for name := range header.Fields(message) {
		order = append(order, name)
	}
	head, _, _ := bytes.Cut(message, []byte("\r\n\r\n"))
	local, _, _ := strings.Cut(strings.Trim(m.Header.Get("Message-ID"), "<>"), "@")
	from, err := m.Header.AddressList("From")
	if err != nil {
		t.Fatal(err)
	}
	_, tagged, _ := strings.Cut(from[0].Address, "+")
	tagged, _, _ = strings.Cut(tagged, "@")
	return map[string]string{
		"order of fields": strings.Join(order, " "),
		"message-id":      fmt.Sprint(len(local)/4, shape(local)),
		"name":            fmt.Sprint(bytes.Contains(head, []byte(`From: "`))),
		"type":            shape(regexp.MustCompile(`boundary=.*`).ReplaceAllString(m.Header.Get("Content-Type"), "")),
		"encoding":        m.Header.Get("Content-Transfer-Encoding"),
		"address":         fmt.Sprint(len(tagged), shape(tagged)),
		"reports":         fmt.Sprint(Style{"p" + from[0].Name}.Reports()),
	}
}

// TestNoConstantMark writes openers as many personas: no form of anything beside
// the words is that of most of them, but each persona keeps to its own.
func TestNoConstantMark(t *testing.T) {
	const personas, each = 60, 5
	counts := map[string]map[string]int{}
	for p := range personas {
		own := map[string]string{}
		for n := range each {
			o := require(Prepare(channels.Opening{
				Attempt: "a", Token: fmt.Sprintf("t%dx%d", p, n), Reach: "post@kraft.example", Subject: "Pris", Body: "Hei, hva koster det på året?",
				Persona: channels.Persona{Name: fmt.Sprintf("Kari Nord%c", 'a'+p%26), Address: fmt.Sprintf("kari%d@example.no", p), Tag: "plus"},
			}))
			l := require(Compose(o, time.Date(2021, 3, 5+n, 9, 30, 15, 0, time.FixedZone("CET", 3600))))
			for mark, value := range formsOf(t, l.Message) {
				if counts[mark] == nil {
					counts[mark] = map[string]int{}
				}
				counts[mark][value]++
				if mark == "address" || mark == "message-id" {
					continue
				}
				if n > 0 && own[mark] != value {
					t.Errorf("persona %d: %s is %q, and was %q", p, mark, value, own[mark])
				}
				own[mark] = value
			}
		}
	}
	for mark, values := range counts {
		most := 0
		for _, n := range values {
			most = max(most, n)
		}
		share := float64(most) / (personas * each)
		t.Logf("%-16s %3d forms, the commonest in %2.0f %% of openers", mark, len(values), 100*share)
		if share > 0.75 {
			t.Errorf("%s is the same in %.0f %% of openers: %v", mark, 100*share, values)
		}
	}
}

// require returns v, and panics on an error.
func require[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
