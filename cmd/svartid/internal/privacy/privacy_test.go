package privacy_test

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/cmd/svartid/internal/privacy"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/edition"
	"github.com/svartid/svartid/probes/ledger"
	"github.com/svartid/svartid/probes/ledger/ledgertest"
	"github.com/svartid/svartid/probes/reading"
)

// day is how far contacts are apart.
const day = 24 * time.Hour

// season opens a ledger of four contacts, one a day, each with a letter; and one
// letter a day that belongs to none.
func season(t *testing.T) *ledger.Ledger {
	t.Helper()
	l, err := ledger.Open(t.Context(), "sqlite::memory:", ledgertest.Options())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	err = l.Update(t.Context(), func(tx probes.Tx) error {
		for i := range 4 {
			if err := contact(t.Context(), tx, i); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// contact writes the ith contact and the ith letter of no contact.
func contact(ctx context.Context, tx probes.Tx, i int) error {
	plan, id, at := ledgertest.Plan(i), ledgertest.ID(i), ledgertest.Monday.Add(time.Duration(i)*day)
	plan.Slot, plan.Within, plan.Company, plan.Channel = at, "1h", "kraft", "mail"
	letter := func(key, from, text string) probes.StoredArrival {
		raw := fmt.Sprintf("From: %s\r\nSubject: Sv %d\r\n\r\n%s %d", from, i, text, i)
		return probes.StoredArrival{Channel: "mail", Kind: reading.Other, From: from, Subject: fmt.Sprint("Sv ", i), Arrival: channels.Arrival{
			Key: key, Media: channels.Mail, Raw: []byte(raw), Times: channels.Times{Arrived: at.Add(time.Minute)},
		}}
	}
	_, err := tx.Append(ctx, id, ledgertest.Event(probes.Planned, 1, at, plan),
		ledgertest.Event(probes.Intended, 1, at, probes.Intent{Token: id}),
		ledgertest.Event(probes.Sent, 1, at, probes.Sending{Response: fmt.Sprint("250 queued for Per Persen ", i)}))
	if err != nil {
		return err
	}
	h := letter(fmt.Sprint("own", i), "Lise Moe <lise@kraft.example>", "Hei! Hilsen Lise Moe.")
	h.Contact, h.Attempt, h.Company, h.Rule = id, 1, "kraft", "address"
	if _, err := tx.Hear(ctx, h); err != nil {
		return err
	}
	heard, err := tx.Arrivals(ctx, probes.ArrivalQuery{Channel: "mail", Key: h.Arrival.Key})
	if err != nil {
		return err
	}
	h = heard[0]
	_, err = tx.Append(ctx, id, ledgertest.Event(probes.Heard, 1, h.Arrival.Times.Arrived, probes.Classification{
		Arrival: h.Arrival.Key, Kind: h.Kind, Rule: h.Rule, Evidence: h.Digest, Times: h.Arrival.Times,
	}))
	if err == nil {
		_, err = tx.Hear(ctx, letter(fmt.Sprint("other", i), "Ola <ola@dal.example>", "Spør Elise Moen."))
	}
	return err
}

// left returns the keys of the arrivals that still say who wrote them, and those
// whose words are there.
func left(t *testing.T, l *ledger.Ledger) (personal, words []string) {
	t.Helper()
	err := l.View(t.Context(), func(tx probes.Tx) error {
		all, err := tx.Arrivals(t.Context(), probes.ArrivalQuery{})
		for _, h := range all {
			if h.From != "" {
				personal = append(personal, h.Arrival.Key)
			}
			if _, err := tx.Evidence(t.Context(), h.Digest); err == nil {
				words = append(words, h.Arrival.Key)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Verify(t.Context()); err != nil {
		t.Error(err)
	}
	slices.Sort(personal)
	slices.Sort(words)
	return personal, words
}

// TestKeeper: what is older than it may be goes, evidence and names each at its age,
// and again and again as time goes by.
func TestKeeper(t *testing.T) {
	l := season(t)
	now := ledgertest.Monday
	k := &privacy.Keeper{
		Ledger: l, Evidence: 2 * day, Personal: 3 * day, Log: slog.New(slog.DiscardHandler), Clock: func() time.Time { return now },
	}
	for _, tt := range []struct {
		after           time.Duration
		personal, words string
	}{
		{0, "own0 own1 own2 own3", "own0 own1 own2 own3"},
		{2*day + 59*time.Minute, "own0 own1 own2 own3", "own0 own1 own2 own3"}, // its deadline was an hour after it left
		{2*day + 61*time.Minute, "own0 own1 own2 own3", "own1 own2 own3"},
		{3*day + 61*time.Minute, "own1 own2 own3", "own2 own3"},
		{100 * day, "", ""},
	} {
		now = ledgertest.Monday.Add(tt.after)
		if err := k.Once(t.Context()); err != nil {
			t.Fatal(err)
		}
		own := func(keys []string) string {
			return strings.Join(slices.DeleteFunc(keys, func(key string) bool { return !strings.HasPrefix(key, "own") }), " ")
		}
		personal, words := left(t, l)
		if own(personal) != tt.personal || own(words) != tt.words {
			t.Errorf("after %v: names of %q and words of %q, want %q and %q", tt.after, own(personal), own(words), tt.personal, tt.words)
		}
	}
	if personal, words := left(t, l); len(personal)+len(words) > 0 {
		t.Errorf("left of letters of no contact: %v, %v", personal, words)
	}
}

// TestKeeps: an age of 0 keeps everything.
func TestKeeps(t *testing.T) {
	l := season(t)
	k := &privacy.Keeper{Ledger: l, Log: slog.New(slog.DiscardHandler), Clock: func() time.Time { return ledgertest.Monday.Add(9999 * day) }}
	if err := k.Once(t.Context()); err != nil {
		t.Fatal(err)
	}
	if personal, words := left(t, l); len(personal) != 8 || len(words) != 8 {
		t.Errorf("got %v and %v", personal, words)
	}
}

// TestOfPerson: a person is found by name and address, in headers, words and events,
// and not in names that only contain theirs.
func TestOfPerson(t *testing.T) {
	l := season(t)
	for who, want := range map[string]int{
		"Lise Moe": 4, "lise  MOE": 4, "lise@kraft.example": 4, "ise@kraft.example": 0, "Elise Moen": 4, "Lise": 4, "Moe": 4, "Mo": 0, "": 0,
		"Per Persen": 4, "Per": 4, "Ola": 4, "Lise\u00a0Moe": 4, "ＬＩＳＥ Moe": 4,
	} {
		var found []privacy.Found
		err := l.View(t.Context(), func(tx probes.Tx) (err error) {
			found, err = privacy.OfPerson(t.Context(), tx, who)
			return err
		})
		if err != nil || len(found) != want {
			t.Errorf("%q: found in %d, %v; want %d", who, len(found), err, want)
		}
		if e := privacy.Erasure(found); len(e.Contacts)+len(e.Arrivals) != want || strings.Contains(e.Scope, "ise") {
			t.Errorf("%q: erases %+v", who, e)
		}
	}
}

// TestOfCompany: a company's letters are those of its contacts, and those from domains
// that are its own alone.
func TestOfCompany(t *testing.T) {
	l := season(t)
	own := edition.Company{ID: "dal", Reach: map[string]string{"mail": "post@dal.example"}}
	kraft := edition.Company{ID: "kraft", Reach: map[string]string{"mail": "post@kraft.example"}}
	shared := edition.Company{ID: "fjord", Reach: map[string]string{"mail": "fjord@dal.example"}}
	for _, tt := range []struct {
		company            string
		edition            edition.Edition
		contacts, arrivals int
	}{
		{"kraft", edition.Edition{Companies: []edition.Company{kraft, own}}, 4, 0},
		{"dal", edition.Edition{Companies: []edition.Company{kraft, own}}, 0, 4},
		{"dal", edition.Edition{Companies: []edition.Company{kraft, own, shared}}, 0, 0},
	} {
		var e probes.Erasure
		err := l.View(t.Context(), func(tx probes.Tx) (err error) {
			e, err = privacy.OfCompany(t.Context(), tx, &tt.edition, tt.company)
			return err
		})
		if err != nil || len(e.Contacts) != tt.contacts || len(e.Arrivals) != tt.arrivals {
			t.Errorf("%s: got %+v, %v", tt.company, e, err)
		}
	}
}
