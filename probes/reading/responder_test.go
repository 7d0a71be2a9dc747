package reading

import (
	"strings"
	"testing"
	"time"

	"github.com/svartid/svartid/probes/reading/message"
)

// TestResponder reads chat lines with what the platform says about who wrote them.
func TestResponder(t *testing.T) {
	const (
		price    = "Det koster 299 kroner, og du får det innen fredag."
		received = "Vi har mottatt meldingen din og svarer så snart vi kan."
		disclose = "Hei, jeg er en chatbot."
		call     = "Ring oss på 22 00 00 00, så hjelper vi deg."
	)
	tests := []struct {
		responder, text string
		kind            Kind
		doubtful        bool
	}{
		{"bot", price, Bot, false},
		{"bot", "Jeg er ikke en robot. " + price, Bot, false},
		{"bot", "", Bot, false},
		{"acknowledgement", price, Acknowledgement, false},
		{"acknowledgement", disclose, Acknowledgement, false},
		{"human", price, Answer, false},
		{"human", "Ja", Answer, false},
		{"human", "nei, utsolgt", Answer, false},
		{"human", "hva er postnummeret ditt?", Answer, false},
		{"human", call, Deflection, false},
		{"human", received, Answer, true},
		{"human", disclose, Answer, true},
		{"human", "Hei! Hva kan jeg hjelpe deg med?", Answer, true},
		{"human", "Velg et alternativ fra menyen", Answer, true},
		{"human", "Jeg er på ferie til 12. mai.", Absence, true},
		{"unknown", price, Answer, true},
		{"unknown", received, Acknowledgement, true},
		{"unknown", disclose, Bot, true},
		{"", price, Answer, false},
		{"", received, Acknowledgement, false},
		{"", disclose, Bot, false},
	}
	for _, tt := range tests {
		asked := Asked{Responder: tt.responder, Why: "app_id 1217981644879628"}
		r := Read(message.Plain(tt.text), asked, time.Time{})
		if r.Kind != tt.kind || r.Doubtful != tt.doubtful {
			t.Errorf("%q from %q: got %s, doubtful %v; want %s, %v\n%v", tt.text, tt.responder, r.Kind, r.Doubtful, tt.kind, tt.doubtful, r.Because)
		}
		if why := because(r, "the platform"); (why == asked.Why) != (tt.responder != "") {
			t.Errorf("%q from %q: the platform's reason is %q", tt.text, tt.responder, why)
		}
	}
}

// because returns what the first reason saw whose signal begins so.
func because(r Reading, signal string) string {
	for _, reason := range r.Because {
		if strings.HasPrefix(reason.Signal, signal) {
			return reason.Saw
		}
	}
	return ""
}

// TestChatForms reads what chat windows say by themselves, where the platform says nothing.
func TestChatForms(t *testing.T) {
	forms := map[Kind][]string{
		Acknowledgement: {
			"Hei! Hva kan vi hjelpe deg med?", "Hei 👋 Velkommen til chatten vår! Hva lurer du på?", "Hei! Kva kan eg hjelpe deg med?",
			"Hej! Hvad kan jeg hjælpe med?", "Hej och välkommen till vår chatt! Vad kan jag hjälpa dig med?", "Hei! Miten voin auttaa?",
			"Hi there! How can we help?", "Skriv meldingen din her, så svarer vi.", "Ställ din fråga här så hjälper vi dig.",
			"Du er nå nummer 3 i køen.", "Du er nummer 2 i køen. Takk for at du venter!", "Du er nu nummer 5 i køen.", "Du är nu nummer 7 i kön.",
			"Olet jonossa sijalla 4.", "You are number 2 in the queue.", "Alle kundebehandlere er opptatt. Vennligst vent.",
			"Alla våra medarbetare är upptagna just nu.", "Alle vores medarbejdere er optaget lige nu.", "Kaikki asiakaspalvelijamme ovat varattuja.",
			"All our agents are busy at the moment.", "Setter deg over til en kundebehandler.", "Jag kopplar dig till en handläggare.",
			"Ingen er tilgjengelig akkurat nå. Legg igjen en melding, så svarer vi på e-post.", "Vi er ikke tilgjengelige nå. Legg igjen en beskjed.",
			"Chatten er lukket. Åbningstiden er hverdage 9-16.", "Chatten är stängd just nu. Lämna ett meddelande så svarar vi i morgon.",
			"Chatten er stengt. Vi åpner igjen kl. 9.", "Me er ikkje tilgjengelege no. Legg att ei melding.",
			"Chattimme on suljettu. Jätä viesti, niin palaamme asiaan.", "We're offline right now. Leave us a message and we'll get back to you.",
			"Du skriver utenfor åpningstiden. Vi svarer når vi er tilbake på mandag.", "Kiitos odotuksesta, asiakaspalvelija vastaa sinulle pian.",
		},
		Bot: {
			"Velg et tema:", "Vælg en kategori, så hjælper jeg dig.", "Välj ett alternativ nedan.", "Valitse aihe:", "Choose a topic below.",
			"Mente du en av disse?", "Kan du omformulere spørsmålet ditt?", "Jeg fant disse artiklene:", "Skriv «menneske» for å snakke med oss",
		},
		Answer: {
			"Vi har den ikke nå, men den kommer på mandag.", "Ventetiden på reparasjon er tre uker.",
			"Et øyeblikk … Ja, den er på lager.", "Takk for at du venter! Pakken ligger på Alnabru.", "Hvilken modell har du?",
			"Jag kollade, och du har nummer 38 i storlek.", "Hva er ordrenummeret ditt?", "Joo, löytyy.", "nope, only in blue", "Ja, klart.",
			"Velg den blå, den holder lengst.", "Der er plads til to hunde.", "Du är anmäld, plats 4 på listan.", "Du kan hente den nå",
		},
		Deflection: {"Ring oss på 22 00 00 00.", "Du må logge inn på Min side for å se det.", "Kontakt butikken."},
	}
	for want, lines := range forms {
		for _, line := range lines {
			if r := Read(message.Plain(line), Asked{}, time.Time{}); r.Kind != want {
				t.Errorf("%q: got %s, doubtful %v; want %s\n%v", line, r.Kind, r.Doubtful, want, r.Because)
			}
		}
	}
}

// TestChatFormsOutsideChat holds that the same words in a mail are a courtesy beside an answer.
func TestChatFormsOutsideChat(t *testing.T) {
	m := message.Parse([]byte(replied + "Hei! Den koster 49 kroner.\n\nHva kan jeg hjelpe deg med ellers? Velg et alternativ, så ordner jeg resten."))
	if r := Read(m, Asked{}, time.Time{}); r.Kind != Answer {
		t.Errorf("got %s\n%v", r.Kind, r.Because)
	}
}
