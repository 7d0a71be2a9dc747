package chatwoot

import (
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/httpapi"
)

// Prepare gives o an ID: the source_id by which its visitor is known to the
// inbox. It is drawn from the token alone, so the same opening gets the same.
func (c *Channel) Prepare(o channels.Opening) (channels.Opening, error) {
	if o.Token == "" {
		return o, fmt.Errorf("prepare %s: no token", o.Attempt)
	}
	identifier, _ := at(o.Reach)
	if faults := (Reach{Inbox: identifier}).Check(); len(faults) > 0 {
		return o, fmt.Errorf("prepare %s: %s", o.Attempt, faults[0].Text)
	}
	o.ID = sourceID(o.Token)
	return o, nil
}

// sourceID returns a name for a visitor of the kind that the server would draw:
// a random UUID (RFC 9562 section 5.4), here drawn from the token.
func sourceID(token string) string {
	sum := sha256.Sum256([]byte("chatwoot source_id " + token))
	sum[6] = sum[6]&0x0f | 0x40
	sum[8] = sum[8]&0x3f | 0x80
	text := hex.EncodeToString(sum[:16])
	return strings.Join([]string{text[:8], text[8:12], text[12:16], text[16:20], text[20:]}, "-")
}

// Open enters o's inbox as a visitor of its own and says o's body there, and asks
// leave once only that is to be done. The error wraps ErrRefused if the server
// said a final no, and ErrUnsure if it may have taken the message and did not
// say so. After any other error nothing has left. A message that an earlier call
// left there is not said again; leave is asked all the same, so that the intent
// is on record.
func (c *Channel) Open(ctx context.Context, o channels.Opening, leave channels.Leave) (channels.Receipt, error) {
	v := visitorOf(o)
	if v.source == "" || strings.TrimSpace(o.Body) == "" {
		return channels.Receipt{}, fmt.Errorf("open: %w", &channels.Refusal{Text: "no source_id or no body: not prepared", Ours: true})
	}
	if err := c.enter(ctx, v, o.Persona.Name); err != nil {
		return channels.Receipt{}, absent(c.unproven(v, c.refused(v, err)))
	}
	r, said, err := c.sit(ctx, v)
	if err != nil {
		return channels.Receipt{}, c.refused(v, err)
	}
	if said != nil {
		if err := leave(ctx); err != nil {
			return channels.Receipt{}, err
		}
		return r.receipt(*said), nil
	}
	if said, err = c.send(ctx, r, o, leave); err != nil {
		return channels.Receipt{}, c.refused(v, err)
	}
	return r.receipt(*said), nil
}

// enter makes v known to its inbox, or finds it known, and remembers what opens
// its stream.
func (c *Channel) enter(ctx context.Context, v visitor, name string) error {
	asked := struct {
		SourceID       string `json:"source_id"`
		Name           string `json:"name,omitempty"`
		Identifier     string `json:"identifier,omitempty"`
		IdentifierHash string `json:"identifier_hash,omitempty"`
	}{SourceID: v.source, Name: name}
	key, err := c.opt.HMAC(v.inbox).Reveal()
	if err != nil {
		return fmt.Errorf("create contact: %w", err)
	}
	if key != "" {
		asked.Identifier, asked.IdentifierHash = v.source, v.hash(key)
	}
	var known contact
	if _, err := c.server(v.inbox).Exchange(ctx, httpapi.Call{
		Step: "create contact", Method: http.MethodPost, Path: inboxPath(v.inbox) + "/contacts", Body: asked,
	}, &known); err != nil {
		return err
	}
	switch known.SourceID {
	case v.source:
	case "":
		return fmt.Errorf("create contact: %w: it has no source_id", httpapi.ErrShape)
	default:
		return fmt.Errorf("create contact: %w", &channels.Refusal{
			Text: "the server draws every source_id itself: an opener could not be settled", Ours: true,
		})
	}
	c.remember(v, known.PubsubToken)
	return nil
}

// hash proves v to an inbox that asks for it: hex HMAC-SHA256 of the identifier.
func (v visitor) hash(key string) string {
	mac := hmac.New(sha256.New, []byte(key))
	mac.Write([]byte(v.source))
	return hex.EncodeToString(mac.Sum(nil))
}

// sit returns a room of v's: the one that an earlier try left, with what we have
// said there, or a new one.
func (c *Channel) sit(ctx context.Context, v visitor) (room, *message, error) {
	left, err := c.roomsOf(ctx, v)
	if err != nil {
		return room{}, nil, err
	}
	if len(left) > 0 {
		return c.opener(ctx, left)
	}
	var made conversation
	if _, err := c.server(v.inbox).Exchange(ctx, httpapi.Call{
		Step: "create conversation", Method: http.MethodPost, Path: v.conversations(), Body: struct{}{},
	}, &made); err != nil {
		return room{}, nil, err
	}
	if made.ID <= 0 {
		return room{}, nil, fmt.Errorf("create conversation: %w: it has no id", httpapi.ErrShape)
	}
	return room{v, int64(made.ID)}, nil, nil
}

// roomsOf returns v's conversations, the first that it opened first.
func (c *Channel) roomsOf(ctx context.Context, v visitor) ([]room, error) {
	listed, err := c.listed(ctx, v)
	var rooms []room
	for _, one := range listed {
		rooms = append(rooms, room{v, int64(one.ID)})
	}
	return rooms, err
}

// listed returns the server's list of v's conversations, in order of their ids.
func (c *Channel) listed(ctx context.Context, v visitor) ([]conversation, error) {
	const step = "list conversations"
	var listed []conversation
	if err := ask(ctx, c.server(v.inbox), get(step, v.conversations()), &listed); err != nil {
		return nil, err
	}
	for _, one := range listed {
		if one.ID <= 0 {
			return nil, fmt.Errorf("%s: %w: one has no id", step, httpapi.ErrShape)
		}
	}
	slices.SortFunc(listed, func(a, b conversation) int { return cmp.Compare(a.ID, b.ID) })
	return listed, nil
}

// opener returns the first of our own messages in rooms, and where it is; nil
// and the first room if there is none.
func (c *Channel) opener(ctx context.Context, rooms []room) (room, *message, error) {
	for _, r := range rooms {
		said, _, err := c.saidIn(ctx, r, 0)
		if err != nil {
			return room{}, nil, err
		}
		for _, m := range said {
			if m.Type == incoming {
				return r, &m, nil
			}
		}
	}
	return rooms[0], nil, nil
}

// send says o's body in r. It is the step that reaches the company.
func (c *Channel) send(ctx context.Context, r room, o channels.Opening, leave channels.Leave) (*message, error) {
	var raw json.RawMessage
	call := httpapi.Call{Step: "send message", Leave: leave, Body: words{o.Body, o.Attempt}}
	if err := c.say(ctx, r, call, &raw); err != nil {
		return nil, err
	}
	m, err := parseMessage(raw)
	if err != nil {
		return nil, fmt.Errorf("send message: %w: %w", channels.ErrUnsure, err)
	}
	return &m, nil
}

// words are what a visitor says.
type words struct {
	Content string `json:"content"`
	EchoID  string `json:"echo_id"`
}

// say posts call's body as a message in r.
func (c *Channel) say(ctx context.Context, r room, call httpapi.Call, answer any) error {
	call.Method, call.Path = http.MethodPost, r.path("messages")
	return ask(ctx, c.server(r.inbox), call, answer)
}

// receipt proves that m was taken in r.
func (r room) receipt(m message) channels.Receipt {
	return channels.Receipt{
		At: m.CreatedAt.Time, ID: strconv.FormatInt(int64(m.ID), 10), Precision: precision,
		Response: fmt.Sprintf("message %d in conversation %s", m.ID, r),
		Names:    []string{r.source, r.String()},
	}
}

// unproven marks a fault of the server's own, 500, as it is shown a visitor: that is what
// it makes of a proof that is wrong or missing, and in production it says no more of it.
// It is tried again all the same, since it may be nothing but a fault.
func (c *Channel) unproven(v visitor, err error) error {
	var no *channels.Deferral
	if !errors.As(err, &no) || no.No.Code != http.StatusInternalServerError {
		return err
	}
	no.No.Sign = channels.SignKey
	if key, err := c.opt.HMAC(v.inbox).Reveal(); err == nil && key != "" {
		no.No.Key = channels.KeyGiven
	}
	return err
}

// refused turns a final no into a refusal. What the server repeats of a proof is
// left out.
func (c *Channel) refused(v visitor, err error) error {
	var no *httpapi.Answer
	if errors.As(err, &no) && strings.Contains(string(no.Body), "HMAC failed") {
		// The server raises this as a fault of its own, 500, though it is final.
		return fmt.Errorf("%w: %w", err, &channels.Refusal{
			Step: channels.StepDoor, Sign: channels.SignKey, Key: channels.KeyGiven, Code: no.Code, Text: "HMAC failed",
		})
	}
	return httpapi.Refused(err, func(a *httpapi.Answer) channels.Refusal {
		said := channels.Refusal{Text: a.Excerpt()}
		if key, err := c.opt.HMAC(v.inbox).Reveal(); err != nil {
			said.Text = ""
		} else if key != "" {
			said.Key = channels.KeyGiven
			said.Text = strings.NewReplacer(key, "***", v.hash(key), "***").Replace(said.Text)
		}
		return said
	})
}
