package probes_test

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/svartid/svartid/probes"
)

func TestSumCoversEveryField(t *testing.T) {
	e := sent(time.Second)
	e.Contact, e.Seq, e.Recorded, e.Prev = "c", 3, slot, "before"
	base := e.Sum()
	if len(base) != 64 {
		t.Fatalf("got %q, want SHA-256 in hex", base)
	}
	v := reflect.TypeFor[probes.Event]()
	for i := range v.NumField() {
		other := e
		field := reflect.ValueOf(&other).Elem().Field(i)
		switch field.Interface().(type) {
		case int:
			field.SetInt(field.Int() + 1)
		case time.Time:
			field.Set(reflect.ValueOf(field.Interface().(time.Time).Add(time.Microsecond)))
		case json.RawMessage:
			field.SetBytes([]byte(`{"id":"queued "}`))
		default:
			field.SetString(field.String() + "x")
		}
		name := v.Field(i).Name
		if changed := other.Sum() != base; changed != (name != "Hash") {
			t.Errorf("%s: changes the sum: %t", name, changed)
		}
	}
}

func TestSumKeepsFieldsApart(t *testing.T) {
	a := probes.Event{Contact: "c1", Seq: 1, Kind: "sent", Prev: "p"}
	for name, b := range map[string]probes.Event{
		"contact and number": {Contact: "c", Seq: 11, Kind: "sent", Prev: "p"},
		"kind and data":      {Contact: "c1", Seq: 1, Kind: "sen", Data: []byte("t"), Prev: "p"},
		"data and link":      {Contact: "c1", Seq: 1, Kind: "sent", Data: []byte("p")},
	} {
		if a.Sum() == b.Sum() {
			t.Errorf("%s run into each other", name)
		}
	}
	for name, b := range map[string]probes.Event{
		"zone":               {Contact: "c1", Seq: 1, Kind: "sent", Prev: "p", At: time.Time{}.In(time.FixedZone("", 3600))},
		"below microseconds": {Contact: "c1", Seq: 1, Kind: "sent", Prev: "p", At: time.Time{}.Add(999)},
	} {
		if a.Sum() != b.Sum() {
			t.Errorf("%s counts, though it is not stored", name)
		}
	}
}

// linked numbers and links events as a ledger does.
func linked(story ...probes.Event) []probes.Event {
	prev := ""
	for i := range story {
		e := &story[i]
		e.Contact, e.Seq, e.Prev = "c", i+1, prev
		e.Hash = e.Sum()
		prev = e.Hash
	}
	return story
}

func TestCheckChain(t *testing.T) {
	tests := []struct {
		name  string
		spoil func([]probes.Event) []probes.Event
		want  string // part of the error; empty: whole
	}{
		{"whole", func(s []probes.Event) []probes.Event { return s }, ""},
		{"empty", func([]probes.Event) []probes.Event { return nil }, ""},
		{"cut short", func(s []probes.Event) []probes.Event { return s[:2] }, ""}, // the ledger keeps the head
		{"one is missing", func(s []probes.Event) []probes.Event { return slices.Delete(s, 1, 2) }, "contact c: event 3 follows event 1"},
		{"the first is missing", func(s []probes.Event) []probes.Event { return s[1:] }, "event 2 follows event 0"},
		{"two change places", func(s []probes.Event) []probes.Event { s[1], s[2] = s[2], s[1]; return s }, "event 3 follows event 1"},
		{"words were changed", func(s []probes.Event) []probes.Event { s[2].Data = []byte(`{}`); return s }, "event 3 was changed"},
		{"the time was changed", func(s []probes.Event) []probes.Event { s[1].At = s[1].At.Add(-time.Hour); return s }, "event 2 was changed"},
		{"and the hash mended", func(s []probes.Event) []probes.Event {
			s[1].At = s[1].At.Add(-time.Hour)
			s[1].Hash = s[1].Sum()
			return s
		}, "event 3 does not link to the one before"},
		{"the first links to something", func(s []probes.Event) []probes.Event {
			s[0].Prev = "x"
			s[0].Hash = s[0].Sum()
			return s
		}, "event 1 does not link"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			err := probes.CheckChain(tt.spoil(linked(asked(covered(25 * time.Hour))...)))
			switch {
			case tt.want == "" && err != nil:
				t.Errorf("got %v, want it whole", err)
			case tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)):
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
}
