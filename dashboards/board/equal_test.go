package board

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/engine"
	"github.com/svartid/svartid/probes/fairness"
	"github.com/svartid/svartid/probes/ledger/ledgertest"
	"github.com/svartid/svartid/probes/reading"
	"github.com/svartid/svartid/probes/review"
)

// able lets a site's board take back what was said, as the program does.
func (s *site) able() {
	e := &engine.Engine{Ledger: s.ledger, Clock: s.board.Clock}
	s.board.Judge, s.board.Unjudge, s.board.Untap = e.Judge, e.Unjudge, e.Unreport
}

// receipts has so many contacts of companies hear the same doubtful text, but for the
// number of the case.
func (s *site) receipts(n int) {
	s.t.Helper()
	for i := range n {
		co := s.board.Edition.Companies[i%len(s.board.Edition.Companies)]
		id, key := fmt.Sprintf("same-%03d", i), fmt.Sprintf("INBOX/9/%d", i)
		at := noon.Add(-3*time.Hour + time.Duration(i)*time.Second)
		s.append(question(id, co.ID, co.Class, at, ledgertest.Event(probes.Sent, 1, at, probes.Sending{})))
		s.letter(key, id, co.ID, fmt.Sprintf("Hei! Vi har mottatt henvendelsen din og svarer deg så snart vi kan. Saksnummer %d", 100_000+i))
	}
}

// letter keeps an arrival of a contact that was read with doubt; unmatched if contact
// is empty.
func (s *site) letter(key, contact, company, text string) {
	s.t.Helper()
	at := noon.Add(-time.Hour)
	raw := []byte("From: post@" + company + ".example\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n" + text)
	err := s.ledger.Update(s.t.Context(), func(tx probes.Tx) error {
		h := probes.StoredArrival{
			Channel: "mail", Source: "INBOX", Kind: reading.Answer, From: "post@" + company + ".example", Contact: contact, Doubtful: contact != "",
			Arrival: channels.Arrival{Key: key, Media: channels.Mail, Raw: raw, Times: channels.Times{Arrived: at}},
		}
		if contact != "" {
			h.Attempt, h.Company = 1, company
		}
		if _, err := tx.Hear(s.t.Context(), h); err != nil || contact == "" {
			return err
		}
		digest, err := tx.Keep(s.t.Context(), raw)
		if err != nil {
			return err
		}
		_, err = tx.Append(s.t.Context(), contact, ledgertest.Event(probes.Heard, 1, at, probes.Classification{
			Arrival: key, Evidence: digest, Kind: reading.Answer, Doubtful: true, Times: h.Arrival.Times,
			Because: []reading.Reason{{Signal: "phrase.answer", Weight: 4, Saw: "svarer deg"}},
		}))
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
}

// fields returns the form of a page that posts to a path, as a browser would send it.
func fields(t *testing.T, page, path string) url.Values {
	t.Helper()
	_, form, found := strings.Cut(page, `action="`+path+`"`)
	if !found {
		t.Fatalf("no form for %s in %q", path, plain(page))
	}
	form, _, _ = strings.Cut(form, "</form>")
	all := url.Values{}
	for _, m := range regexp.MustCompile(`<input type="hidden" name="([^"]*)" value="([^"]*)"`).FindAllStringSubmatch(form, -1) {
		all.Add(m[1], m[2])
	}
	return all
}

// TestEqualTexts: what says the same is shown once, one word judges it, each contact has
// its own event, and one click takes all of them back.
func TestEqualTexts(t *testing.T) {
	s := newSite(t, firm("nordlys", "power", "Nordlys"), firm("fjord", "bank", "Fjord"))
	s.able()
	const same = 298
	s.receipts(same)
	s.append(question("other", "fjord", "bank", noon.Add(-2*time.Hour), left()))
	s.letter("INBOX/9/999", "other", "fjord", "Hei! Åpningstiden på lørdag er fra ti til fire, og dere er velkomne innom.")
	page := s.page("/queue")
	if n := strings.Count(page, `<article class="arrival"`); n != 2 {
		t.Fatalf("%d letters are shown, want the text that %d share and another", n, same)
	}
	holds(t, plain(page), "299 · 2 different texts", "298 letters say the same, of 298 contacts", "Judge 298 letters")
	judge := fields(t, page, "/queue/judgements")
	judge.Set("kind", "acknowledgement")
	judge.Set("reason", "a receipt")
	judge.Set("by", "Kari")
	answer := s.post("/queue/judgements", judge)
	if answer.Code != http.StatusSeeOther {
		t.Fatalf("got %d: %s", answer.Code, plain(answer.Body.String()))
	}
	amended := func() (n int) {
		for i := range same {
			err := s.ledger.View(t.Context(), func(tx probes.Tx) error {
				_, story, err := tx.Story(t.Context(), fmt.Sprintf("same-%03d", i))
				for _, e := range probes.InForce(story) {
					if a := probes.Payload[probes.Amendment](e); e.Kind == probes.Amended && a.Kind == reading.Acknowledgement {
						n++
					}
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		return n
	}
	if n := amended(); n != same {
		t.Errorf("%d contacts have an event, want %d", n, same)
	}
	done := s.get(http.MethodGet, answer.Header().Get("Location"), "Cookie", "by=Kari").Body.String()
	holds(t, plain(done), "Noted for 298 letters: acknowledgement. Undo", "To judge 1")
	if other := s.page(answer.Header().Get("Location")); strings.Contains(other, "judgements/undo") {
		t.Error("another person is offered to take it back")
	}
	undo := fields(t, done, "/queue/judgements/undo")
	if got := s.post("/queue/judgements/undo", form("done", undo.Get("done"), "by", "Marte")); got.Code != http.StatusConflict {
		t.Errorf("another person takes it back: got %d", got.Code)
	}
	undo.Set("by", "Kari")
	if got := s.post("/queue/judgements/undo", undo, "Cookie", "by=Kari"); got.Code != http.StatusSeeOther {
		t.Fatalf("got %d: %s", got.Code, plain(got.Body.String()))
	}
	if n := amended(); n != 0 {
		t.Errorf("%d contacts have the word still", n)
	}
	holds(t, plain(s.page("/queue?undone=1")), "Taken back.", "299 · 2 different texts")
	holds(t, plain(s.page("/contacts/same-000")), "was taken back by Kari")
	if n := strings.Count(s.page("/queue?together=no"), `<article class="arrival"`); n != 50 {
		t.Errorf("one by one: %d on a page", n)
	}
	if err := s.ledger.Verify(t.Context()); err != nil {
		t.Error(err)
	}
}

// TestSecondOpinion: whoever judges a letter that another has judged sees neither what
// the reader guesses nor what the other has said, and is told afterwards.
func TestSecondOpinion(t *testing.T) {
	s := newSite(t, firm("nordlys", "power", "Nordlys"))
	s.able()
	s.receipts(1)
	s.board.Review = func(ctx context.Context) (all []review.Item, err error) {
		err = s.ledger.View(ctx, func(tx probes.Tx) error {
			all, err = review.Queue(ctx, tx, s.board.Edition, review.Viewer{All: true})
			return err
		})
		for i := range all {
			all[i].Stake = fairness.Stake{Winner: true, Points: 0.0123}
		}
		return all, err
	}
	as := func(by, path string) string {
		return s.get(http.MethodGet, path, "Cookie", "by="+by).Body.String()
	}
	first := as("Kari", "/queue")
	holds(t, plain(first), "another company would win", "1.23 points hang on it", "read as answer, doubtful")
	judge := fields(t, first, "/queue/judgements")
	judge.Set("kind", "bot")
	judge.Set("reason", "it says so of itself")
	judge.Set("by", "Kari")
	if got := s.post("/queue/judgements", judge); got.Code != http.StatusSeeOther {
		t.Fatalf("got %d: %s", got.Code, plain(got.Body.String()))
	}
	if strings.Contains(as("Kari", "/queue?opinion=second"), `<article class="arrival"`) {
		t.Error("the first judge is asked again")
	}
	if strings.Contains(as("Marte", "/queue"), `<article class="arrival"`) {
		t.Error("it waits for a first opinion still")
	}
	holds(t, plain(as("Marte", "/queue")), "Second opinions 1")
	second := as("Marte", "/queue?opinion=second")
	holds(t, plain(second), "Vi har mottatt henvendelsen din", "One other person has judged each of these")
	for _, hidden := range []string{"read as", " checked", "it says so of itself", "Kari", "phrase.answer", `href="/contacts/same-000"`} {
		if strings.Contains(second, hidden) {
			t.Errorf("a second opinion is shown %q", hidden)
		}
	}
	judge = fields(t, second, "/queue/judgements")
	judge.Set("kind", "acknowledgement")
	judge.Set("reason", "a receipt")
	judge.Set("by", "Marte")
	answer := s.post("/queue/judgements", judge)
	if answer.Code != http.StatusSeeOther {
		t.Fatalf("got %d: %s", answer.Code, plain(answer.Body.String()))
	}
	after := as("Marte", answer.Header().Get("Location"))
	holds(t, plain(after), "Noted for 1 letter: acknowledgement. The first judge said: bot.", "Second opinions 0")
	if strings.Contains(as("Ola", "/queue?opinion=second"), `<article class="arrival"`) {
		t.Error("a third opinion is asked for")
	}
}

// TestOtherTasks: copies that are missing, a door that is closed again and again, and a
// configuration that differs wait beside letters.
func TestOtherTasks(t *testing.T) {
	s := newSite(t, firm("nordlys", "power", "Nordlys"), firm("fjord", "bank", "Fjord"))
	for i := range 3 {
		s.ask(fmt.Sprint("copy-", i), "nordlys", "power", left(), ledgertest.Event(probes.Held, 1, noon, probes.Suspension{For: probes.HoldCopy}))
	}
	for i := range 2 {
		at := noon.Add(-time.Duration(i+1) * time.Hour)
		s.append(life{fmt.Sprint("door-", i), []probes.Event{
			ledgertest.Event(probes.Planned, 1, at, probes.Plan{Edition: "2026", Company: "fjord", Class: "bank", Channel: "mail", Slot: at, Within: "2h"}),
			ledgertest.Event(probes.Refused, 1, at, probes.Failure{Step: channels.StepDoor, Reason: "404"}),
		}})
		if i == 0 && strings.Contains(s.page("/queue"), "door was closed") {
			t.Error("one closed door is no task")
		}
	}
	s.board.Stale = func() bool { return true }
	s.board.Edition.Companies[0].Reach["chat"] = "deep-chat@https://nordlys.example"
	for _, f := range []probes.FlowCheck{
		{Channel: "chat", Company: "nordlys", At: noon, Broken: "click {css: #chat}"},
		{Channel: "chat", Company: "fjord", At: noon, Broken: "not reached so any more"},
		{Channel: "mail", Company: "nordlys", At: noon},
	} {
		err := s.ledger.Update(t.Context(), func(tx probes.Tx) error { return tx.Advance(t.Context(), probes.FlowChecks, f.Checkpoint()) })
		if err != nil {
			t.Fatal(err)
		}
	}
	if page := s.page("/queue"); !strings.Contains(page, `<a href="/companies/nordlys">Nordlys</a>`) || strings.Contains(page, "not reached so") {
		t.Error("a way that has changed is not told of the company that is reached by it, and of no other")
	}
	text := plain(s.page("/queue"))
	holds(t, text, "3 of our own copies are missing", "the door was closed 2 times in a row", "The flow stops at: click {css: #chat}", "differs from the ledger and has to be accepted")
	holds(t, plain(s.page("/queue?lang=nb")), "3 av våre egne kopier mangler", "døren var stengt 2 ganger på rad", "Flyten stopper ved: click {css: #chat}", "Konfigurasjonen er endret")
}
