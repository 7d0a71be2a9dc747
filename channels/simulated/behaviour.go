package simulated

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"

	"github.com/svartid/svartid/channels"
)

// A Behaviour is how a company treats those who write to it in a chat.
type Behaviour string

// The behaviours. What each says, and when, is the table in lines.
const (
	Brisk     Behaviour = "brisk"     // a person answers at once
	Sluggish  Behaviour = "sluggish"  // a person answers near the end
	BotFirst  Behaviour = "bot-first" // a bot talks, then a person answers
	BotOnly   Behaviour = "bot-only"  // a bot talks, and no person
	Referring Behaviour = "referring" // a person sends the customer to the telephone
	Mute      Behaviour = "mute"      // no answer of any kind
	Offline   Behaviour = "offline"   // no agent is online: a form is shown in place of the chat
)

// Behaviours returns all of them, in the order in which companies are given them.
func Behaviours() []Behaviour {
	return []Behaviour{Brisk, BotFirst, Sluggish, Brisk, Referring, Mute, BotOnly, Offline}
}

// A Line is one thing that is said in a chat.
type Line struct {
	After time.Duration // since the opener
	Who   channels.Responder
	Text  string
}

// lines is the table of behaviours: who says what, at a moment drawn between two
// fractions of the deadline.
func (m Behaviour) lines() []beatLine {
	return map[Behaviour][]beatLine{
		Brisk:     {{0.05, 0.20, channels.Human, "answer"}},
		Sluggish:  {{0.60, 0.90, channels.Human, "answer"}},
		BotFirst:  {{0.01, 0.02, channels.Bot, "bot"}, {0.30, 0.60, channels.Human, "answer"}},
		BotOnly:   {{0.01, 0.02, channels.Bot, "bot"}},
		Referring: {{0.10, 0.40, channels.Human, "deflection"}},
	}[m]
}

// A beatLine is a line before its moment and words are drawn.
type beatLine struct {
	from, to float64
	who      channels.Responder
	words    string
}

// Lines returns what is said to one opener, in order of time. The same opener
// (by its token) is answered in the same way in every run.
func (m Behaviour) Lines(token, language string, scale time.Duration) []Line {
	r := draws("manner", token)
	var said []Line
	for _, b := range m.lines() {
		fraction := b.from + (b.to-b.from)*r.Float64()
		said = append(said, Line{time.Duration(fraction * float64(scale)), b.who, say(r, language, b.words)})
	}
	return said
}

// say draws the words for a line, and what is filled in: people do not say the
// same to every customer. Languages that no words are kept in are spoken to in
// Norwegian.
func say(r *rand.Rand, language, what string) string {
	words, ok := chatter()[language]
	if !ok {
		words = chatter()["nb"]
	}
	line := pick(r, words[what])
	return strings.NewReplacer(
		"{name}", pick(r, words["names"]),
		"{price}", strconv.Itoa(29+r.IntN(170)),
		"{line}", fmt.Sprintf("%03d", r.IntN(1000)),
	).Replace(line)
}

// chatter is what people and bots say in chats, by language, and the people's
// names.
func chatter() map[string]map[string][]string {
	return map[string]map[string][]string{
		"nb": {
			"names": {"Ingrid", "Jonas", "Marte", "Sindre", "Silje", "Espen", "Hanne", "Lars"},
			"answer": {
				"Hei! Det koster {price} kroner i måneden, og du har ingen bindingstid. Mvh {name}",
				"Hei, det ordner jeg for deg med en gang for {price} kroner. Du får bekreftelsen i løpet av dagen. Hilsen {name}",
			},
			"deflection": {"Hei, dette må du ringe oss om på 815 00 {line}, så hjelper vi deg der."},
			"bot": {
				"Hei! Jeg er den digitale assistenten. Velg et tema: 1 Faktura 2 Flytting 3 Priser",
				"Hei, jeg er en chatbot. Fant du svar på spørsmålet ditt?",
			},
		},
		"sv": {
			"names": {"Elsa", "Oskar", "Maja", "Nils", "Alva", "Gustav"},
			"answer": {
				"Hej! Det kostar {price} kronor i månaden utan bindningstid. Hälsningar {name}",
				"Hej, det fixar jag åt dig direkt för {price} kronor. Du får en bekräftelse under dagen. Mvh {name}",
			},
			"deflection": {"Hej, det här behöver du ringa oss om på 08-465 00 {line}, så hjälper vi dig där."},
			"bot":        {"Hej! Jag är den digitala assistenten. Välj ett ämne: 1 Faktura 2 Flytt 3 Priser"},
		},
		"da": {
			"names": {"Freja", "Mads", "Ida", "Emil", "Laura", "Rasmus"},
			"answer": {
				"Hej! Det koster {price} kroner om måneden, og der er ingen binding. Hilsen {name}",
				"Hej, det ordner jeg for dig med det samme for {price} kroner. Du får en bekræftelse i dag. Mvh {name}",
			},
			"deflection": {"Hej, det skal du ringe til os om på 12 34 5{line}, så hjælper vi dig der."},
			"bot":        {"Hej! Jeg er den digitale assistent. Vælg et emne: 1 Faktura 2 Flytning 3 Priser"},
		},
		"en": {
			"names": {"Emily", "Jack", "Olivia", "Harry", "Amelia", "George"},
			"answer": {
				"Hi! It costs {price} pounds a month and there is no minimum term. Best, {name}",
				"Hello, I have changed that for you now, for {price} pounds. You will get a confirmation today. Kind regards, {name}",
			},
			"deflection": {"Hi, please call us on +44 20 7946 0{line} about this and we will help you there."},
			"bot":        {"Hi! I am the virtual assistant. Choose a topic: 1 Invoice 2 Moving 3 Prices"},
		},
	}
}
