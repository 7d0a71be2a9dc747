package head

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/ledger/ledgertest"
	"github.com/svartid/svartid/probes/reading"
)

// letter is an arrival that belongs to no contact.
func letter(key string) probes.StoredArrival {
	return probes.StoredArrival{Channel: "mail", Source: "INBOX", Kind: reading.Answer, Arrival: channels.Arrival{
		Key: key, Media: channels.Plain, Raw: []byte("Hei, vi åpner klokka 9. " + key), Names: []string{"kari@kunder.example"},
		Times: channels.Times{Arrived: ledgertest.Monday.Add(time.Hour)},
	}}
}

// hear keeps arrivals.
func (b *book) hear(all ...probes.StoredArrival) {
	b.t.Helper()
	b.update(func(tx probes.Tx) error {
		for _, h := range all {
			if _, err := tx.Hear(b.t.Context(), h); err != nil {
				return err
			}
		}
		return nil
	})
}

// publishOld makes the head of a day as it was made before heads covered arrivals.
func (b *book) publishOld() {
	b.t.Helper()
	b.now = b.now.Add(24 * time.Hour)
	last := ""
	if n := len(b.published); n > 0 {
		last = b.published[n-1]
	}
	history := b.history()
	b.update(func(tx probes.Tx) error {
		state, err := Read(b.t.Context(), tx)
		if err != nil {
			return err
		}
		k := b.maker.next(state, history, last)
		h := Head{
			Edition: b.maker.Edition, Number: k.Number, At: b.now, Contacts: len(state), Events: state.Events(),
			Digest: state.Digest(), Previous: previous(history, last), old: true,
		}
		k.At, k.Line = b.now, h.Line(b.maker.Key)
		b.published = append(b.published, k.Line)
		digest, err := tx.Keep(b.t.Context(), []byte(k.paper()))
		if err != nil {
			return err
		}
		return tx.Advance(b.t.Context(), probes.Heads, channels.Checkpoint{Source: "1", Position: digest, Until: b.now})
	})
}

// TestArrivals: an arrival that a head had seen cannot be rewritten or taken out
// without being told, though it belongs to no contact; that a person says whose it is
// changes nothing that was published. A ledger whose first head is of the old form
// goes on with the new one, and what it had heard until then is covered by that.
func TestArrivals(t *testing.T) {
	all := days()
	first, second := letter("INBOX/7/82"), letter("INBOX/7/91 b")
	later, other := first, second
	later.Arrival.Times.Arrived = first.Arrival.Times.Arrived.Add(72 * time.Hour)
	other.Arrival.Raw = []byte("Ring oss.")
	// lived is the season in which these were heard.
	lived := func(t *testing.T, old bool, heard ...probes.StoredArrival) *book {
		b := open(t)
		b.live(all[0]...)
		b.hear(heard[:1]...)
		if old {
			b.publishOld()
		} else {
			b.publish()
		}
		b.live(all[1]...)
		b.hear(heard[1:]...)
		b.publish()
		b.live(all[2]...)
		b.publish()
		return b
	}
	for _, tt := range []struct {
		name  string
		old   bool
		heard []probes.StoredArrival
		want  []string
	}{
		{"as they came", false, []probes.StoredArrival{first, second}, nil},
		{"as they came, by an old head", true, []probes.StoredArrival{first, second}, nil},
		{"one comes later", false, []probes.StoredArrival{later, second}, []string{
			"the arrival INBOX/7/82 on mail, which head 1 of 2026-03-03 09:00 UTC had seen, was rewritten: it came at another time",
		}},
		{"one comes later, by an old head", true, []probes.StoredArrival{later, second}, []string{
			"the arrival INBOX/7/82 on mail, which head 2 of 2026-03-04 09:00 UTC had seen, was rewritten: it came at another time",
		}},
		{"one has other words", false, []probes.StoredArrival{first, other}, []string{
			"the arrival INBOX/7/91 b on mail, which head 2 of 2026-03-04 09:00 UTC had seen, was rewritten",
		}},
		{"one is gone", false, []probes.StoredArrival{first}, []string{
			"the arrival INBOX/7/91 b on mail, which head 2 of 2026-03-04 09:00 UTC had seen, is not there any more",
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			truth := lived(t, tt.old, first, second)
			b := open(t)
			b.live(slices.Concat(all[0], all[1], all[2])...)
			b.hear(tt.heard...)
			b.keep(truth.history())
			got := b.against(truth.published)
			if tt.want == nil && got != "" || strings.Count(got, "\n") > max(len(tt.want)-1, 0) {
				t.Errorf("got %s", got)
			}
			for _, want := range tt.want {
				if !strings.Contains(got, want) {
					t.Errorf("got %s, want %s", got, want)
				}
			}
			if tt.old && !strings.HasPrefix(truth.published[0], oldForm+" ") || !strings.HasPrefix(truth.published[1], form+" ") {
				t.Errorf("got %q", truth.published)
			}
		})
	}
	judged := lived(t, false, first, second)
	judged.update(func(tx probes.Tx) error {
		h := first
		h.Contact, h.Attempt = all[0][0].Contact, 1
		h.Verdict = &probes.Verdict{Kind: reading.Answer, Reason: "it is", By: "kari", At: judged.now}
		return tx.Judge(t.Context(), h)
	})
	judged.publish()
	if got := judged.against(judged.published); got != "" {
		t.Errorf("once a person has said whose it is: got %s", got)
	}
}
