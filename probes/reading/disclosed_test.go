package reading

import (
	"slices"
	"testing"
	"time"

	"github.com/svartid/svartid/probes/reading/message"
)

// TestWhatSaysItIsAMachine holds that a letter that discloses a machine is never an answer without doubt,
// whatever words stand between, and that one which only names a machine beside its writer is one.
func TestWhatSaysItIsAMachine(t *testing.T) {
	const head = "From: Firma <post@firma.example>\nSubject: SV: Pris\nIn-Reply-To: <a@b>\n\n"
	for text, bot := range map[string]bool{
		"Hei, jeg er Solveig, Solcelles KI-drevne rådgiver. Taket ditt kan gi 6 000 kWh.":                                 true,
		"You're chatting with Ringo, our AI. Your phone supports eSIM and it costs 5 pounds.":                             true,
		"The current rate is 4.1%. As an AI model, I may get things wrong, so please check.":                              true,
		"Oppsigelsestiden er to måneder.\n\nHilsen Nora\n\nNora er en KI-assistent.":                                      true,
		"Uppsägningstiden är två månader.\n\nNora är en AI-assistent.":                                                    true,
		"Irtisanomisaika on kuukausi.\n\nAino on tekoälypohjainen avustaja.":                                              true,
		"Prisen er 349 kroner. Ingen mennesker har lest denne meldingen.":                                                 true,
		"Avgiften är 99 kr. Texten är gjord utan att någon medarbetare har sett den.":                                     true,
		"Abonnementet koster 279 kr i måneden og har ingen bindingstid.\n\nMvh Silje\n\nPrøv også KI-assistenten Bo.":     false,
		"Abonnemanget kostar 279 kr i månaden och har ingen bindningstid.\n\nHälsningar Siv\n\nFråga gärna vår chattbot.": false,
		"It's 2 euro per GB beyond 12 GB.\n\nMegan\n\nGot a minute? Our AI assistant Oakley can help around the clock.":   false,
	} {
		r := Read(message.Parse([]byte(head+text)), Asked{}, time.Time{})
		if sure := r.Kind == Answer && !r.Doubtful; sure == bot {
			t.Errorf("%q was read as %s, doubtful %v", text, r.Kind, r.Doubtful)
		}
	}
}

// TestWhoSaysItIsAMachine holds that what a letter says of its writer, by "I", by name or below the signature, makes it a
// machine's, in words that no list has as a whole; and that what is advertised, denied or read by a person does not.
func TestWhoSaysItIsAMachine(t *testing.T) {
	const says = "says that its writer is a machine"
	for _, test := range []struct {
		from, text string
		want       bool
	}{
		{"Tuva hos Lysverket", "Hei! Abonnementet koster 279 kr.\n\nHilsen Tuva\n\nTuva er en KI-medarbeider.", true},
		{"Kundeservice", "Hej! Det kostar 279 kr.\n\nHälsningar\nMajken\n\nMajken är en syntetisk kollega.", true},
		{"Help", "Hi! It is 20 pounds.\n\nBest\nRowan\n\nRowan isn't a real person.", true},
		{"Asiakaspalvelu", "Hei! Se maksaa 20 euroa.\n\nTerveisin\nVilho\n\nVilho on tekoälyapuri.", true},
		{"Post", "Hei, Kari! Eg er Fjordguten, ein automat. Det kostar 20 kroner.", true},
		{"Post", "Hej! Det koster 20 kr.\n\nVenlig hilsen\nButikken\n\nBesvaret af: ShopMind Autopilot 2", true},
		{"Post", "Hei! Det koster 20 kr.\n\nHilsen Butikken\n\n(ingen ansatt har lest meldingen din)", true},
		{"Tuva hos Lysverket", "Hei! Abonnementet koster 279 kr.\n\nHilsen Tuva\n\nPrøv også Lysbot, chatboten vår!", false},
		{"Tuva hos Lysverket", "Hei! Jeg er ikke en robot, og abonnementet koster 279 kr.\n\nHilsen Tuva", false},
		{"Tuva hos Lysverket", "Hei! Abonnementet koster 279 kr.\n\nHilsen Tuva\n\nSvaret er skrevet med hjelp av KI og kontrollert av Tuva.", false},
		{"Norrtåg", "Hej! Biljetten kostar 200 kr.\n\nHälsningar\nBirger\n\nNorrtåg AB | Fråga vår digitala resevärd Nora", false},
		{"Post", "Dette er et automatisk svar, og du kan ikke svare på det.", false},
		{"Oskar", "Hej! Det kostar 200 kr.\n\n/Oskar\n\nFrån: Fia <fia@firma.example>\nÄmne: Pris\n\nHej, Fia här! Jag är en virtuell kollega.", false},
	} {
		m := message.Parse([]byte("From: " + test.from + " <post@firma.example>\nSubject: SV: Pris\n\n" + test.text))
		r := Read(m, Asked{}, time.Time{})
		got := slices.ContainsFunc(r.Because, func(b Reason) bool { return b.Signal == says })
		if got != test.want {
			t.Errorf("%q: got %v, want %v", test.text, got, test.want)
		}
	}
}
