package reading

import (
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
