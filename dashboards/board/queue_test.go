package board

import (
	"context"
	"errors"
	"fmt"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/dashboards/board/worklist"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/fault"
	"github.com/svartid/svartid/probes/ledger/ledgertest"
	"github.com/svartid/svartid/probes/reading"
	"github.com/svartid/svartid/probes/review"
)

// form makes a form of name, value …
func form(values ...string) url.Values {
	f := url.Values{}
	for i := 0; i < len(values); i += 2 {
		f.Add(values[i], values[i+1])
	}
	return f
}

func TestQueuePage(t *testing.T) {
	s := newSeason(t, 24, 2)
	holds(t, plain(s.page("/queue")), "Nothing is due.", "Nothing is doubtful, and everything is matched.")
	s.busy()
	page := s.page("/queue")
	text := plain(page)
	holds(t, text, "Fjord Mobil 3 Messenger", "3 h 40 min left to send it 16:40:00", "Open m.me/company-0003", "What to paste", "Hei! Når åpner dere",
		"telephone", "Call &#43;4781500000", "What to ask", "it is ringing", "read as answer, doubtful", "…@fjord-bank.example", "belongs to no contact we know of")
	holds(t, page, `href="tel:&#43;4781500000"`, `href="https://m.me/company-0003"`, `<button name="tap" value="sent" class="main">sent</button>`, `<button name="tap" value="could not send" data-ends>`)
	if strings.Contains(page, `name="tap" value="a person answered"`) || strings.Contains(page, `value="menu"`) {
		t.Error("offers a button before the opener was sent")
	}
	if n := strings.Count(page, " open>"); n != 1 {
		t.Errorf("%d prompts are open, want the first", n)
	}
	holds(t, s.page("/"), `class="badge">4`)
	s.board.Tap, s.board.Prompt = nil, nil
	bare := s.page("/queue")
	if strings.Contains(bare, "/queue/taps") || !strings.Contains(bare, "Hei! Når åpner dere") {
		t.Errorf("without anyone to take taps: got %q", plain(bare))
	}
}

// TestQueueTasks: the first address that does not exist, and a refusal that
// nothing corroborates, wait for a person.
func TestQueueTasks(t *testing.T) {
	s := newSite(t, firm("nordlys", "power", "Nordlys"), firm("fjord", "bank", "Fjord"))
	if page := s.page("/queue"); strings.Contains(page, `id="tasks"`) {
		t.Error("nothing has failed, and there is something to look at")
	}
	s.ask("c-gone", "nordlys", "power", failure(probes.Refused, probes.Failure{Fault: fault.Address}))
	s.ask("c-spam", "fjord", "bank", failure(probes.Refused, probes.Failure{Fault: fault.Policy}))
	s.ask("c-full", "fjord", "bank", failure(probes.Refused, probes.Failure{Fault: fault.Theirs}))
	page := s.page("/queue")
	holds(t, page, `<a href="/contacts/c-gone">Nordlys</a>`, `<a href="/contacts/c-spam">Fjord</a>`)
	holds(t, plain(page), "To look at 2", "the address does not exist", "nothing that we know ourselves corroborates it")
	if strings.Contains(page, "c-full") {
		t.Error("a full mailbox is the company's, and waits for no person")
	}
	holds(t, s.page("/"), `class="badge">2`)
	holds(t, plain(s.page("/queue?lang=nb")), "Å se på 2", "adressen finnes ikke")
}

func TestButtons(t *testing.T) {
	phone, _ := prompted("phone", channels.Opening{})
	messenger, _ := prompted("messenger", channels.Opening{})
	for _, tt := range []struct {
		name     string
		of       []channels.ReportKind
		sent     string // "sent" or ""
		progress []channels.ReportKind
		want     string
	}{
		{"a call before it is made", phone.Taps, "", nil, "[ringing busy closed could not send]"},
		{"a call that rings", phone.Taps, "sent", []channels.ReportKind{channels.Ringing}, "[menu queue a person answered call-back offered gave up closed]"},
		{"in line", phone.Taps, "sent", []channels.ReportKind{channels.Ringing, channels.Menu, channels.InLine}, "[a person answered call-back offered gave up closed]"},
		{"a message before it is sent", messenger.Taps, "", nil, "[sent could not send]"},
		{"a message that is answered by a machine", messenger.Taps, "sent", []channels.ReportKind{channels.FirstReply}, "[a person answered sent elsewhere gave up]"},
		{"nothing to tap", nil, "", nil, "[]"},
	} {
		p := prompt{Prompt: channels.Prompt{Taps: tt.of}, Sent: tt.sent == "sent"}
		for _, tap := range tt.progress {
			p.Progress = append(p.Progress, noted{Tap: tap})
		}
		got := []channels.ReportKind{}
		for _, b := range p.buttons() {
			got = append(got, b.Tap)
		}
		if fmt.Sprint(got) != tt.want {
			t.Errorf("%s: got %v, want %v", tt.name, got, tt.want)
		}
	}
}

// TestTap: a tap is noted once, whatever became of its connection, by the
// name that the form or the cookie gives, and shows what comes next.
func TestTap(t *testing.T) {
	s := newSeason(t, 24, 2)
	s.busy()
	sent := form("contact", "p-phone", "attempt", "1", "tap", "ringing", "by", " Kari Ås ")
	answer := s.post("/queue/taps", sent)
	if got := answer.Header().Get("Location"); answer.Code != http.StatusSeeOther || got != "/queue?attempt=1&noted=ringing&of=p-phone" {
		t.Fatalf("got %d to %q: %s", answer.Code, got, plain(answer.Body.String()))
	}
	cookie := answer.Result().Cookies()[0]
	if cookie.Name != nameCookie || cookie.SameSite != http.SameSiteStrictMode || !cookie.HttpOnly {
		t.Errorf("got cookie %v", cookie)
	}
	s.post("/queue/taps", sent)
	s.post("/queue/taps", form("contact", "p-phone", "attempt", "1", "tap", "ringing"), "Cookie", cookie.Name+"="+cookie.Value)
	if len(s.taps) != 1 || s.taps[0] != (probes.ManualReport{Contact: "p-phone", Attempt: 1, Report: channels.Ringing, By: "Kari Ås"}) {
		t.Errorf("got %+v", s.taps)
	}
	page := s.get(http.MethodGet, "/queue?attempt=1&noted=ringing&of=p-phone", "Cookie", cookie.Name+"="+cookie.Value).Body.String()
	holds(t, plain(page), "Noted for Lyngheim Møbler: it is ringing, at 13:00:00.", "30 min left to be answered", "13:00:00 it is ringing")
	holds(t, page, `value="Kari Ås"`, `value="a person answered" class="main" data-ends`, `class="prompt running" id="prompt-p-phone-1" data-contact="p-phone"`)
	s.post("/queue/taps", form("contact", "p-phone", "attempt", "1", "tap", "a person answered"))
	if strings.Contains(s.page("/queue"), "prompt-p-phone") {
		t.Error("answered, and still waits")
	}
	holds(t, plain(s.page("/contacts/p-phone")), "Heard: answer, as a person tapped")
}

func TestTapRefused(t *testing.T) {
	s := newSeason(t, 24, 2)
	s.busy()
	for _, tt := range []struct {
		name    string
		form    url.Values
		headers []string
		err     error
		status  int
		want    string
	}{
		{"no contact", form("attempt", "1", "tap", "ringing"), nil, nil, 400, "want contact, attempt and tap"},
		{"no number", form("contact", "p-phone", "attempt", "x", "tap", "ringing"), nil, nil, 400, "want contact, attempt and tap"},
		{"too much", form("contact", strings.Repeat("x", 1<<17)), nil, nil, 400, "too large"},
		{"does not fit", form("contact", "p-phone", "attempt", "1", "tap", "menu"), nil, probes.ErrReport, 409, "cannot be tapped"},
		{"no such contact", form("contact", "x", "attempt", "1", "tap", "menu"), nil, probes.ErrNoContact, 404, "There is no such page."},
		{"the ledger is locked", form("contact", "p-phone", "attempt", "1", "tap", "menu"), nil, errors.New("locked"), 500, "locked"},
	} {
		if tt.err != nil {
			s.board.Tap = func(context.Context, probes.ManualReport) error { return fmt.Errorf("tap: %w", tt.err) }
		}
		answer := s.post("/queue/taps", tt.form, tt.headers...)
		if answer.Code != tt.status || !strings.Contains(plain(answer.Body.String()), tt.want) {
			t.Errorf("%s: got %d %q, want %d %q", tt.name, answer.Code, plain(answer.Body.String()), tt.status, tt.want)
		}
	}
	if len(s.taps) != 0 {
		t.Errorf("noted %+v", s.taps)
	}
	s.board.Tap = nil
	if got := s.post("/queue/taps", form("contact", "p-phone", "attempt", "1", "tap", "ringing")).Code; got != http.StatusBadRequest {
		t.Errorf("with no channel to take it: got %d", got)
	}
}

func TestName(t *testing.T) {
	s := newSite(t)
	if got := s.post("/queue/name", form("by", "Kari")); got.Code != http.StatusSeeOther || !strings.HasPrefix(got.Header().Get("Set-Cookie"), "by=Kari;") {
		t.Errorf("got %d %v", got.Code, got.Header())
	}
	if got := s.post("/queue/name", form("by", "")).Code; got != http.StatusBadRequest {
		t.Errorf("without a name: got %d", got)
	}
}

// TestJudge: a doubtful arrival is judged and an unmatched one linked, each
// once however often the form comes.
func TestJudge(t *testing.T) {
	s := newSeason(t, 24, 2)
	s.busy()
	doubt := form("channel", "mail", "arrival", "INBOX/7/81", "kind", "acknowledgement", "reason", "says only thanks", "by", "Kari")
	link := form("channel", "mail", "arrival", "INBOX/7/82", "kind", "answer", "contact", "q-doubt", "reason", "the same parcel", "by", "Kari")
	for _, f := range []url.Values{doubt, doubt, link, link} {
		if got := s.post("/queue/judgements", f); got.Code != http.StatusSeeOther {
			t.Fatalf("got %d: %s", got.Code, plain(got.Body.String()))
		}
	}
	story := plain(s.page("/contacts/q-doubt"))
	for _, want := range []string{"Arrival INBOX/7/81 read as acknowledgement by Kari: says only thanks", "Arrival INBOX/7/82 linked to this contact, as answer, by Kari: the same parcel"} {
		if n := strings.Count(story, want); n != 1 {
			t.Errorf("%q stands %d times in %q", want, n, story)
		}
	}
	holds(t, plain(s.page("/queue")), "Nothing is doubtful, and everything is matched.")
}

func TestJudgeRefused(t *testing.T) {
	s := newSeason(t, 24, 2)
	s.busy()
	for _, tt := range []struct {
		name   string
		form   url.Values
		status int
		want   string
	}{
		{"no reason", form("channel", "mail", "arrival", "INBOX/7/81", "kind", "answer", "reason", " ", "by", "Kari"), 400, "a reason and who says so"},
		{"no name", form("channel", "mail", "arrival", "INBOX/7/81", "kind", "answer", "reason", "x"), 400, "a reason and who says so"},
		{"no kind of reading", form("channel", "mail", "arrival", "INBOX/7/81", "kind", "nonsense", "reason", "x", "by", "Kari"), 400, "want what it is"},
		{"no such arrival", form("channel", "mail", "arrival", "INBOX/7/99", "kind", "answer", "reason", "x", "by", "Kari"), 409, "no such arrival"},
		{"no such contact", form("channel", "mail", "arrival", "INBOX/7/82", "contact", "none", "kind", "answer", "reason", "x", "by", "Kari"), 404, "There is no such page."},
		{"it belongs to another", form("channel", "mail", "arrival", "INBOX/7/81", "contact", "p-phone", "kind", "answer", "reason", "x", "by", "Kari"), 409, "it belongs to contact q-doubt"},
	} {
		answer := s.post("/queue/judgements", tt.form)
		if answer.Code != tt.status || !strings.Contains(plain(answer.Body.String()), tt.want) {
			t.Errorf("%s: got %d %q, want %d %q", tt.name, answer.Code, plain(answer.Body.String()), tt.status, tt.want)
		}
	}
}

// TestCandidates: an unmatched arrival is offered the contacts that it may
// answer: sent before, over a channel that its own hears for, those of the
// company that the sender sounds like first.
func TestCandidates(t *testing.T) {
	s := newSite(t, firm("elv", "power", "Elvekraft"), firm("fjord", "banks", "Fjørd Bank"))
	s.board.Edition.HeardBy = map[string]string{"form": "mail"}
	s.board.Edition.Companies[0].Reach["form"] = "https://elv.example"
	at := noon.Add(-2 * time.Hour)
	sent := func(id, company string, at time.Time) life {
		return question(id, company, "power", at, ledgertest.Event(probes.Sent, 1, at, probes.Sending{}))
	}
	form := sent("form", "elv", at.Add(-time.Minute))
	form.events[0] = ledgertest.Event(probes.Planned, 1, at, probes.Plan{Edition: "2026", Company: "elv", Channel: "form", Slot: at, Within: "2h"})
	s.append(sent("elv", "elv", at), sent("fjord", "fjord", at.Add(-time.Hour)), form, sent("after", "elv", noon), sent("long-ago", "elv", noon.AddDate(0, -2, 0)))
	h := probes.StoredArrival{Channel: "mail", From: "ola@fjord-kundesenter.no", Arrival: channels.Arrival{Times: channels.Times{Arrived: noon.Add(-time.Hour)}}}
	var got []string
	err := s.ledger.View(t.Context(), func(tx probes.Tx) error {
		asked := askedIndex{}
		err := asked.follow(t.Context(), tx, s.board, 1)
		for _, c := range s.board.candidates(asked.latest, h) {
			got = append(got, c.ID)
		}
		return err
	})
	if want := "[fjord elv form]"; err != nil || fmt.Sprint(got) != want {
		t.Errorf("got %v %v, want %v", got, err, want)
	}
}

// TestEyes: what we hear, what we could not send, and whom that cost.
func TestEyes(t *testing.T) {
	s := newSeason(t, 24, 2)
	s.busy()
	s.append(
		question("unsure", "company-0001", "bank", noon.Add(-time.Hour), ledgertest.Event(probes.Unsure, 1, noon, probes.Failure{Reason: "cut off"})),
		question("refused", "company-0001", "bank", noon.Add(-time.Hour), ledgertest.Event(probes.Refused, 1, noon, probes.Failure{Reason: "550 no such user"})),
		question("broken", "company-0001", "bank", noon.Add(-time.Hour), left(), ledgertest.Event(probes.Broken, 1, noon, probes.Failure{Reason: "mailbox is gone"})),
		life{"overdue", question("overdue", "company-0002", "forsikring", noon.Add(-40*time.Minute)).events[:1]},
	)
	err := s.ledger.Update(t.Context(), func(tx probes.Tx) error {
		return errors.Join(
			tx.Advance(t.Context(), "mail", channels.Checkpoint{Source: "INBOX", Until: noon.Add(-90 * time.Second)}),
			tx.Advance(t.Context(), "mail", channels.Checkpoint{Source: "Old", Until: noon}),
			tx.Advance(t.Context(), probes.Doubles, channels.Checkpoint{Source: "broken.1", Position: "mail", Until: noon}))
	})
	if err != nil {
		t.Fatal(err)
	}
	text := plain(s.page("/eyes"))
	holds(t, text, "Openers that left twice Our own copies show them", "The plan is behind by 40 min", "Openers nobody is sure of 1", "mail INBOX not known Mon 2 March 12:58:30 1 min", "mail Junk not known never to its end",
		"mail 2 1 0 1 0 1 0", "550 no such user", "mailbox is gone")
	if strings.Contains(text, "Old") {
		t.Error("shows a source that is no longer listened to")
	}
	s.board.Sources = nil
	holds(t, plain(s.page("/eyes")), "mail Old not known")
}

// TestQueueByStake: what the winner hangs on stands before what came earlier, and
// what has come since that was found out is there too.
func TestQueueByStake(t *testing.T) {
	s := newSeason(t, 24, 2)
	for i, id := range []string{"q-first", "q-second", "q-third"} {
		at := noon.Add(time.Duration(i-60) * time.Minute)
		s.append(question(id, "company-0001", "bank", at, ledgertest.Event(probes.Sent, 1, at, probes.Sending{})))
		s.hear("INBOX/7/9"+fmt.Sprint(i), id, "kundeservice@company-0001.example", "Hei! Dette er brev nummer "+fmt.Sprint(i)+".")
	}
	s.board.Review = func(context.Context) ([]review.Item, error) {
		return []review.Item{
			{Letter: review.Letter{Contact: "q-second", Arrival: "INBOX/7/91"}},
			{Letter: review.Letter{Contact: "gone", Arrival: "INBOX/7/99"}},
		}, nil
	}
	text := plain(s.page("/queue"))
	for _, order := range [][2]string{{"nummer 1", "nummer 0"}, {"nummer 0", "nummer 2"}} {
		before, after := strings.Index(text, order[0]), strings.Index(text, order[1])
		if before < 0 || after < before {
			t.Errorf("%s is at %d, %s at %d", order[0], before, order[1], after)
		}
	}
	if strings.Count(text, "nummer 1") != 1 {
		t.Error("a letter is there twice")
	}
	holds(t, text, "read as answer")
	s.board.Edition.Review.Blind = true
	blind := s.page("/queue")
	if strings.Contains(blind, "read as") || strings.Contains(blind, " checked") || strings.Contains(blind, ">Why<") {
		t.Error("a blind page shows what the reader guesses")
	}
	s.board.Review = func(context.Context) ([]review.Item, error) { return nil, errors.New("no disk") }
	if got := s.get("GET", "/queue"); got.Code != http.StatusInternalServerError {
		t.Errorf("got status %d where nothing can be read, want 500", got.Code)
	}
}

// TestQueueHangs: an unread letter says which contacts' verdicts hang on it, and
// each of those on which letters it hangs. A letter of another mailbox with the same
// key holds none.
func TestQueueHangs(t *testing.T) {
	s := newSeason(t, 24, 2)
	held := func(letters ...string) probes.Event {
		h := probes.Suspension{For: probes.HoldReview}
		for _, key := range letters {
			h.Letters = append(h.Letters, probes.Unopened{Arrival: key, At: noon.Add(-30 * time.Minute)})
		}
		return ledgertest.Event(probes.Held, 1, noon, h)
	}
	s.ask("h-one", "company-0001", "bank", left(), held("INBOX/7/82"))
	co, _ := s.board.Edition.Company("company-0003")
	s.ask("h-both", co.ID, co.Class, left(), held("INBOX/7/82", "INBOX/7/83"))
	s.ask("h-none", "company-0001", "bank", left())
	s.hear("INBOX/7/82", "", "ola@fjord-bank.example", "Det ordner vi.")
	s.hear("INBOX/7/83", "", "kari@fjord-bank.example", "Hei igjen.")
	page := s.page("/queue")
	both := regexp.MustCompile(`(?s)<article.*?</article>`).FindAllString(page, -1)
	if len(both) != 2 {
		t.Fatalf("got %d letters, want 2", len(both))
	}
	holds(t, both[0], "What hangs on it:", `<a href="/contacts/h-one">`, `<a href="/contacts/h-both">`)
	holds(t, both[1], "What hangs on it:", `<a href="/contacts/h-both">`)
	if strings.Contains(both[1], `"/contacts/h-one"`) || strings.Contains(page, `"/contacts/h-none"`) {
		t.Error("a contact is said to hang on a letter that it does not hang on")
	}
	holds(t, plain(s.page("/contacts/h-both")), "Hangs on arrival INBOX/7/82 of", "arrival INBOX/7/83 of")
	holds(t, plain(s.page("/queue?lang=nb")), "Dette henger på den: ")
	holds(t, plain(s.page("/contacts/h-both?lang=nb")), "Henger på ankomst INBOX/7/82 fra")
	s.board.Edition.HeardBy = map[string]string{"mail": "desk"}
	if page := s.page("/queue"); strings.Contains(page, "What hangs on it:") {
		t.Error("a letter of a mailbox that the channel is not heard by holds a verdict")
	}
}

// TestQueueParts: every arrival that waits is on one page of the queue, the newest too; a
// search finds by sender and channel, and a judgement goes back to the page it was
// made on.
func TestQueueParts(t *testing.T) {
	s := newSite(t, firm("nordlys", "power", "Nordlys"))
	const waiting = 2*worklist.PerPage + 6
	err := s.ledger.Update(t.Context(), func(tx probes.Tx) error {
		for i := range waiting {
			h := probes.StoredArrival{
				Channel: "mail", Source: "INBOX", Kind: reading.Other, From: fmt.Sprintf("ola@sender-%03d.example", i),
				Arrival: channels.Arrival{Key: fmt.Sprintf("INBOX/1/%d", i), Times: channels.Times{Arrived: noon.Add(time.Duration(i) * time.Second)}},
			}
			if _, err := tx.Hear(t.Context(), h); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	senders := func(path string) (all []string) {
		page := s.page(path)
		for i := range waiting {
			if name := fmt.Sprintf("sender-%03d.example", i); strings.Contains(page, "@"+name) {
				all = append(all, name)
			}
		}
		return all
	}
	seen := map[string]int{}
	next := regexp.MustCompile(`href="([^"#]+)#arrivals" rel="next"`)
	for path, most := "/queue?find=sender&channel=mail", 9; path != "" && most > 0; most-- {
		for _, name := range senders(path) {
			seen[name]++
		}
		link := next.FindStringSubmatch(s.page(path))
		if path = ""; link != nil {
			path = html.UnescapeString(link[1]) // as a browser follows it, with the filters
		}
	}
	if len(seen) != waiting {
		t.Errorf("got %d of %d", len(seen), waiting)
	}
	for path, want := range map[string]int{
		"/queue": worklist.PerPage, "/queue?page=3": 6, "/queue?page=99": 6, "/queue?page=x": worklist.PerPage,
		"/queue?find=sender-105": 1, "/queue?find=EXAMPLE+sender-10": 6, "/queue?find=nobody": 0, "/queue?find=ola": 0, "/queue?channel=chat": 0,
	} {
		if got := len(senders(path)); got != want {
			t.Errorf("%s: got %d, want %d", path, got, want)
		}
	}
	holds(t, plain(s.page("/queue?page=2&lang=nb")), "Forrige side side 2 av 3 Neste side Siste side")
	holds(t, plain(s.page("/queue?find=nobody")), "Nothing was found.")
	answer := s.post("/queue/judgements", form(
		"channel", "mail", "arrival", "INBOX/1/105", "kind", "other", "reason", "spam", "by", "Kari", "part", "page=3&find=sender",
	))
	if got := answer.Header().Get("Location"); answer.Code != http.StatusSeeOther || !strings.Contains(got, "page=3") || !strings.Contains(got, "find=sender") {
		t.Errorf("got %d to %s", answer.Code, got)
	}
}
