package engine_test

import (
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/channeltest"
	"github.com/svartid/svartid/channels/channeltest/long"
	"github.com/svartid/svartid/channels/channeltest/race"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/edition"
	"github.com/svartid/svartid/probes/reading"
)

// questions make an edition ask several things, so that what comes in answer to
// all of them is template.
func questions(ed *edition.Edition) {
	ed.Scenarios = nil
	for i, body := range []string{
		"Hei! Hva koster et abonnement? {{.Persona}}",
		"Hei! Kan jeg bytte adresse selv? {{.Persona}}",
		"Hei! Når leses måleren av? {{.Persona}}",
		"Hei! Hvordan sier jeg opp avtalen? {{.Persona}}",
		"Hei! Tar dere imot brukte batterier? {{.Persona}}",
	} {
		ed.Scenarios = append(ed.Scenarios, edition.Scenario{
			Name: fmt.Sprint("question-", i), Language: "nb", Subjects: []string{"Spørsmål"}, Body: body,
		})
	}
}

// answers are what persons write, each another thing.
func answers() []string {
	return []string{
		"Abonnementet koster 349 kroner i måneden, og det er ingen bindingstid.",
		"Ja, det går fint. Skriv den nye adressen her, så legger jeg den inn i dag.",
		"Vi leser av den 3. i hver måned, og du trenger ikke å være hjemme.",
		"Du sier opp på e-post, og siste faktura kommer 14 dager etterpå.",
		"Nei, dem må du levere på gjenbruksstasjonen i Industriveien 4.",
		"Prisen er 299 kroner for studenter og 389 kroner for alle andre.",
		"Det kan du ikke ennå, men jeg har endret den for deg nå.",
		"Måleren sender tallene selv klokka 02 hver natt.",
		"Send oss skjemaet innen 1. mai, så er avtalen avsluttet samme dag.",
		"Ja, vi tar imot opptil fem batterier om gangen i butikken i Storgata.",
		"Det blir 4 188 kroner i året, og da er fakturagebyret med.",
		"Jeg har rettet adressen, og kortet kommer i posten på torsdag.",
		"Neste avlesning er 12. juni mellom 8 og 10.",
		"Avtalen din går ut 30. september, og du trenger ikke å gjøre noe.",
		"Nei, men jernvareforretningen ved siden av oss tar imot dem.",
	}
}

// advert is in a language that the reader does not know, and reads like a machine.
const advert = "Luna, uw virtuele assistent, chatbot en AI-robot: automatisch antwoord binnen een minuut, dag en nacht!"

// readingsOf returns what a company's replies are read as, by the contacts' slots.
func (s *harness) readingsOf(company string) (all []probes.Reply) {
	contacts := s.contacts()
	slices.SortFunc(contacts, func(a, b probes.Contact) int { return a.Plan.Slot.Compare(b.Plan.Slot) })
	for _, c := range contacts {
		if c.Plan.Company == company {
			for _, a := range c.Attempts {
				all = append(all, a.Readings...)
			}
		}
	}
	return all
}

// TestAdvertIsTemplate: persons whose letters all end in an advert for a machine,
// in a language that the reader does not know, stay persons, also those whose
// letters came first.
func TestAdvertIsTemplate(t *testing.T) {
	race.Skip(t, "it winds weeks forward, each in a ledger of its own")
	long.Only(t, "TestMachineIsAllTemplate")
	withHarness(t, questions, func(s *harness) {
		var sent atomic.Int32
		s.fake.Put("post@nordlys.example", channeltest.Company{
			Replies: channeltest.Sending(time.Hour, func(o channels.Opening) channeltest.Letter {
				i := int(sent.Add(1)-1) % len(answers())
				return channeltest.Answer(o, "Hei!\n\n"+answers()[i]+"\n\n"+advert+"\n\nMvh\nIngrid Moe")
			}),
		})
		time.Sleep(toMonday + 15*7*24*time.Hour)
		all := s.readingsOf("nordlys")
		if len(all) < 15 {
			t.Fatalf("got %d replies, want 15", len(all))
		}
		for i, reply := range all {
			if reply.Kind != reading.Answer {
				t.Errorf("letter %d: got %s", i+1, reply.Kind)
			}
		}
		told := ""
		for _, c := range s.contacts() {
			for _, r := range s.because(c.ID) {
				if strings.HasPrefix(r.Signal, "this line came in ") {
					told = r.Signal
				}
			}
		}
		if told == "" {
			t.Error("no reading says that the advert is template")
		}
	})
}

// TestMachineIsAllTemplate: where the same letter answers everything, nothing was
// written for this customer. A few contacts do not prove it.
func TestMachineIsAllTemplate(t *testing.T) {
	race.Skip(t, "it winds weeks forward, each in a ledger of its own")
	const letter = "Hei!\n\nVi har sett på det du skriver, og det er ordnet. Du merker forskjellen i løpet av to dager.\n\nMvh\nIngrid Moe"
	for weeks, sure := range map[int]bool{4: false, 14: true} {
		t.Run(fmt.Sprint(weeks), func(t *testing.T) {
			withHarness(t, questions, func(s *harness) {
				s.fake.Put("post@nordlys.example", channeltest.Company{
					Replies: channeltest.Sending(time.Hour, func(o channels.Opening) channeltest.Letter { return channeltest.Answer(o, letter) }),
				})
				time.Sleep(toMonday + time.Duration(weeks)*7*24*time.Hour)
				for i, reply := range s.readingsOf("nordlys") {
					switch {
					case !sure && i > 0 && reply.Kind == reading.Answer && !reply.Doubtful:
						t.Errorf("letter %d of %d: sure of an answer", i+1, weeks)
					case sure && reply.Kind == reading.Answer:
						t.Errorf("letter %d of %d: got an answer", i+1, weeks)
					}
				}
			})
		})
	}
}

// TestDisclosureSpreads: one letter that says that a machine wrote it makes all
// that is signed like it doubtful, from the first on.
func TestDisclosureSpreads(t *testing.T) {
	race.Skip(t, "it winds weeks forward, each in a ledger of its own")
	withHarness(t, questions, func(s *harness) {
		var sent atomic.Int32
		s.fake.Put("post@nordlys.example", channeltest.Company{
			Replies: channeltest.Sending(time.Hour, func(o channels.Opening) channeltest.Letter {
				i := int(sent.Add(1) - 1)
				text, name := "Hei!\n\n"+answers()[i]+"\n\n", "Ida"
				switch i {
				case 1:
					name = "Torstein Dahl"
				case 3:
					text = "Hei! Jeg er en chatbot, og dette svaret er skrevet av en kunstig intelligens.\n\n" + text
				}
				return channeltest.Answer(o, text+"Vennlig hilsen\n"+name)
			}),
		})
		time.Sleep(toMonday + 6*7*24*time.Hour)
		all := s.readingsOf("nordlys")
		if len(all) < 6 || all[3].Kind != reading.Bot || all[3].Doubtful {
			t.Fatalf("got %+v, want the fourth of six to be a bot", all)
		}
		for i, reply := range all[:6] {
			if doubtful := i != 1 && i != 3; reply.Doubtful != doubtful {
				t.Errorf("letter %d: %s, doubtful %v, want %v", i+1, reply.Kind, reply.Doubtful, doubtful)
			}
		}
	})
}

// TestQuickerThanTyped: whatever the channel, what came quicker than anyone types
// is for a person to look at.
func TestQuickerThanTyped(t *testing.T) {
	race.Skip(t, "it winds weeks forward, each in a ledger of its own")
	for name, tt := range map[string]struct {
		after    time.Duration
		doubtful bool
	}{"at once": {2 * time.Second, true}, "as a person types": {5 * time.Minute, false}} {
		for channel, edit := range map[string]func(*edition.Edition){"mail": nil, "chat": chatting(t)} {
			t.Run(channel+" "+name, func(t *testing.T) {
				withHarness(t, edit, func(s *harness) {
					answering := channeltest.Company{Replies: channeltest.Answering(tt.after)}
					s.fake.Put("", answering)
					s.chat.Put("", answering)
					time.Sleep(toMonday + 4*time.Hour)
					heard := s.only().Attempts[0].Readings
					if len(heard) == 0 || heard[0].Kind != reading.Answer || heard[0].Doubtful != tt.doubtful {
						t.Errorf("got %+v, want an answer, doubtful %v", heard, tt.doubtful)
					}
				})
			})
		}
	}
}
