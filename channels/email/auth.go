package email

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net/textproto"
	"strings"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/email/internal/oauth"
)

// logIn gives our name and password by the best way that the server offers, or
// our token. Without a user name there is nothing to give.
//
// A final no (535 and the like) is a refusal at [channels.StepAuth], and so ours.
// A token that was good once may only have ended, and the next login has another.
func (c *Channel) logIn(ctx context.Context, d *dialogue) error {
	s := c.cfg.SMTP
	if s.Username == "" {
		return nil
	}
	if c.tokens != nil {
		return c.bear(ctx, d)
	}
	password, err := s.secret().Reveal()
	if err != nil {
		return stepError(stepAuth, err)
	}
	mask := hide(s.Username, password)
	d.conn.transcript.mask = mask
	mechanism, err := mechanism(d.client.SupportsAuth, s.Username, password)
	if err != nil {
		return stepError(stepAuth, err)
	}
	if err := d.client.Auth(mechanism); err != nil {
		return stepError(stepAuth, masked(err, mask))
	}
	return nil
}

// bear logs in to the submission server with a token.
func (c *Channel) bear(ctx context.Context, d *dialogue) error {
	token, err := c.tokens.Bearer(ctx)
	if err != nil {
		return stepError(stepAuth, err)
	}
	mask := hide(c.cfg.SMTP.Username, token)
	d.conn.transcript.mask = mask
	client, err := oauth.NewBearer(d.client.SupportsAuth, c.cfg.SMTP.Username, token)
	if err != nil {
		return stepError(stepAuth, err)
	}
	err = d.client.Auth(client)
	if err == nil {
		c.tokens.Accepted()
		return nil
	}
	err = masked(err, mask)
	var answer *smtp.SMTPError
	if !errors.As(err, &answer) || answer.Code/100 != 5 {
		return stepError(stepAuth, err)
	}
	refused := oauth.Refused(err, client.Challenge)
	if c.tokens.Reject(token) {
		no := channels.Refusal{Step: channels.StepAuth, Text: refused.Error()}
		return fmt.Errorf("%s: %w", stepAuth, &channels.Deferral{No: no, Err: refused})
	}
	return fmt.Errorf("%w: %w", stepError(stepAuth, err), refused)
}

// mechanism returns PLAIN (RFC 4616), or LOGIN where only that is offered.
func mechanism(offers func(string) bool, user, password string) (sasl.Client, error) {
	switch {
	case offers(sasl.Plain):
		return sasl.NewPlainClient("", user, password), nil
	case offers(sasl.Login):
		return &loginClient{user: user, password: password}, nil
	}
	return nil, errors.New("the server offers neither PLAIN nor LOGIN")
}

// A loginClient speaks LOGIN (draft-murchison-sasl-login) by the order of the
// challenges. go-sasl's own goes by their words, which servers spell
// differently, and sends the name ahead, which some take for nothing.
type loginClient struct {
	user, password string
	step           int
}

func (l *loginClient) Start() (string, []byte, error) { return sasl.Login, nil, nil }

func (l *loginClient) Next([]byte) ([]byte, error) {
	l.step++
	switch l.step {
	case 1:
		return []byte(l.user), nil
	case 2:
		return []byte(l.password), nil
	}
	return nil, sasl.ErrUnexpectedServerChallenge
}

// loginAtOnce speaks LOGIN to an IMAP server: the connection answers its questions,
// the first with the name, the second with the password.
type loginAtOnce struct{ user, password string }

func (l loginAtOnce) Start() (string, []byte, error) {
	return sasl.Login, []byte(l.user + "\x00" + l.password), nil
}

func (loginAtOnce) Next([]byte) ([]byte, error) { return nil, sasl.ErrUnexpectedServerChallenge }

// hide returns what puts *** for a password in each shape that it has on the
// wire: servers repeat commands that they do not know.
func hide(user, password string) *strings.Replacer {
	if password == "" {
		return strings.NewReplacer()
	}
	encode := base64.StdEncoding.EncodeToString
	return strings.NewReplacer(
		encode([]byte("\x00"+user+"\x00"+password)), "***",
		encode([]byte(password)), "***",
		password, "***")
}

// masked returns err without what a server may have repeated of a password.
func masked(err error, mask *strings.Replacer) error {
	var answer *smtp.SMTPError
	if errors.As(err, &answer) {
		copied := *answer
		copied.Message = mask.Replace(answer.Message)
		return &copied
	}
	var broken textproto.ProtocolError
	if errors.As(err, &broken) {
		return textproto.ProtocolError(mask.Replace(string(broken)))
	}
	return err
}
