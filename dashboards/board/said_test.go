package board

import (
	"strings"
	"testing"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/ledger/ledgertest"
	"github.com/svartid/svartid/probes/reading"
)

// came keeps something that arrived because of a contact and was doubtful.
func (s *site) came(contact, media, raw string) {
	s.t.Helper()
	at := noon.Add(-time.Hour)
	err := s.ledger.Update(s.t.Context(), func(tx probes.Tx) error {
		h := probes.StoredArrival{
			Channel: "chat", Source: "chat", Contact: contact, Attempt: 1, Company: "nordlys", Kind: reading.Answer, Doubtful: true,
			Arrival: channels.Arrival{Key: "key-" + contact, Media: media, Raw: []byte(raw), Times: channels.Times{Arrived: at}},
		}
		if _, err := tx.Hear(s.t.Context(), h); err != nil {
			return err
		}
		digest, err := tx.Keep(s.t.Context(), []byte(raw))
		if err != nil {
			return err
		}
		_, err = tx.Append(s.t.Context(), contact, ledgertest.Event(probes.Heard, 1, at, probes.Classification{
			Arrival: h.Arrival.Key, Evidence: digest, Kind: reading.Answer, Doubtful: true, Times: h.Arrival.Times,
		}))
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
}

// TestSaidByMedia: a chat line is no mail, however it begins, and the JSON
// around a picture is never shown, neither in the queue nor in a history.
func TestSaidByMedia(t *testing.T) {
	s := newSite(t, firm("nordlys", "power", "Nordlys"))
	s.ask("price", "nordlys", "power", left())
	s.came("price", channels.Plain, "Subject: 499 kr")
	s.ask("picture", "nordlys", "power", left())
	s.came("picture", channels.JSON, `{"sender":{"id":"24683579"},"message":{"mid":"m_x","attachments":[{"type":"image"}]}}`)
	for path, want := range map[string]string{
		"/contacts/price": "Subject: 499 kr", "/contacts/picture": "[image]",
	} {
		for _, page := range []string{s.page(path), s.page("/queue")} {
			holds(t, page, `<p class="text">`+want+`</p>`)
			if strings.Contains(page, "24683579") {
				t.Errorf("%s names a person", path)
			}
		}
	}
}
