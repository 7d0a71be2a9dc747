package world

import (
	_ "embed" // what companies are asked
	"strings"
	"time"
)

//go:embed scenarios.yml
var scenarios string

// Scenarios is what the companies are asked, one question a language: the list
// below the key scenarios of a configuration. Each is put in many ways, because
// a page's chat is told apart from the one before by its words.
func Scenarios() string { return scenarios }

// A probe is how often a channel is used, and what it promises.
type probe struct {
	Channel       string
	Every, Within time.Duration
	Attempts      int
}

// probes are one a channel.
func probes() []probe {
	const chats, calls = 15 * time.Second, 20 * time.Second
	return []probe{
		{"mail", 10 * time.Second, Deadline, 1},
		{"chatwoot", chats, Deadline, 2},
		{"rocketchat", chats, Deadline, 2},
		{"matrix", chats, Deadline, 2},
		{"webhook", chats, Deadline, 2},
		{"messenger", chats, PageDeadline, 2},
		{"phone", calls, Deadline, 2},
	}
}

// personas are the customers that svartid appears as, on every channel.
func personas() []string {
	return []string{
		"Kari Nordmann", "Ola Hansen", "Solveig Bråten", "Per Åsnes", "Anne Lie", "Nils Moe", "Berit Dahl",
		"Geir Haugen", "Liv Sætre", "Arne Bakke", "Turid Foss", "Leif Myhre", "Randi Eide", "Odd Lunde",
		"Grete Ness", "Terje Vik", "Astrid Holm", "Knut Aasen", "Marit Øye", "Svein Rud",
	}
}

// address is a persona's, in the domain that our mailbox catches.
func (w *World) address(persona string) string {
	spell := strings.NewReplacer(" ", ".", "å", "a", "ø", "o", "æ", "ae")
	return spell.Replace(strings.ToLower(persona)) + "@" + w.mail.Domain()
}
