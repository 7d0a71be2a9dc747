package board

import (
	"strings"
	"testing"
	"time"

	"github.com/svartid/svartid/probes/edition"
	"github.com/svartid/svartid/probes/reading"
)

// TestAsksForPerson: a contact's page says when a person first wrote, and whether a machine said what it is, where the probe
// asks for that, and nothing where it does not.
func TestAsksForPerson(t *testing.T) {
	s := newSite(t, firm("nordlys", "power", "Nordlys"))
	s.ask("answered", "nordlys", "power", left(), heard(2*time.Second, reading.Bot), heard(130*time.Second, reading.Answer))
	s.ask("silent", "nordlys", "power", left(), covered())
	if strings.Contains(s.page("/contacts/answered"), "A person within") {
		t.Error("a person is told of who was not asked for")
	}
	s.board.Edition.Probes = append(s.board.Edition.Probes, edition.Probe{Name: "e-mail", Channel: "mail", AskForPerson: 3 * time.Minute})
	holds(t, plain(s.page("/contacts/answered")), "A person within 3", "the first wrote after 2", "a machine wrote, and did not say what it is")
	holds(t, plain(s.page("/contacts/silent")), "A person within 3", "none has written")
	holds(t, plain(s.page("/contacts/answered?lang=nb")), "Et menneske innen 3", "det første skrev etter 2")
}
