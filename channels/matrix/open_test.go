package matrix

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/simulated/chats"
	fake "github.com/svartid/svartid/channels/simulated/matrix"
)

func TestOpen(t *testing.T) {
	s := start(t, fake.Options{})
	c := connect(t, account(s))
	o := prepared(t, c, "x7f3", mute)
	receipt, err := c.Open(t.Context(), o, channels.Unrecorded)
	if err != nil {
		t.Fatal(err)
	}
	turn := s.Log()[0]
	if turn.ID != o.ID || turn.Text != o.Body || turn.Desk != mute {
		t.Errorf("the company got %+v", turn)
	}
	if off := receipt.At.Sub(turn.Received).Abs(); off > 10*time.Millisecond || receipt.Precision != time.Millisecond {
		t.Errorf("receipt of %v ± %v, taken at %v", receipt.At, receipt.Precision, turn.Received)
	}
	if len(receipt.Names) != 2 || receipt.Names[0] != turn.Room || receipt.Names[1] != receipt.ID {
		t.Errorf("receipt %+v", receipt)
	}
}

// TestOpenAgain opens after a try that came as far as the room: the room is met
// again, and who was not invited is.
func TestOpenAgain(t *testing.T) {
	s := start(t, fake.Options{})
	c := connect(t, account(s))
	for name, invited := range map[string]string{"invited": "", "put out": "leave"} {
		s.Learn(chats.Mischief{Limit: 1})
		o := prepared(t, c, "t"+name[:3], mute)
		if _, err := c.Open(t.Context(), o, channels.Unrecorded); err == nil || errors.Is(err, channels.ErrUnsure) || errors.Is(err, channels.ErrRefused) {
			t.Fatalf("%s: got %v, want an error for now", name, err)
		}
		room, err := c.resolve(t.Context(), o.Address)
		if err != nil {
			t.Fatal(err)
		}
		if invited != "" {
			s.Put(room, s.User(), mute, invited)
		}
		s.Learn(chats.Mischief{})
		receipt, err := c.Open(t.Context(), o, channels.Unrecorded)
		if err != nil || receipt.Names[0] != room {
			t.Errorf("%s: got %+v, %v; want room %s", name, receipt, err, room)
		}
		if got := s.Member(room, mute); got != "invite" {
			t.Errorf("%s: the company is %q in the room, want invite", name, got)
		}
	}
}

// TestOpenTwice sends what was sent before, as a program would that forgot: the
// transaction keeps it from being said twice.
func TestOpenTwice(t *testing.T) {
	s := start(t, fake.Options{})
	c := connect(t, account(s))
	o := prepared(t, c, "x7f3", mute)
	first, err := c.Open(t.Context(), o, channels.Unrecorded)
	if err != nil {
		t.Fatal(err)
	}
	second, err := c.Open(t.Context(), o, channels.Unrecorded)
	if err != nil || second.ID != first.ID || !second.At.Equal(first.At) {
		t.Errorf("got %+v, %v; want %+v", second, err, first)
	}
	if got := s.Accepted()[o.ID]; got != 1 {
		t.Errorf("it left %d times", got)
	}
}

func TestOpenInTheirRoom(t *testing.T) {
	s := start(t, fake.Options{})
	c := connect(t, account(s))
	room := s.Meet(mute)
	s.Name("#help:chat.example", room)
	for token, reach := range map[string]string{"x7f3": room, "m4q9": "#help:chat.example"} {
		o := prepared(t, c, token, reach)
		if o.Address != "" {
			t.Errorf("an alias for a room that is not ours: %s", o.Address)
		}
		if _, err := c.Reconcile(t.Context(), o); !errors.Is(err, channels.ErrNotFound) {
			t.Errorf("before: %v, want ErrNotFound", err)
		}
		receipt, err := c.Open(t.Context(), o, channels.Unrecorded)
		if err != nil || receipt.Names[0] != room {
			t.Errorf("%s: got %+v, %v", reach, receipt, err)
		}
		if settled, err := c.Reconcile(t.Context(), o); err != nil || settled.ID != receipt.ID {
			t.Errorf("%s: settled as %+v, %v; want %s", reach, settled, err, receipt.ID)
		}
	}
}

func TestOpenRefused(t *testing.T) {
	s := start(t, fake.Options{})
	right := account(s)
	theirRoom := s.Meet(mute)
	wrong, other := right, right
	wrong.AccessToken = channels.Inline("feil")
	other.User = "@ola:chat.example"
	for name, tt := range map[string]struct {
		cfg    Config
		reach  string
		status string
		ours   bool
		sign   channels.Sign
	}{
		"wrong token":           {wrong, mute, "M_UNKNOWN_TOKEN", true, ""},
		"another's token":       {other, mute, "", true, ""},
		"no such room":          {right, "!nowhere:chat.example", "M_NOT_FOUND", false, channels.SignMissing},
		"no such alias":         {right, "#nowhere:chat.example", "M_NOT_FOUND", false, channels.SignMissing},
		"no such user":          {right, "@nobody:chat.example", "M_NOT_FOUND", false, channels.SignMissing},
		"not let to speak":      {right, mute, "M_FORBIDDEN", true, ""},
		"not in their own room": {right, theirRoom, "M_FORBIDDEN", false, channels.SignClosed},
	} {
		c := connect(t, tt.cfg)
		s.Learn(chats.Mischief{Refuse: 1})
		_, err := c.Open(t.Context(), prepared(t, c, "x7f3", tt.reach), channels.Unrecorded)
		var r *channels.Refusal
		if !errors.As(err, &r) || r.Status != tt.status || r.Ours != tt.ours || r.Sign != tt.sign {
			t.Errorf("%s: got %v, sign %q, want a refusal %q, ours %v, sign %q", name, err, r.Sign, tt.status, tt.ours, tt.sign)
		}
	}
	c := connect(t, right)
	var r *channels.Refusal
	if _, err := c.Open(t.Context(), unprepared("x7f3"), channels.Unrecorded); !errors.As(err, &r) || !r.Ours {
		t.Errorf("not prepared: got %v", err)
	}
}

func TestOpenUnderMischief(t *testing.T) {
	s := start(t, fake.Options{})
	c := connect(t, account(s))
	for name, tt := range map[string]struct {
		mischief chats.Mischief
		left     int
	}{
		"500":                      {chats.Mischief{Fail: 1}, 0},
		"silent once it had taken": {chats.Mischief{Stall: 1, Pause: time.Minute}, 1},
		"cut off, taken":           {chats.Mischief{Drop: 1}, 1},
		"cut off, lost":            {chats.Mischief{Lose: 1}, 0},
	} {
		s.Learn(tt.mischief)
		c.client.Timeout = 200 * time.Millisecond
		o := prepared(t, c, "t"+strings.ReplaceAll(name, " ", ""), mute)
		if _, err := c.Open(t.Context(), o, channels.Unrecorded); !errors.Is(err, channels.ErrUnsure) {
			t.Errorf("%s: got %v, want unsure", name, err)
		}
		c.client.Timeout = 5 * time.Second
		receipt, err := c.Reconcile(t.Context(), o)
		if (err == nil) != (tt.left == 1) || err != nil && !errors.Is(err, channels.ErrNotFound) {
			t.Errorf("%s: settled %v", name, err)
		}
		if got := s.Accepted()[o.ID]; got != tt.left {
			t.Errorf("%s: it left %d times, want %d: settling must not send", name, got, tt.left)
		}
		if err == nil && (receipt.ID == "" || len(receipt.Names) != 2) {
			t.Errorf("%s: receipt %+v", name, receipt)
		}
	}
}

// TestSettleAnotherDevice settles with an access token that is not told of the
// transactions.
func TestSettleAnotherDevice(t *testing.T) {
	s := start(t, fake.Options{})
	c := connect(t, account(s))
	o := prepared(t, c, "x7f3", mute)
	receipt, err := c.Open(t.Context(), o, channels.Unrecorded)
	if err != nil {
		t.Fatal(err)
	}
	s.Rotate()
	if settled, err := c.Reconcile(t.Context(), o); err != nil || settled.ID != receipt.ID {
		t.Errorf("got %+v, %v; want %s", settled, err, receipt.ID)
	}
	o.Body = "something else"
	if _, err := c.Reconcile(t.Context(), o); !errors.Is(err, channels.ErrNotFound) {
		t.Errorf("other words: got %v, want ErrNotFound", err)
	}
	_ = s.Close()
	if _, err := c.Reconcile(t.Context(), o); err == nil || errors.Is(err, channels.ErrNotFound) {
		t.Errorf("no server: got %v, want an error that says nothing of the opener", err)
	}
}

func TestClose(t *testing.T) {
	s := start(t, fake.Options{})
	c := connect(t, account(s))
	o := prepared(t, c, "x7f3", mute)
	receipt, err := c.Open(t.Context(), o, channels.Unrecorded)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Close(t.Context(), channels.Conversation{Opening: o, Names: receipt.Names}, "Tusen takk for hjelpen!"); err != nil {
		t.Fatal(err)
	}
	if got := s.Log()[0].Closings; len(got) != 1 || got[0] != "Tusen takk for hjelpen!" {
		t.Errorf("the company was thanked with %q", got)
	}
	if got := s.Member(receipt.Names[0], s.User()); got != "leave" {
		t.Errorf("we are %q in the room, want leave", got)
	}
	if err := c.Close(t.Context(), channels.Conversation{Opening: o}, ""); err == nil {
		t.Error("a room that is not known was closed")
	}
}

func TestPrepare(t *testing.T) {
	c := &Channel{cfg: Config{User: "@kari:chat.example"}}
	o, err := c.Prepare(unprepared("x7f3"))
	if err != nil || !strings.HasPrefix(o.Address, "#") || !strings.HasSuffix(o.Address, ":chat.example") {
		t.Errorf("got %+v, %v", o, err)
	}
	if strings.Contains(o.Address+o.ID, "x7f3") || strings.Contains(o.Address+o.ID, "svartid") {
		t.Errorf("names that tell: %s, %s", o.Address, o.ID)
	}
	if _, err := c.Prepare(channels.Opening{Attempt: "a"}); err == nil {
		t.Error("an opening without token was prepared")
	}
}

func TestLocate(t *testing.T) {
	s := start(t, fake.Options{})
	s.Name("#help:chat.example", s.Meet(mute))
	right := account(s)
	wrong := right
	wrong.AccessToken = channels.Inline("feil")
	for name, tt := range map[string]struct {
		cfg   Config
		reach string
		sign  channels.Sign
		err   error // nil = it is there, or is missing
	}{
		"user":          {right, mute, "", nil},
		"no such user":  {right, "@mut:chat.example", channels.SignMissing, channels.ErrRefused},
		"alias":         {right, "#help:chat.example", "", nil},
		"no such alias": {right, "#hepl:chat.example", channels.SignMissing, channels.ErrRefused},
		"room":          {right, "!nowhere:chat.example", "", errors.ErrUnsupported},
		"wrong token":   {wrong, "@mut:chat.example", "", channels.ErrRefused},
	} {
		err := connect(t, tt.cfg).Locate(t.Context(), tt.reach)
		var no *channels.Refusal
		sign := channels.Sign("")
		if errors.As(err, &no) {
			sign = no.Sign
		}
		if !errors.Is(err, tt.err) || sign != tt.sign {
			t.Errorf("%s: got %v, sign %q; want %v, %q", name, err, sign, tt.err, tt.sign)
		}
	}
	if got := len(s.Log()); got != 0 {
		t.Errorf("companies were met %d times", got)
	}
}
