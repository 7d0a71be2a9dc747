package rocketchat

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/httpapi"
)

// Words for a refusal's Status, so that refusals can be told apart.
const (
	statusOffline = "offline" // a form in place of the chat
	statusForm    = "form"    // a form before the chat that we cannot fill
	statusLength  = "length"  // the opener is longer than the chat allows
)

// An offer is how a department may be chatted with.
type offer struct {
	department string // its id
	email      bool   // the form before the chat asks for an address
}

// Locate asks whether a department is one of the chat's, which only a chat that is
// switched on tells.
func (c *Channel) Locate(ctx context.Context, department string) error {
	on, department := c.at(department)
	_, _, err := on.department(ctx, department)
	return err
}

// department asks what is offered in a department, and for its id. It may be named or
// given by its id; availability is told by id alone.
func (c *Channel) department(ctx context.Context, reach string) (said configReply, id string, err error) {
	if said, err = c.config(ctx, reach); err != nil {
		return said, "", err
	}
	id, listed := said.department(reach)
	if id != reach {
		if said, err = c.config(ctx, id); err != nil {
			return said, "", err
		}
	}
	if !said.Config.Online && !listed && said.enabled() {
		return said, "", fmt.Errorf("config: %w", &channels.Refusal{
			Step: channels.StepDoor, Sign: channels.SignMissing, Text: fmt.Sprintf("%q is no department of the chat's", reach),
		})
	}
	return said, id, nil
}

// offered asks whether a chat is offered to the visitor of o, and how.
func (c *Channel) offered(ctx context.Context, o channels.Opening) (offer, error) {
	said, id, err := c.department(ctx, o.Reach)
	if err != nil {
		return offer{}, err
	}
	if err := said.refusal(o); err != nil {
		return offer{}, fmt.Errorf("config: %w", err)
	}
	form := said.Config.Settings
	return offer{department: id, email: form.RegistrationForm && form.EmailField}, nil
}

// config asks what the widget is told before it shows itself.
func (c *Channel) config(ctx context.Context, department string) (said configReply, err error) {
	_, err = c.client.Exchange(ctx, httpapi.Call{
		Step: "config", Method: http.MethodGet, Path: "/api/v1/livechat/config",
		Query: url.Values{"department": {department}},
	}, &said)
	return said, refused(err)
}

// department returns the id of a department that is named or given by its id,
// and whether the chat lists it.
func (said configReply) department(reach string) (id string, listed bool) {
	for _, d := range said.Config.Departments {
		if d.ID == reach || d.Name == reach && d.ID != "" {
			return d.ID, true
		}
	}
	return reach, false
}

// enabled reports whether there is a chat at all.
func (said configReply) enabled() bool { return said.Config.Enabled == nil || *said.Config.Enabled }

// refusal returns why no chat is offered for o, if so.
func (said configReply) refusal(o channels.Opening) error {
	set := said.Config.Settings
	if !said.enabled() {
		return &channels.Refusal{
			Step: channels.StepDoor, Sign: channels.SignClosed, Status: statusOffline, Text: "the chat is switched off",
		}
	}
	if !said.Config.Online {
		return &channels.Refusal{
			Step: channels.StepDoor, Sign: channels.SignOffline, Status: statusOffline,
			Text: "nobody is online: a form is shown in place of the chat",
		}
	}
	if set.RegistrationForm && set.EmailField && o.Persona.Address == "" {
		return &channels.Refusal{
			Step: channels.StepDoor, Status: statusForm, Ours: true,
			Text: "the form before the chat asks for an e-mail address, and the persona has none",
		}
	}
	for _, field := range said.Config.CustomFields {
		if set.RegistrationForm && field.Required {
			return &channels.Refusal{
				Step: channels.StepDoor, Status: statusForm, Ours: true,
				Text: fmt.Sprintf("the form before the chat asks for %q", field.ID),
			}
		}
	}
	if most := limit(set.LimitTextLength); most > 0 && utf8.RuneCountInString(o.Body) > most {
		return &channels.Refusal{
			Step: channels.StepDoor, Status: statusLength, Ours: true,
			Text: fmt.Sprintf("the chat takes %d characters", most),
		}
	}
	return nil
}

// limit reads how long a message may be; 0 = as long as one likes.
func limit(raw json.RawMessage) int {
	n, err := strconv.Atoi(strings.Trim(string(raw), `"`))
	if err != nil {
		return 0
	}
	return n
}

// mailbox returns the address that a form is filled with. It is another one for
// each attempt where the persona's mailbox takes that, since the server keeps
// one visitor for an address.
func mailbox(o channels.Opening) string {
	local, domain, ok := strings.Cut(o.Persona.Address, "@")
	if !ok || o.Persona.Tag != "plus" {
		return o.Persona.Address
	}
	return local + "+" + o.Token + "@" + domain
}
