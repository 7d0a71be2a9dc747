package messenger

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/svartid/svartid/channels"
)

// quickest is what no person answers within.
const quickest = 3 * time.Second

// inbox are the ids by which Meta names the page's own inbox, where people
// answer and Meta's automation does. Both are documented.
func inbox() []string { return []string{"263902037430900", "26390203743090"} }

// away are phrases that say no agent is there, in the words of pages' own away
// messages.
func away() []string {
	return []string{
		"utenfor åpningstid", "utenfor våre åpningstider", "ikke tilgjengelig", "tilbake så snart", "svarer deg så snart",
		"takk for meldingen", "takk for at du tok kontakt", "takk for din henvendelse", "stengt nå",
		"utanför våra öppettider", "återkommer så snart", "tack för ditt meddelande", "svarar så snart",
		"uden for åbningstid", "uden for vores åbningstid", "vender tilbage så", "tak for din besked", "tak for din henvendelse",
		"aukioloaikojen ulkopuolella", "palaamme asiaan", "kiitos viestistäsi",
		"outside our opening hours", "outside of business hours", "get back to you", "thanks for messaging",
		"thank you for your message", "currently unavailable", "we are away",
	}
}

// A heard is a message of a page, with what is known around it.
type heard struct {
	message
	wait     time.Duration // since the opener on Meta's clock; negative: it is not known
	repeated bool          // another persona was told the same
}

// who says who has answered, and by what that shows. Rules only ever lower
// what the app's id says.
func (r Reach) who(h heard) (channels.Responder, string) {
	app := string(h.AppID)
	if slices.Contains(r.BotApps, app) {
		return channels.Bot, fmt.Sprintf("app %s is declared a bot", app)
	}
	if who, because := h.lowered(); who != "" {
		return who, because
	}
	switch {
	case slices.Contains(r.DeskApps, app):
		return channels.Human, fmt.Sprintf("app %s is declared a desk", app)
	case slices.Contains(inbox(), app):
		return channels.Unknown, "it was sent in the page's inbox, by a person or by its automation"
	case app == "":
		return channels.Unknown, "no app is named"
	}
	return channels.Unknown, fmt.Sprintf("app %s is not declared", app)
}

// lowered returns who has answered where the message itself shows that it was
// no person, or "".
func (h heard) lowered() (channels.Responder, string) {
	said := strings.Join(words(h.Text), " ")
	for _, phrase := range away() {
		if strings.Contains(said, phrase) {
			return channels.Acknowledging, fmt.Sprintf("it says %q", phrase)
		}
	}
	switch {
	case h.wait >= 0 && h.wait < quickest:
		return channels.Bot, fmt.Sprintf("it came %v after the opener", h.wait)
	case len(h.QuickReplies) > 0:
		return channels.Bot, "it has buttons to answer with"
	case h.repeated:
		return channels.Bot, "another persona was told the same"
	}
	for _, a := range h.Attachments {
		if a.Type == "template" {
			return channels.Bot, "it is a template"
		}
	}
	return "", ""
}
