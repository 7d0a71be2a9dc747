package email

import (
	"context"
	"crypto/rand"
	"fmt"
	"strings"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/email/internal/letter"
)

// A Note is mail to one of our own people.
type Note struct{ From, To, Subject, Text string }

// SendNote sends a note. It is no opener: no copy of it is kept, and a note that
// is sent twice after an error does no harm.
func (c *Channel) SendNote(ctx context.Context, n Note) error {
	_, domain, _ := strings.Cut(n.From, "@")
	token := strings.ToLower(rand.Text())
	l, err := letter.Compose(channels.Opening{
		Attempt: "note", Token: token, ID: token + "@" + domain, Reach: n.To, Address: n.From,
		Persona: channels.Persona{Name: "svartid"}, Subject: n.Subject, Body: n.Text,
	}, c.clock())
	if err != nil {
		return fmt.Errorf("compose note: %w", err)
	}
	l.Alone = true
	_, err = c.submit(ctx, l, channels.Unrecorded)
	return err
}
