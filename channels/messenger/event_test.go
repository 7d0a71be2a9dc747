package messenger

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/hook"
)

const page = "102030405060708"

// parsed is what is made of a body when page is the only one that is known.
func parsed(body string) (events []event, dropped []hook.Code, err error) {
	events, err = parse([]byte(body), func(p string) bool { return p == page },
		func(c hook.Code) { dropped = append(dropped, c) })
	return events, dropped, err
}

// TestParseShapes reads the documented shapes.
func TestParseShapes(t *testing.T) {
	for file, want := range map[string]event{
		"message.json":  {},
		"standby.json":  {},
		"echo.json":     {byPage: true},
		"bot.json":      {byPage: true},
		"referral.json": {ref: "r3f"},
		"postback.json": {ref: "r3f"},
	} {
		body, err := os.ReadFile(filepath.Join("..", "simulated", "meta", "testdata", file))
		if err != nil {
			t.Fatal(err)
		}
		events, dropped, err := parsed(string(body))
		if err != nil || len(events) != 1 || len(dropped) != 0 {
			t.Errorf("%s: %d events, dropped %v, %v", file, len(events), dropped, err)
			continue
		}
		got := events[0]
		if got.page != page || got.customer != "1143798464259092" || got.byPage != want.byPage || got.ref != want.ref {
			t.Errorf("%s: got %+v", file, got)
		}
		if got.at.UnixMilli() != 1_799_668_800_123 || got.within != time.Millisecond {
			t.Errorf("%s: at %v within %v", file, got.at, got.within)
		}
		var m message
		if want.ref == "" && (json.Unmarshal(got.message, &m) != nil || m.MID == "" || m.Text == "") {
			t.Errorf("%s: said %+v", file, m)
		}
		if file == "bot.json" && (m.AppID != "263902037430900" || len(m.QuickReplies) != 2) {
			t.Errorf("%s: said %+v", file, m)
		}
		if file == "message.json" && m.Text != "Hei på deg! 😀" {
			t.Errorf("%s: said %q", file, m.Text)
		}
	}
}

// in wraps one event of a page in a delivery.
func in(id, list, raw string) string {
	return fmt.Sprintf(`{"object":"page","entry":[{"id":%q,"time":1799668800123,%q:[%s]}]}`, id, list, raw)
}

func TestParseRefuses(t *testing.T) {
	const hello = `{"sender":{"id":"1"},"recipient":{"id":"` + page + `"},"timestamp":1799668800000,"message":{"mid":"m","text":"Hei"}}`
	for _, tt := range []struct {
		name, body string
		events     int
		dropped    []hook.Code
		err        error
	}{
		{"good", in(page, "messaging", hello), 1, nil, nil},
		{"no JSON", "hei", 0, nil, hook.Malformed},
		{"nothing", "", 0, nil, hook.Malformed},
		{"an array", "[]", 0, nil, hook.Malformed},
		{"an entry that is none", `{"object":"page","entry":[1]}`, 0, nil, hook.Malformed},
		{"another object", strings.Replace(in(page, "messaging", hello), `"page"`, `"instagram"`, 1), 0, []hook.Code{hook.UnknownEvent}, nil},
		{"another page", in("9", "messaging", hello), 0, []hook.Code{hook.UnknownPlace}, nil},
		{"a change", in(page, "changes", `{"field":"feed","value":{}}`), 0, []hook.Code{hook.UnknownEvent}, nil},
		{"an event that is none", in(page, "messaging", `7`), 0, []hook.Code{hook.Malformed}, nil},
		{"one good, one bad", in(page, "messaging", `7,`+hello), 1, []hook.Code{hook.Malformed}, nil},
		{"a receipt", in(page, "messaging", `{"sender":{"id":"1"},"recipient":{"id":"`+page+`"},"timestamp":1799668800000,"read":{"watermark":1}}`), 0, []hook.Code{hook.UnknownEvent}, nil},
		{"between others", in(page, "messaging", strings.ReplaceAll(hello, page, "2")), 0, []hook.Code{hook.UnknownEvent}, nil},
		{"to itself", in(page, "messaging", strings.Replace(hello, `"1"`, `"`+page+`"`, 1)), 0, []hook.Code{hook.UnknownEvent}, nil},
		{"ids without quotes", in(page, "messaging", strings.ReplaceAll(strings.Replace(hello, `"1"`, `1`, 1), `"`+page+`"`, page)), 1, nil, nil},
		{"no entry", `{"object":"page"}`, 0, nil, nil},
	} {
		events, dropped, err := parsed(tt.body)
		if len(events) != tt.events || !slices.Equal(dropped, tt.dropped) || !errors.Is(err, tt.err) {
			t.Errorf("%s: %d events, dropped %q, %v; want %d, %q, %v", tt.name, len(events), dropped, err, tt.events, tt.dropped, tt.err)
		}
	}
}

func TestStamps(t *testing.T) {
	for text, want := range map[string]struct {
		at     int64 // ms; 0 = none
		within time.Duration
	}{
		`1799668800123`:   {1799668800123, time.Millisecond},
		`"1799668800123"`: {1799668800123, time.Millisecond},
		`1799668800`:      {1799668800000, time.Second},
		`"1458692752"`:    {1458692752000, time.Second}, // as the standby page once had it
		`0`:               {}, `-1`: {}, `"i dag"`: {}, `null`: {}, `{}`: {}, `1.5e12`: {}, `999999999999999999999`: {}, `9223372036854775807`: {},
	} {
		var s stamp
		if err := json.Unmarshal([]byte(text), &s); err != nil {
			t.Errorf("%s: %v", text, err)
		}
		if want.at == 0 != s.at.IsZero() || want.at != 0 && s.at.UnixMilli() != want.at || s.within != want.within {
			t.Errorf("%s: %v within %v", text, s.at, s.within)
		}
	}
	events, _, _ := parsed(in(page, "messaging", `{"sender":{"id":"1"},"recipient":{"id":"`+page+`"},"message":{"mid":"m"}}`))
	if len(events) != 1 || events[0].at.UnixMilli() != 1_799_668_800_123 {
		t.Errorf("an event without a time: %+v; want that of its entry", events)
	}
}

// TestParseBatch takes a thousand events of two pages apart, in their order.
func TestParseBatch(t *testing.T) {
	var items []string
	for i := range 1000 {
		items = append(items, fmt.Sprintf(`{"sender":{"id":"%d"},"recipient":{"id":"%s"},"timestamp":%d,"message":{"mid":"m_%d"}}`,
			1000+i, page, 1_799_668_800_000+int64(i*7919%1000), i))
	}
	body := `{"object":"page","entry":[{"id":"9","messaging":[` + items[0] + `]},{"id":"` + page + `","messaging":[` +
		strings.Join(items[:500], ",") + `],"standby":[` + strings.Join(items[500:], ",") + `]}]}`
	events, dropped, err := parsed(body)
	if err != nil || len(events) != 1000 || len(dropped) != 1 {
		t.Fatalf("%d events, dropped %d, %v", len(events), len(dropped), err)
	}
	if !slices.IsSortedFunc(events, func(a, b event) int { return a.at.Compare(b.at) }) {
		t.Error("not in the order of time")
	}
}

func TestKeys(t *testing.T) {
	e := event{page: page, raw: json.RawMessage(`{"x":1}`)}
	other := event{page: page, raw: json.RawMessage(`{"x":2}`)}
	if got := e.key(message{MID: "m_1"}); got != page+" m_1" {
		t.Errorf("got %q", got)
	}
	for _, mid := range []string{"", "m\x00", strings.Repeat("m", 300)} {
		m := message{MID: mid}
		if got := e.key(m); !channels.IsName(got) || got == other.key(m) || got != e.key(m) {
			t.Errorf("%q: got %q, and of another %q", mid, got, other.key(m))
		}
	}
}

// FuzzParse holds what is made of any body.
func FuzzParse(f *testing.F) {
	files, _ := filepath.Glob(filepath.Join("..", "simulated", "meta", "testdata", "*.json"))
	for _, file := range files {
		body, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(body)
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		events, _, err := parsed(string(body))
		if err != nil && !errors.Is(err, hook.Malformed) {
			t.Errorf("refused with %v", err)
		}
		for _, e := range events {
			if e.page != page || e.customer == "" || e.customer == page || len(e.message) == 0 && e.ref == "" {
				t.Errorf("made %+v", e)
			}
			var m message
			if json.Unmarshal(e.message, &m) == nil && !channels.IsName(e.key(m)) {
				t.Errorf("key %q", e.key(m))
			}
		}
	})
}
