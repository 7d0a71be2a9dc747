package simulated

import (
	"bytes"
	"fmt"
	"maps"
	"net/mail"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	gomessage "github.com/emersion/go-message"
	_ "github.com/emersion/go-message/charset"
)

// write writes one letter of a company that answers with the given desk.
func write(t *testing.T, d desk, kind Kind, language, draw string) (message, *gomessage.Entity) {
	t.Helper()
	books, err := phrasebooks()
	if err != nil {
		t.Fatal(err)
	}
	company := Company{
		ID: "tindlia-kraft", Name: "Tindlia Kraft", Class: "power", Language: language,
		Address: "post@tindlia-kraft.example", desk: d, phone: "10 20 30 40",
	}
	q := question{from: "ola.hansen27@kunder.example", to: company.Address, id: "q1@kunder.example"}
	o := readOpener([]byte(q.message()))
	o.envelope = envelope{from: q.from, at: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)}
	o.to, o.nth = recipient{address: q.to, company: company}, 1
	l := newLetter(errand{kind: kind, from: &o}, o.envelope.at.Add(time.Hour), books[language], draws(draw))
	m, err := l.message()
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := gomessage.Read(bytes.NewReader(m.bytes))
	if err != nil {
		t.Fatalf("read %s: %v", m.bytes, err)
	}
	return m, parsed
}

func TestEveryLetterIsWellFormed(t *testing.T) {
	for _, language := range []string{"nb", "sv", "da", "en"} {
		for _, d := range []desk{mailer, exchange, zendesk, casework} {
			for _, kind := range []Kind{Answer, Deflection, Acknowledgement, Absence} {
				t.Run(fmt.Sprintf("%s %s %s", language, d, kind), func(t *testing.T) {
					said := make(map[string]bool)
					for draw := range 20 {
						m, parsed := write(t, d, kind, language, fmt.Sprint(draw))
						text := plainText(parsed)
						said[text] = true
						if strings.ContainsAny(text, "{}\ufffd") || strings.Contains(text, "Subject:") && language != "en" {
							t.Errorf("not filled in:\n%s", text)
						}
						if len(strings.Fields(text)) < 8 {
							t.Errorf("hardly anything said:\n%s", text)
						}
						checkHeader(t, m)
					}
					if len(said) < 3 {
						t.Errorf("only %d different letters", len(said))
					}
				})
			}
		}
	}
}

// checkHeader checks what every message must have.
func checkHeader(t *testing.T, m message) {
	t.Helper()
	parsed, err := mail.ReadMessage(bytes.NewReader(m.bytes))
	if err != nil {
		t.Fatal(err)
	}
	for _, field := range []string{"From", "To"} {
		if _, err := parsed.Header.AddressList(field); err != nil {
			t.Errorf("%s %q: %v", field, parsed.Header.Get(field), err)
		}
	}
	if _, err := parsed.Header.Date(); err != nil {
		t.Error(err)
	}
	head, _, _ := bytes.Cut(m.bytes, []byte("\r\n\r\n"))
	if parsed.Header.Get("Subject") == "" || bytes.ContainsFunc(head, func(r rune) bool { return r > 127 }) {
		t.Errorf("header:\n%s", head)
	}
	if n := bytes.Count(m.bytes, []byte("\n")); n != bytes.Count(m.bytes, []byte("\r\n")) {
		t.Error("bare line feeds")
	}
}

func TestDesks(t *testing.T) {
	tests := []struct {
		desk    desk
		kind    Kind
		sender  string // of the envelope
		subject string // begins with
		has     []string
		hasNot  []string
	}{
		{mailer, Answer, "post@tindlia-kraft.example", "Re: ", []string{"In-Reply-To", "References"}, []string{"Auto-Submitted", "Precedence"}},
		{mailer, Acknowledgement, "", "", []string{"In-Reply-To"}, []string{"References", "Auto-Submitted"}},
		{exchange, Answer, "post@tindlia-kraft.example", "SV: ", []string{"In-Reply-To", "Thread-Topic"}, []string{"Auto-Submitted"}},
		{exchange, Acknowledgement, "", "Automatisk svar: ", []string{"Auto-Submitted", "X-Ms-Exchange-Generated-Message-Source", "X-Ms-Exchange-Parent-Message-Id"}, nil},
		{exchange, Absence, "", "Automatisk svar: ", []string{"Auto-Submitted", "X-Ms-Exchange-Inbox-Rules-Loop"}, nil},
		{zendesk, Answer, "post@tindlia-kraft.example", "Re: ", []string{"Auto-Submitted", "X-Auto-Response-Suppress", "References"}, nil},
		{zendesk, Acknowledgement, "post@tindlia-kraft.example", "", []string{"Auto-Submitted", "X-Auto-Response-Suppress"}, nil},
	}
	for _, test := range tests {
		t.Run(string(test.desk)+" "+string(test.kind), func(t *testing.T) {
			m, parsed := write(t, test.desk, test.kind, "nb", "x")
			if m.sender != test.sender {
				t.Errorf("sender <%s>, want <%s>", m.sender, test.sender)
			}
			if subject, _ := parsed.Header.Text("Subject"); !strings.HasPrefix(subject, test.subject) {
				t.Errorf("subject %q", subject)
			}
			for _, field := range test.has {
				if !parsed.Header.Has(field) {
					t.Errorf("no %s", field)
				}
			}
			for _, field := range test.hasNot {
				if parsed.Header.Has(field) {
					t.Errorf("%s: %s", field, parsed.Header.Get(field))
				}
			}
		})
	}
}

func TestCaseworkKeepsNoThread(t *testing.T) {
	senders, folders := make(map[string]bool), make(map[string]int)
	for draw := range 60 {
		m, parsed := write(t, casework, Answer, "nb", fmt.Sprint(draw))
		for _, field := range []string{"In-Reply-To", "References", "Auto-Submitted"} {
			if parsed.Header.Has(field) {
				t.Errorf("%s: %s", field, parsed.Header.Get(field))
			}
		}
		if bytes.Contains(m.bytes, []byte("q1@kunder.example")) || strings.Contains(plainText(parsed), "Hva koster det") {
			t.Errorf("the letter points at its opener:\n%s", m.bytes)
		}
		if subject, _ := parsed.Header.Text("Subject"); strings.Contains(subject, "Spørsmål om pris") {
			t.Errorf("subject %q", subject)
		}
		_, domain, _ := strings.Cut(m.sender, "@")
		senders[domain] = true
		folders[m.folder]++
		if strings.HasPrefix(m.sender, "post@") {
			t.Errorf("sender %s is no person", m.sender)
		}
	}
	if got := slices.Sorted(maps.Keys(senders)); !slices.Equal(got, []string{"kundesvar.example", "tindlia-kraft.example"}) {
		t.Errorf("domains %v", got)
	}
	if folders[inbox] <= folders[junk] || folders[junk] == 0 {
		t.Errorf("folders %v", folders)
	}
}

func TestQuotes(t *testing.T) {
	tests := []struct {
		desk desk
		want string
	}{
		{mailer, "Den 02.03.2026 09:00 skrev Ola <ola.hansen27@kunder.example>:\n> Hei! Hva koster det å bytte?\n> Hilsen Ola"},
		{exchange, "Emne: Spørsmål om pris\n\nHei! Hva koster det å bytte?\nHilsen Ola"},
		{zendesk, "Levert av Zendesk\n\n["},
	}
	for _, test := range tests {
		t.Run(string(test.desk), func(t *testing.T) {
			_, parsed := write(t, test.desk, Answer, "nb", "x")
			if text := plainText(parsed); !strings.Contains(text, test.want) {
				t.Errorf("got\n%s", text)
			}
		})
	}
}

func TestPhrasebooksHaveEverySection(t *testing.T) {
	books, err := phrasebooks()
	if err != nil {
		t.Fatal(err)
	}
	sections := []string{
		"agents", "signature", "answer", "elsewhere", "deflection", "acknowledgement", "absence",
		"prefix", "wrote", "original", "above", "footer",
	}
	for _, class := range classes() {
		sections = append(sections, "matter "+class)
	}
	words := regexp.MustCompile(`\{[^}]*\}`)
	known := []string{"customer", "writer", "subject", "company", "address", "phone", "agent", "case", "matter", "date", "day"}
	for language, book := range books {
		for _, section := range sections {
			if len(book[section]) == 0 {
				t.Errorf("%s has no %s", language, section)
			}
		}
		for section, variants := range book {
			if !slices.Contains(sections, section) {
				t.Errorf("%s: section %q is not used", language, section)
			}
			for _, word := range words.FindAllString(strings.Join(variants, "\n"), -1) {
				if !slices.Contains(known, strings.Trim(word, "{}")) {
					t.Errorf("%s, %s: %s is not filled in", language, section, word)
				}
			}
			for _, r := range strings.Join(variants, "") {
				if r > 0xff {
					t.Errorf("%s, %s: %q is not in ISO 8859-1", language, section, r)
				}
			}
		}
	}
}
