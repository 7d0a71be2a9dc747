package worklist_test

import (
	"fmt"
	"net/url"
	"testing"
	"time"

	"github.com/svartid/svartid/dashboards/board/worklist"
)

var monday = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

const receipt = "Hei! Vi har mottatt din henvendelse og svarer så snart vi kan. Saksnummer: "

func TestTextKey(t *testing.T) {
	for _, tt := range []struct {
		name, a, b string
		same       bool
	}{
		{"the same words", receipt + "1", receipt + "1", true},
		{"spaces and lines", receipt + "1", "Hei!\r\nVi har mottatt\u00a0din henvendelse og svarer  så snart vi kan.\nSaksnummer: 1 ", true},
		{"another case", receipt + "2026113045", receipt + "78431", true},
		{"a number within a line", "Saken 123456 er mottatt og blir besvart i løpet av dagen", "Saken 98765 er mottatt og blir besvart i løpet av dagen", true},
		{"another hour", receipt + "10:00", receipt + "09:00", false},
		{"another year", receipt + "2026", receipt + "2025", false},
		{"another word", receipt + "1", receipt + "1 Hilsen Ola", false},
		{"too short to be the same", "Ja, det går fint.", "Ja, det går fint.", false},
		{"nothing", "", "", false},
	} {
		a, b := worklist.TextKey(tt.a), worklist.TextKey(tt.b)
		if got := a != "" && a == b; got != tt.same {
			t.Errorf("%s: got %q and %q, want the same: %v", tt.name, a, b, tt.same)
		}
	}
}

// letter makes one of a contact; of none where contact is empty.
func letter(n int, contact, text string) worklist.Letter {
	l := worklist.Letter{
		Channel: "mail", Key: fmt.Sprint(n), Contact: contact, Why: worklist.Doubtful, At: monday.Add(time.Duration(n) * time.Hour),
		Text: text, Search: "nordlys " + fmt.Sprint(n),
	}
	if contact == "" {
		l.Why = worklist.Unmatched
	}
	return l
}

func keys(groups []worklist.Group) (all []string) {
	for _, g := range groups {
		text := ""
		for _, l := range g {
			text += l.Key
		}
		all = append(all, text)
	}
	return all
}

// TestGather: letters of contacts and others are never judged together, nor are those
// of two channels, or that have no text to compare.
func TestGather(t *testing.T) {
	chat := letter(6, "f", "x")
	chat.Channel = "chat"
	got := worklist.Gather([]worklist.Letter{
		letter(1, "a", "x"), letter(2, "b", "y"), letter(3, "c", "x"), letter(4, "", "x"), letter(5, "e", ""), chat,
		letter(7, "g", ""), letter(8, "", "x"), letter(9, "a", "x"),
	})
	if want := "[139 2 48 5 6 7]"; fmt.Sprint(keys(got)) != want {
		t.Errorf("got %v, want %s", keys(got), want)
	}
	if n := got[0].Contacts(); n != 2 {
		t.Errorf("1, 3 and 9 are of %d contacts, want 2", n)
	}
	var many []worklist.Letter
	for i := range 1000 {
		many = append(many, letter(i, fmt.Sprint(i), "x"))
	}
	total := 0
	for _, g := range worklist.Gather(many) {
		if total += len(g); len(g) > 400 {
			t.Errorf("%d are judged together", len(g))
		}
	}
	if total != len(many) {
		t.Errorf("got %d letters of %d", total, len(many))
	}
}

func TestPick(t *testing.T) {
	second := letter(4, "d", "x")
	second.Judged = 1
	bank := letter(3, "c", "x")
	bank.Class, bank.Why = "bank", worklist.Decides
	letters := []worklist.Letter{letter(1, "a", "x"), letter(2, "", "y"), bank, second}
	for _, tt := range []struct{ name, query, want string }{
		{"all that no person has judged", "", "[13 2]"},
		{"one by one", "together=no", "[1 2 3]"},
		{"the newest first", "order=newest", "[31 2]"},
		{"a class", "class=bank", "[3]"},
		{"a reason", "why=unmatched", "[2]"},
		{"a reason that there is not", "why=x", "[13 2]"},
		{"a word", "find=nordlys+2", "[2]"},
		{"a channel without letters", "channel=chat", "[]"},
		{"second opinions", "opinion=second", "[4]"},
		{"a page beyond the last", "page=9", "[13 2]"},
	} {
		q, err := url.ParseQuery(tt.query)
		if err != nil {
			t.Fatal(err)
		}
		got, part := worklist.Parse(q).Pick(letters)
		if fmt.Sprint(keys(got)) != tt.want {
			t.Errorf("%s: got %v, want %s", tt.name, keys(got), tt.want)
		}
		if part.Seconds != 1 {
			t.Errorf("%s: %d wait for a second opinion, want 1", tt.name, part.Seconds)
		}
		if again, _ := url.ParseQuery(part.Query(part.Page)); fmt.Sprint(worklist.Parse(again)) != fmt.Sprint(part.Wish) {
			t.Errorf("%s: the address %q says %+v, want %+v", tt.name, part.Query(part.Page), worklist.Parse(again), part.Wish)
		}
	}
}
