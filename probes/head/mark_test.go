package head

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/ledger"
	"github.com/svartid/svartid/probes/ledger/ledgertest"
)

// mark keeps a mark.
func (b *book) mark(name string, m channels.Checkpoint) {
	b.t.Helper()
	b.update(func(tx probes.Tx) error { return tx.Advance(b.t.Context(), name, m) })
}

// TestMarksAreCovered: from when a plan was followed cannot be dated back, nor what was
// accepted be left out, without the heads telling of it. A ledger whose first head did not
// cover marks goes on.
func TestMarksAreCovered(t *testing.T) {
	followed := channels.Checkpoint{Source: "a1b2", Until: time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)}
	again := channels.Checkpoint{Source: "1", Position: "a1b2", Until: followed.Until.Add(48 * time.Hour)}
	accepted := channels.Checkpoint{Source: "c3d4", Position: "seed", Until: followed.Until.Add(time.Hour)}
	dated := followed
	dated.Until = dated.Until.AddDate(0, 0, -7)
	lived := func(plan, more, yes *channels.Checkpoint) *book {
		b := open(t)
		b.live(days()[0]...)
		for name, m := range map[string]*channels.Checkpoint{probes.DrawnPlans: plan, probes.Refollowed: more, probes.Acceptances: yes} {
			if m != nil {
				b.mark(name, *m)
			}
		}
		return b
	}
	honest := lived(&followed, &again, &accepted)
	honest.publish()
	if got := honest.against(honest.published); got != "" {
		t.Fatalf("the ledger itself: got %s", got)
	}
	later := accepted
	later.Until = later.Until.Add(time.Hour)
	for _, tt := range []struct {
		name            string
		plan, more, yes *channels.Checkpoint
		want            string
	}{
		{"as they were", &followed, &again, &accepted, ""},
		{"a plan dated back", &dated, &again, &accepted, "the mark a1b2 of what is drawn, which head 1 of 2026-03-03 09:00 UTC had seen, was rewritten"},
		{"following again left out", &followed, nil, &accepted, "the mark 1 of what is followed again, which head 1 of 2026-03-03 09:00 UTC had seen, is not there any more"},
		{"an acceptance left out", &followed, &again, nil, "the mark c3d4 of what is accepted, which head 1"},
		{"accepted again", &followed, &again, &later, ""},
	} {
		forged := lived(tt.plan, tt.more, tt.yes)
		forged.keep(honest.history())
		if got := forged.against(honest.published); !strings.Contains(got, tt.want) || tt.want == "" && got != "" {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}
	old := lived(nil, nil, nil)
	old.publishOld()
	old.mark(probes.DrawnPlans, followed)
	old.publish()
	if got := old.against(old.published); got != "" {
		t.Errorf("after a head of the old form: got %s", got)
	}
}

// TestAnchor: what the last head does not cover is said, and arrivals that belong to no
// contact are not what is meant.
func TestAnchor(t *testing.T) {
	b := open(t)
	anchored := func() string {
		t.Helper()
		var a Anchor
		err := b.View(t.Context(), func(tx probes.Tx) (err error) {
			edition := ""
			found, err := tx.Find(t.Context(), probes.Query{Limit: 1})
			for _, c := range found {
				edition = c.Plan.Edition
			}
			if err == nil {
				a, err = AnchorOf(t.Context(), tx, edition)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		said, _, _ := strings.Cut(a.String(), ":")
		return said
	}
	for _, step := range []struct {
		name string
		do   func()
		want string
	}{
		{"nothing", func() {}, ""},
		{"contacts", func() { b.live(days()[0]...) }, "never anchored"},
		{"a head", b.publish, ""},
		{"an unmatched letter", func() { b.hear(letter("INBOX/7/82")) }, ""},
		{"a decision", func() { b.decide("kraft", "they called") }, "not anchored since 2026-03-03 09"},
		{"a head after it", b.publish, ""},
		{"a plan", func() { b.mark(probes.DrawnPlans, channels.Checkpoint{Source: "a1b2", Until: b.now}) }, "not anchored since 2026-03-04 09"},
		{"a head after that", b.publish, ""},
		{"another day", func() { b.live(days()[1]...) }, "not anchored since 2026-03-05 09"},
	} {
		if step.do(); anchored() != step.want {
			t.Errorf("%s: got %q, want %q", step.name, anchored(), step.want)
		}
	}
}

// TestLooksAreCovered: that someone has read evidence cannot be left out or laid at another
// person's door without the heads telling of it; what goes by age is no fault.
func TestLooksAreCovered(t *testing.T) {
	lived := func(readers ...string) *book {
		b := open(t)
		b.live(days()[0]...)
		for _, who := range readers {
			if err := b.Access(t.Context(), probes.Access{Reader: who, What: "explain"}); err != nil {
				t.Fatal(err)
			}
		}
		return b
	}
	honest := lived("kari", "ola")
	honest.publish()
	if err := honest.Access(t.Context(), probes.Access{Reader: "per", What: "explain"}); err != nil {
		t.Fatal(err)
	}
	honest.publish()
	if got := honest.against(honest.published); got != "" {
		t.Fatalf("the ledger itself: got %s", got)
	}
	if err := honest.ForgetAccesses(t.Context(), time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC)); err != nil {
		t.Fatal(err)
	}
	honest.publish()
	if got := honest.against(honest.published); got != "" {
		t.Errorf("once the older ones are gone: got %s", got)
	}
	for _, tt := range []struct {
		readers []string
		want    string
	}{
		{[]string{"kari", "nils"}, "the look 2 at evidence, which head 1 of 2026-03-03 09:00 UTC had seen, was rewritten"},
		{[]string{"ola"}, "the look 2 at evidence, which head 1 of 2026-03-03 09:00 UTC had seen, is not there any more"},
		{nil, "the look 2 at evidence, which head 1 of 2026-03-03 09:00 UTC had seen, is not there any more"},
	} {
		forged := lived(tt.readers...)
		forged.keep(honest.history()[:1])
		if got := forged.against(honest.published[:1]); !strings.Contains(got, tt.want) {
			t.Errorf("%v: got %q, want %q", tt.readers, got, tt.want)
		}
	}
}

// TestDigestsAreCovered: digests of rows that were made anew, because the tables had been
// made to look like an earlier version's, are not those that a head has seen.
func TestDigestsAreCovered(t *testing.T) {
	file := "sqlite:" + filepath.Join(t.TempDir(), "test.db")
	begin := func(salt string) *book {
		opt := ledgertest.Options()
		opt.Salt = func() string { return salt }
		l, err := ledger.Open(t.Context(), file, opt)
		if err != nil {
			t.Fatal(err)
		}
		return &book{Ledger: l, t: t, maker: maker(t), now: ledgertest.Monday}
	}
	b := begin("first")
	b.live(days()[0]...)
	b.publish()
	b.live(days()[1]...)
	b.publish()
	published := b.published
	if got := b.against(published); got != "" {
		t.Fatalf("the ledger itself: got %s", got)
	}
	for _, statement := range []string{
		`UPDATE marks SET until = until + 1, sum = '' WHERE channel = 'mail'`, `UPDATE arrivals SET sum = ''`, `DELETE FROM digests`,
		`ALTER TABLE digests DROP COLUMN version`, `ALTER TABLE digests DROP COLUMN seal`,
		`INSERT INTO meta (name, value) VALUES ('undigested', 'yes')`, `DELETE FROM goose_db_version WHERE version_id > 11`,
	} {
		if _, err := b.DB().ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	again := begin("second")
	defer again.Close()
	if err := again.Verify(t.Context()); err != nil || again.DigestsMade() == 0 {
		t.Errorf("by itself it holds: %v, and says of how many rows digests were made: %d", err, again.DigestsMade())
	}
	const want = "the name of when digests of rows were made, which head 1 of 2026-03-03 09:00 UTC had seen, is another or gone"
	if got := again.against(published); !strings.Contains(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
