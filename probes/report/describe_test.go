package report

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/fault"
	"github.com/svartid/svartid/probes/reading"
	"github.com/svartid/svartid/probes/reading/match"
)

// happened is an event with its payload.
func happened(t testing.TB, kind probes.EventKind, attempt int, payload any) probes.Event {
	t.Helper()
	data, err := json.Marshal(payload)
	if err != nil {
		t.Fatal(err)
	}
	return probes.Event{Kind: kind, Attempt: attempt, At: noon, Data: data, Hash: "hash"}
}

// A told event is what the languages say of it.
type told struct {
	kind        probes.EventKind
	payload     any
	english, nb string
}

// everyEvent has a sentence of every kind of event, and of every turn that one
// can take.
func everyEvent() []told {
	by := &probes.Reported{Report: "ringing", By: "Kari"}
	return []told{
		{
			probes.Planned,
			probes.Plan{Probe: "e-mail", Slot: noon, Channel: "mail", Within: "3 working days", Scenario: "price", Persona: "Kari"},
			`Planned by e-mail for Mon 2 March 13:00:00 over mail, asking "price" as Kari; 3 working days to answer`,
			`Planlagt av e-mail til man. 2. mars kl. 13.00.00 over mail, med spørsmålet "price" som Kari; 3 virkedager til å svare`,
		},
		{
			probes.Planned,
			probes.Plan{Probe: "e-mail", Slot: noon, Channel: "mail", Within: "1d", Replaces: "c-1", Moved: "closed"},
			"Planned by e-mail for Mon 2 March 13:00:00 over mail; 1 d to answer; in place of c-1; moved: closed",
			"Planlagt av e-mail til man. 2. mars kl. 13.00.00 over mail; 1 d til å svare; i stedet for c-1; flyttet: closed",
		},
		{probes.Intended, probes.Intent{Address: "k@x.no", ID: "<a@b>"}, "Made ready to send from k@x.no as <a@b>", "Klargjort for sending fra k@x.no som <a@b>"},
		{
			probes.Intended,
			probes.Intent{Adopted: true},
			"Found to have left, by its own marks, and not to be in the ledger: taken in",
			"Funnet sendt, etter våre egne merker, uten å stå i databasen: tatt inn",
		},
		{probes.Intended, probes.Intent{}, "Made ready to send", "Klargjort for sending"},
		{probes.Sent, probes.Sending{Response: "250 Ok"}, "Taken by the channel's server: 250 Ok", "Mottatt av kanalens server: 250 Ok"},
		{probes.Sent, probes.Sending{}, "Taken by the channel's server", "Mottatt av kanalens server"},
		{probes.Sent, probes.Sending{Reported: by}, "Sent, as Kari tapped", "Sendt, meldte Kari"},
		{probes.Sent, probes.Sending{Reported: &probes.Reported{}}, "Sent, as a person tapped", "Sendt, meldt av et menneske"},
		{probes.Copied, probes.Sending{}, "Found as a copy of our own: it has left", "Funnet som vår egen kopi: den er sendt"},
		{probes.Copied, probes.Sending{Response: "seen in INBOX"}, "Found as a copy of our own: it has left: seen in INBOX", "Funnet som vår egen kopi: den er sendt: seen in INBOX"},
		{probes.Prompted, probes.Prompting{How: "phone"}, "Shown to a person, who is to open it by telephone", "Vist til et menneske, som skal åpne over telefon"},
		{probes.Prompted, probes.Prompting{How: "fax"}, "Shown to a person, who is to open it by fax", "Vist til et menneske, som skal åpne over fax"},
		{probes.Closed, probes.Closing{Words: "Takk!"}, "About to say goodbye: Takk!", "Avslutter samtalen: Takk!"},
		{probes.Deferred, probes.Failure{Reason: "451"}, "Did not leave, and will be tried again: 451", "Ble ikke sendt, og prøves igjen: 451"},
		{probes.Refused, probes.Failure{Reason: "550"}, "Was refused and did not leave: 550", "Ble avvist og ikke sendt: 550"},
		{probes.Dropped, probes.Failure{}, "Was not sent: its time had passed", "Ble ikke sendt: tiden var ute"},
		{probes.Unsure, probes.Failure{}, "May have left", "Kan ha blitt sendt"},
		{probes.Unsent, probes.Failure{}, "Did not leave", "Ble ikke sendt"},
		{probes.Deferred, probes.Failure{Fault: fault.Ours}, "Did not leave, and will be tried again, by our own fault", "Ble ikke sendt, og prøves igjen, ved vår egen feil"},
		{probes.Refused, probes.Failure{Fault: fault.Address}, "Was refused and did not leave, because the address does not exist", "Ble avvist og ikke sendt, fordi adressen ikke finnes"},
		{probes.Refused, probes.Failure{Fault: fault.Policy}, "Was refused and did not leave, for spam, reputation or authentication", "Ble avvist og ikke sendt, på grunn av spam, omdømme eller autentisering"},
		{probes.Refused, probes.Failure{Fault: fault.Theirs}, "Was refused and did not leave, because the company's side did not take it", "Ble avvist og ikke sendt, fordi selskapets side ikke tok den"},
		{probes.Refused, probes.Failure{Fault: fault.Unclear}, "Was refused and did not leave, and it is not said why", "Ble avvist og ikke sendt, og det sies ikke hvorfor"},
		{
			probes.Corroborated,
			probes.Corroboration{By: probes.ByCopy, Check: "dmarc"},
			"We know ourselves why we were refused: our own copy fails dmarc", "Vi vet selv hvorfor vi ble avvist: vår egen kopi består ikke dmarc",
		},
		{
			probes.Corroborated,
			probes.Corroboration{By: probes.ByCentres},
			"We know ourselves why we were refused: companies of two other centres refused us the same day",
			"Vi vet selv hvorfor vi ble avvist: selskaper ved to andre sentre avviste oss samme dag",
		},
		{
			probes.Corroborated,
			probes.Corroboration{By: probes.ByLine},
			"Most companies that were asked at that time were not found or not reached: it was our own line or name server",
			"De fleste selskapene som ble spurt da, ble ikke funnet eller nådd: det var vår egen linje eller navneserver",
		},
		{probes.Broken, probes.Failure{Reported: by}, "Listening was lost, as Kari tapped", "Vi mottok ikke lenger noe, meldte Kari"},
		{
			probes.Heard,
			probes.Classification{Kind: reading.Bounce, Final: true, Status: "5.1.1", Flagged: "Junk"},
			"Heard: permanent bounce 5.1.1, put aside in Junk", "Mottatt: endelig returmelding 5.1.1, lagt til side i Junk",
		},
		{
			probes.Heard,
			probes.Classification{Kind: reading.Answer, Doubtful: true, Responder: "bot"},
			"Heard: answer, doubtful, of what the platform calls bot", "Mottatt: svar, tvilsomt, fra det plattformen kaller bot",
		},
		{
			probes.Heard,
			probes.Classification{Kind: reading.Answer, Rule: match.ByAddress},
			"Heard: answer, matched by the address that this attempt alone was sent from",
			"Mottatt: svar, knyttet hit ved adressen som bare dette forsøket ble sendt fra",
		},
		{probes.Heard, probes.Classification{Kind: reading.Answer, Rule: "person", Reported: by}, "Heard: answer, as Kari tapped", "Mottatt: svar, meldte Kari"},
		{
			probes.Covered,
			probes.Coverage{Until: noon},
			"Everything that arrived before Mon 2 March 13:00:00 had been read", "Alt som kom før man. 2. mars kl. 13.00.00, var lest",
		},
		{
			probes.Covered,
			probes.Coverage{Until: noon, Letters: []probes.Unopened{{Arrival: "a1"}, {Arrival: "a2"}}},
			"Everything that arrived before Mon 2 March 13:00:00 had been read; judging closed with a1, a2 unread that may be the answer",
			"Alt som kom før man. 2. mars kl. 13.00.00, var lest; vurderingen ble stengt mens a1, a2, som kan være svaret, var ulest",
		},
		{
			probes.Covered,
			probes.Coverage{Until: noon, Closed: true},
			"Everything else that arrived before Mon 2 March 13:00:00 had been read; the company's own place could not be",
			"Alt annet som kom før man. 2. mars kl. 13.00.00, var lest; bedriftens eget sted kunne ikke leses",
		},
		{
			probes.Held,
			probes.Suspension{For: probes.HoldReview, Letters: []probes.Unopened{{Arrival: "a1"}}},
			"No verdict yet: a1 may be the answer, and waits for a person", "Ingen avgjørelse ennå: a1 kan være svaret, og venter på et menneske",
		},
		{
			probes.Held,
			probes.Suspension{For: probes.HoldCopy},
			"No verdict yet: our own opener has not come home", "Ingen avgjørelse ennå: vår egen kopi er ikke kommet fram",
		},
		{probes.Held, probes.Suspension{}, "No verdict yet", "Ingen avgjørelse ennå"},
		{probes.Covered, probes.Coverage{Reported: by}, "Nothing more had come, as Kari tapped", "Mer var ikke kommet, meldte Kari"},
		{probes.Noted, by, "Noted: it is ringing, as Kari tapped", "Notert: det ringer, meldte Kari"},
		{probes.Ruled, probes.Ruling{Outcome: probes.Unanswered}, "Ruled unanswered", "Avgjort: ubesvart"},
		{probes.Ruled, probes.Ruling{Outcome: probes.Answered, Answer: noon, Wait: 5400.4}, "Ruled answered after 1 h 30 min", "Avgjort: besvart etter 1 t 30 min"},
		{
			probes.Reread,
			probes.Classification{Kind: reading.Answer, Doubtful: true},
			"Read again, in the light of what came later: answer, doubtful", "Lest på nytt, i lys av det som kom senere: svar, tvilsomt",
		},
		{probes.Retracted, probes.Retraction{Event: 7, By: "Kari"}, "Event 7 was taken back by Kari, and does not count any more", "Hendelse 7 ble trukket tilbake av Kari og teller ikke lenger"},
		{probes.Amended, probes.Amendment{Outcome: probes.BrokenOff, By: "Kari", Reason: "x"}, "Amended to broken off by Kari: x", "Rettet til avbrutt av Kari: x"},
		{
			probes.Amended,
			probes.Amendment{Outcome: probes.Answered, Answered: noon, By: "Kari", Reason: "x"},
			"Amended to answered, with an answer Mon 2 March 13:00:00, by Kari: x", "Rettet til besvart, med svar man. 2. mars kl. 13.00.00, av Kari: x",
		},
		{
			probes.Amended,
			probes.Amendment{Arrival: "INBOX/7", Kind: reading.Bot, By: "Kari", Reason: "x"},
			"Arrival INBOX/7 read as bot by Kari: x", "Ankomst INBOX/7 lest som chatbot av Kari: x",
		},
		{
			probes.Amended,
			probes.Amendment{Arrival: "INBOX/7", Kind: reading.Answer, Linked: true, By: "Kari", Reason: "x"},
			"Arrival INBOX/7 linked to this contact, as answer, by Kari: x", "Ankomst INBOX/7 knyttet til denne henvendelsen, som svar, av Kari: x",
		},
		{"later", probes.Failure{Reason: "x"}, "later: x", "later: x"},
		{probes.Ruled, "not a ruling", "Ruled ", "Avgjort: "},
	}
}

// TestDescribe: every event has its sentence in each language.
func TestDescribe(t *testing.T) {
	en, nb := printers(t)
	for _, tt := range everyEvent() {
		e := happened(t, tt.kind, 1, tt.payload)
		for p, want := range map[*Printer]string{en: tt.english, nb: tt.nb} {
			lines := p.Describe([]probes.Event{e})
			if len(lines) != 1 || lines[0].What != want || lines[0].Kind != tt.kind || lines[0].Hash != "hash" {
				t.Errorf("%s in %s: got %+v\nwant %q", tt.kind, p.Tag(), lines, want)
			}
		}
	}
	again := happened(t, probes.Planned, 2, probes.Plan{Slot: noon, Attempts: 2})
	if got, want := nb.Sentence(again), "Skal spørres igjen man. 2. mars kl. 13.00.00, som forsøk 2 av 2"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestEveryKindIsDescribed: no kind of event that there is lacks a sentence, in
// any language, and none is told as its bare name.
func TestEveryKindIsDescribed(t *testing.T) {
	kinds := declared(t, "EventKind")
	if len(kinds) < 17 {
		t.Fatalf("got %d kinds of event; are they found?", len(kinds))
	}
	all, err := Printers(time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	for _, kind := range kinds {
		events := everyEvent()
		i := slices.IndexFunc(events, func(e told) bool { return string(e.kind) == kind })
		if i < 0 {
			t.Errorf("%s is not in the table of sentences", kind)
			continue
		}
		for _, p := range all {
			if got := p.Sentence(happened(t, probes.EventKind(kind), 1, events[i].payload)); strings.HasPrefix(got, kind) {
				t.Errorf("%s has no sentence in %s: got %q", kind, p.Tag(), got)
			}
		}
	}
}

// declared returns the values of the constants of a type of package probes.
func declared(t testing.TB, name string) (values []string) {
	t.Helper()
	sources, err := filepath.Glob("../*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, source := range sources {
		parsed, err := parser.ParseFile(token.NewFileSet(), source, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(parsed, func(n ast.Node) bool {
			spec, ok := n.(*ast.ValueSpec)
			if !ok {
				return true
			}
			if of, is := spec.Type.(*ast.Ident); !is || of.Name != name {
				return true
			}
			for _, value := range spec.Values {
				if text, is := value.(*ast.BasicLit); is {
					word, err := strconv.Unquote(text.Value)
					if err != nil {
						t.Fatal(err)
					}
					values = append(values, word)
				}
			}
			return true
		})
	}
	return values
}

// TestDescribeInOrder: a history is told as it was written down, with its
// evidence and reasons.
func TestDescribeInOrder(t *testing.T) {
	en, _ := printers(t)
	history := []probes.Event{
		happened(t, probes.Planned, 1, probes.Plan{}), happened(t, probes.Intended, 1, probes.Intent{Words: "opening"}),
		happened(t, probes.Sent, 1, probes.Sending{}), happened(t, probes.Heard, 1, probes.Classification{
			Arrival: "INBOX/7", Kind: reading.Answer, Evidence: "letter",
			Because: []reading.Reason{{Signal: "thread", Weight: 5, Saw: "In-Reply-To"}, {Signal: "greeting", Weight: -1, Saw: "Hei"}},
		}),
	}
	lines := en.Describe(history)
	var kinds []probes.EventKind
	for _, l := range lines {
		kinds = append(kinds, l.Kind)
	}
	if want := []probes.EventKind{probes.Planned, probes.Intended, probes.Sent, probes.Heard}; !slices.Equal(kinds, want) {
		t.Fatalf("got %v, want %v", kinds, want)
	}
	if lines[1].Ref != "opening" || lines[3].Ref != "letter" || lines[3].Reading != reading.Answer {
		t.Errorf("got %+v and %+v", lines[1], lines[3])
	}
	const why = "thread (+5): In-Reply-To; greeting (-1): Hei"
	if got := strings.Join(lines[3].Why, "; "); got != why {
		t.Errorf("got %q", got)
	}
	if got := strings.Join(en.ReasonsOf(history, "INBOX/7"), "; "); got != why {
		t.Errorf("got %q", got)
	}
	if got := en.ReasonsOf(history, "INBOX/8"); got != nil {
		t.Errorf("of what is not there: got %v", got)
	}
}
