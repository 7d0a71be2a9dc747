package probes_test

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/fault"
	"github.com/svartid/svartid/probes/reading"
)

// kept is evidence by digest.
type kept map[string][]byte

func (k kept) Evidence(_ context.Context, digest string) ([]byte, error) {
	if evidence, ok := k[digest]; ok {
		return evidence, nil
	}
	return nil, fmt.Errorf("%w: %s", probes.ErrNoEvidence, digest)
}

// keep detaches an event's words.
func (k kept) keep(t *testing.T, e probes.Event) probes.Event {
	t.Helper()
	bare, evidence, err := probes.Detach(e, func() string { return "salt" })
	if err != nil {
		t.Fatal(err)
	}
	if evidence != nil {
		k[probes.Details(bare)] = evidence
	}
	return bare
}

// A wording is an event with words, and the JSON of what is left of it.
type wording struct {
	name string
	e    probes.Event
	left string
}

// wordings are one for each kind of words.
func wordings() []wording {
	made := func(kind probes.EventKind, payload any) probes.Event {
		return probes.NewEvent(kind, 1, time.Time{}, payload)
	}
	return []wording{
		{"a reply that quotes an address", made(probes.Refused, probes.Failure{Reason: "550 <a@b.no>", Code: 550, Status: "5.1.1"}), `{"code":550,"status":"5.1.1","detail":"DETAIL"}`},
		{"a reason of our own", made(probes.Dropped, probes.Failure{Reason: "missed its day", Fault: fault.Ours}), `{"reason":"missed its day","fault":"ours"}`},
		{"a pause", made(probes.Dropped, probes.Failure{Reason: "paused: Marte is ill"}), `{"reason":"paused","detail":"DETAIL"}`},
		{"a status that is none", made(probes.Refused, probes.Failure{Status: "no such user"}), `{"detail":"DETAIL"}`},
		{
			"a receipt", made(probes.Sent, probes.Sending{ID: "4F1A", Response: "250 ok", Names: []string{"room"}}),
			`{"id":"QUEUED","names":["ROOM"],"detail":"DETAIL"}`,
		},
		{"our own sight of a copy", made(probes.Copied, probes.Sending{Response: probes.SeenIn("INBOX")}), `{"response":"our own opener, seen in INBOX"}`},
		{
			"a reading", made(probes.Heard, probes.Classification{Kind: reading.Answer, Because: []reading.Reason{{Signal: "fact", Weight: 2, Saw: "349 kr, Marte"}}}),
			`{"arrival":"","evidence":"","rule":"","times":{"arrived":"0001-01-01T00:00:00Z"},"kind":"answer","because":[{"signal":"fact","weight":2,"saw":""}],"detail":"DETAIL"}`,
		},
		{"a report", made(probes.Noted, probes.Reported{Report: channels.InLine, By: "Sunniva"}), `{"tap":"queue","detail":"DETAIL"}`},
		{
			"a report of an end", made(probes.Covered, probes.Coverage{Reported: &probes.Reported{Report: channels.GaveUp, By: "Sunniva"}}),
			`{"until":"0001-01-01T00:00:00Z","sources":null,"tapped":{"tap":"gave up"},"detail":"DETAIL"}`,
		},
		{"a goodbye", made(probes.Closed, probes.Closing{Words: "Takk, Marte"}), `{"detail":"DETAIL"}`},
		{"an amendment", made(probes.Amended, probes.Amendment{Outcome: probes.Void, Reason: "Marte called", By: "Oddrun"}), `{"outcome":"void","detail":"DETAIL"}`},
		{"nothing to take out", made(probes.Ruled, probes.Ruling{Outcome: probes.Late, Centre: "own"}), `{"outcome":"late","centre":"own"}`},
	}
}

// TestDetach: of an event, figures and names of our own are left; put back, it
// is what it was, but for the digest.
func TestDetach(t *testing.T) {
	for _, tt := range wordings() {
		t.Run(tt.name, func(t *testing.T) {
			papers := kept{}
			bare := papers.keep(t, tt.e)
			left := string(bare.Data)
			if digest := probes.Details(bare); digest != "" {
				left = strings.ReplaceAll(left, digest, "DETAIL")
			}
			want := strings.NewReplacer("ROOM", probes.Digested("room"), "QUEUED", probes.Digested("4F1A")).Replace(tt.left)
			if left != want {
				t.Errorf("left\n%s, want\n%s", left, want)
			}
			if probes.HoldsWords(bare) || probes.HoldsWords(tt.e) != (len(papers) > 0) {
				t.Errorf("holds words: %t before, %t after", probes.HoldsWords(tt.e), probes.HoldsWords(bare))
			}
			if again := papers.keep(t, bare); string(again.Data) != string(bare.Data) {
				t.Errorf("detached twice, it is %s", again.Data)
			}
			told, err := probes.Reveal(t.Context(), papers, []probes.Event{bare})
			if err != nil {
				t.Fatal(err)
			}
			if got, want := withoutDetail(t, told[0]), withoutDetail(t, tt.e); got != want {
				t.Errorf("put back, it is\n%s, want\n%s", got, want)
			}
		})
	}
}

// withoutDetail is what an event holds but for the digest of its words.
func withoutDetail(t *testing.T, e probes.Event) string {
	t.Helper()
	var data map[string]any
	if err := json.Unmarshal(e.Data, &data); err != nil {
		t.Fatal(err)
	}
	delete(data, "detail")
	return fmt.Sprint(data)
}

// TestErased: where the words are gone, what tells of them says so.
func TestErased(t *testing.T) {
	var history []probes.Event
	for _, tt := range wordings() {
		history = append(history, kept{}.keep(t, tt.e))
	}
	told, err := probes.Reveal(t.Context(), kept{}, history)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range map[int]string{
		0: `"reason":"erased"`, 1: `"reason":"missed its day"`, 2: `"reason":"paused: erased"`, 4: `"response":"erased"`,
		6: `"saw":"erased"`, 7: `"by":"erased"`, 9: `"words":"erased"`, 10: `"reason":"erased","by":"erased"`,
	} {
		if !strings.Contains(string(told[i].Data), want) {
			t.Errorf("%s is told as %s, want %s", wordings()[i].name, told[i].Data, want)
		}
	}
}

// TestSalt: the digest of the same words is another one each time.
func TestSalt(t *testing.T) {
	n := 0
	salt := func() string { n++; return fmt.Sprint(n) }
	e := wordings()[0].e
	first, _, err := probes.Detach(e, salt)
	if err != nil {
		t.Fatal(err)
	}
	second, _, err := probes.Detach(e, salt)
	if err != nil || probes.Details(first) == probes.Details(second) {
		t.Errorf("got %s twice, %v", probes.Details(first), err)
	}
}

// TestEveryTextOfAnEvent: each text that a payload can hold is taken out, or is
// on the list of names of our own. A new one has to be put on either side.
func TestEveryTextOfAnEvent(t *testing.T) {
	own := map[probes.EventKind]string{
		probes.Planned:  "edition company class channel probe scenario persona within day_ends replaces moved drawn",
		probes.Intended: "token address id words",
		probes.Sent:     "handed picture tapped.tap tapped.detail", probes.Copied: "handed picture tapped.tap tapped.detail",
		probes.Heard:   "arrival evidence rule flagged kind fault language centre because.signal words prints picture responder tapped.tap tapped.detail",
		probes.Covered: "letters.arrival sources.source sources.position tapped.tap tapped.detail", probes.Held: "for letters.arrival",
		probes.Prompted: "how", probes.Noted: "tap", probes.Closed: "", probes.Ruled: "outcome centre",
		probes.Retracted: "", probes.Amended: "outcome arrival kind", probes.Reread: "arrival evidence rule flagged kind fault language centre because.signal words prints picture responder tapped.tap tapped.detail", probes.Corroborated: "by check contacts",
	}
	for _, kind := range append(probes.Failures(), probes.Broken) {
		own[kind] = "step fault reached picture tapped.tap tapped.detail" // reached: channels of the configuration; picture: a digest
	}
	payloads := map[probes.EventKind]any{
		probes.Planned: &probes.Plan{}, probes.Intended: &probes.Intent{}, probes.Sent: &probes.Sending{}, probes.Copied: &probes.Sending{},
		probes.Deferred: &probes.Failure{}, probes.Refused: &probes.Failure{}, probes.Dropped: &probes.Failure{}, probes.Unsure: &probes.Failure{},
		probes.Unsent: &probes.Failure{}, probes.Broken: &probes.Failure{}, probes.Heard: &probes.Classification{}, probes.Covered: &probes.Coverage{},
		probes.Prompted: &probes.Prompting{}, probes.Noted: &probes.Reported{}, probes.Closed: &probes.Closing{}, probes.Ruled: &probes.Ruling{},
		probes.Amended: &probes.Amendment{}, probes.Corroborated: &probes.Corroboration{},
		probes.Retracted: &probes.Retraction{},
		probes.Held:      &probes.Suspension{}, probes.Reread: &probes.Classification{},
	}
	for kind, payload := range payloads {
		places := map[string]string{}
		fill(reflect.ValueOf(payload).Elem(), "", places)
		bare := kept{}.keep(t, probes.NewEvent(kind, 1, time.Time{}, payload))
		var left []string
		for word, place := range places {
			if place != "detail" && strings.Contains(string(bare.Data), word) {
				left = append(left, place)
			}
		}
		slices.Sort(left)
		want := slices.Sorted(slices.Values(strings.Fields(own[kind])))
		if fmt.Sprint(left) != fmt.Sprint(want) {
			t.Errorf("%s keeps the texts %v, want %v", kind, left, want)
		}
	}
}

// fill puts a word of its own into each text below a value, and notes where.
func fill(v reflect.Value, path string, places map[string]string) {
	switch v.Kind() {
	case reflect.String:
		word := fmt.Sprintf("word %d of it", len(places))
		places[word] = path
		v.SetString(word)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), path, places)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(v.Index(0), path, places)
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			return
		}
		for i := range v.NumField() {
			name, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("json"), ",")
			fill(v.Field(i), strings.TrimPrefix(path+"."+name, "."), places)
		}
	}
}
