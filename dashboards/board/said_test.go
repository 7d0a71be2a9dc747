package board

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/ledger/ledgertest"
)

// TestLongLetter: a letter, a subject or a sender that are long take no more room than a page
// has, and no half of a name is left where they are cut.
func TestLongLetter(t *testing.T) {
	s := newSeason(t, 24, 2)
	s.append(question("q-long", "company-0001", "bank", noon.Add(-3*time.Hour), left()))
	before := len(s.page("/contacts/q-long")) + len(s.page("/queue"))
	long := strings.Repeat("Kontakt Torgeir Krukkevoll og. ", 1<<12)
	s.hear("INBOX/7/95", "q-long", long+"<a@bank.example>", long)
	s.hear("INBOX/7/96", "", long+"<a@bank.example>", long)
	for _, path := range []string{"/contacts/q-long", "/queue"} {
		page := s.page(path)
		if more := len(page) - before; more > 20_000 {
			t.Errorf("%s: a letter of %d octets makes the page %d longer", path, len(long), more)
		}
		for _, half := range []string{"Tor", "Kruk"} {
			if strings.Contains(page, half) {
				t.Errorf("%s: shows %q of a name", path, half)
			}
		}
	}
}

// TestSender: of a sender the domain is shown, whatever the name that mail programs show.
func TestSender(t *testing.T) {
	s := newSeason(t, 24, 2)
	hide := (&visit{}).veil(s.board, "company-0001")
	for from, want := range map[string]string{
		"lise.moe@kraft.example":                          "…@kraft.example",
		"Lise Moe <lise.moe@kraft.example>":               "…@kraft.example",
		"lise.moe@kraft.example <lise.moe@kraft.example>": "…@kraft.example",
		`"lise@home Lise Moe" <lise@kraft.example>`:       "…@kraft.example",
		"<lise@kraft.example> (Lise Moe)":                 "…@kraft.example",
		"Lise Moe":                                        "[name]",
		"lise.moe@":                                       "…@",
	} {
		if got := hide.sender(from); got != want {
			t.Errorf("%s: got %q, want %q", from, got, want)
		}
	}
}

// TestNamesAreHidden: names and addresses are on no page until someone who judges asks
// for them, and that is recorded first.
func TestNamesAreHidden(t *testing.T) {
	s := newSeason(t, 24, 2)
	screen := []byte("RIFF WEBP, with a face on it")
	err := s.ledger.Update(t.Context(), func(tx probes.Tx) error { _, err := tx.Keep(t.Context(), screen); return err })
	if err != nil {
		t.Fatal(err)
	}
	s.append(question("q-person", "company-0001", "bank", noon.Add(-3*time.Hour), probes.WithPicture(left(), fmt.Sprintf("%x", sha256.Sum256(screen)))))
	s.hear("INBOX/7/90", "q-person", "Ragnhild Krukkevoll <ragnhild.k@bank.example>", "Hei, spør Torgeir på 915 02 000 eller torgeir@bank.example.\n\nMvh Ragnhild")
	s.hear("INBOX/7/91", "", "Ragnhild Krukkevoll <ragnhild.k@bank.example>", "Hei, jeg heter Ragnhild.")
	s.append(life{"q-person", []probes.Event{
		ledgertest.Event(probes.Amended, 0, noon, probes.Amendment{Outcome: probes.Void, Reason: "Torgeir ringte", By: "Kari"}),
	}})
	personal := []string{"Ragnhild", "Krukkevoll", "ragnhild.k", "Torgeir", "torgeir@", "915 02 000", base64.StdEncoding.EncodeToString(screen)}
	hidden := func(path string, ctx context.Context) {
		t.Helper()
		w := httptest.NewRecorder()
		s.mux.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil).WithContext(ctx))
		for _, word := range personal {
			if w.Code != http.StatusOK || strings.Contains(w.Body.String(), word) {
				t.Errorf("%s: %d, and %q is shown", path, w.Code, word)
			}
		}
	}
	for _, path := range []string{"/contacts/q-person", "/contacts/q-person?names=shown", "/queue", "/queue?names=shown", "/companies/company-0001"} {
		hidden(path, t.Context()) // where it cannot be recorded, not even who asks
	}
	holds(t, s.page("/contacts/q-person"), "[name]", "[address]", "[number]")
	holds(t, s.page("/queue"), "…@bank.example")

	var seen []probes.Access
	s.board.Accessed = func(_ context.Context, a probes.Access) error {
		seen = append(seen, a)
		return nil
	}
	viewer := WithVisitor(t.Context(), Visitor{Name: "vera"})
	for _, path := range []string{"/contacts/q-person", "/queue"} {
		hidden(path, t.Context())
		hidden(path+"?names=shown", viewer)
	}
	holds(t, plain(s.page("/contacts/q-person")), "Names, addresses and numbers of people are hidden. Show them: it is recorded",
		"A picture of the screen is kept: it is shown together with names.")
	if len(seen) > 0 {
		t.Errorf("recorded as seen: %v", seen)
	}
	bare := s.page("/contacts/q-person?names=shown")
	holds(t, bare, `<img class="screen" src="data:image/webp;base64,`+base64.StdEncoding.EncodeToString(screen)+`" alt="The screen at that moment">`)
	holds(t, plain(bare), "spør Torgeir på 915 02 000", "Torgeir ringte", "torgeir@bank.example", "that you have seen them is recorded")
	holds(t, plain(s.page("/queue?names=shown")), "Ragnhild Krukkevoll", "jeg heter Ragnhild")
	if len(seen) != 2 || seen[0].What != "names on /contacts/q-person" || seen[1].What != "names on /queue" || seen[0].Reader == "" {
		t.Errorf("recorded: %v", seen)
	}
	s.board.Accessed = func(context.Context, probes.Access) error { return errors.New("the disk is full") }
	if w := s.get(http.MethodGet, "/contacts/q-person?names=shown"); w.Code != http.StatusInternalServerError || strings.Contains(w.Body.String(), "Ragnhild") {
		t.Errorf("what could not be recorded was answered %d", w.Code)
	}
}
