package rocketchat

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/simulated/chats"
	fake "github.com/svartid/svartid/channels/simulated/rocketchat"
)

func TestOpen(t *testing.T) {
	s := start(t, fake.Options{})
	c := connect(t, s)
	for _, reach := range []string{"mute", "d1"} { // by name, by id
		o := prepared(t, c, "x7f3"+reach, reach)
		receipt, err := c.Open(t.Context(), o, channels.Unrecorded)
		if err != nil {
			t.Fatal(err)
		}
		log := s.Log()
		turn := log[len(log)-1]
		if turn.ID != o.ID || turn.Text != o.Body || turn.Desk != "d1" {
			t.Errorf("%s: the desk got %+v", reach, turn)
		}
		if !receipt.At.Equal(turn.Received) || receipt.Precision != time.Millisecond {
			t.Errorf("%s: receipt of %v ± %v, taken at %v", reach, receipt.At, receipt.Precision, turn.Received)
		}
		if receipt.ID != o.ID || len(receipt.Names) != 1 || receipt.Names[0] != turn.Room || receipt.Response != "waits in the queue" {
			t.Errorf("%s: receipt %+v", reach, receipt)
		}
	}
}

func TestOpenRefused(t *testing.T) {
	s := start(t, fake.Options{})
	c := connect(t, s)
	homeless := func(o *channels.Opening) { o.Persona.Address = "" }
	for _, tt := range []struct {
		reach, status string
		ours          bool
		sign          channels.Sign
		change        func(*channels.Opening)
	}{
		{reach: "offline", status: "offline", sign: channels.SignOffline},
		{reach: "form", status: "form", ours: true, change: homeless},
		{reach: "curt", status: "length", ours: true},
		{reach: "nobody", sign: channels.SignMissing}, // a department that is none
		{reach: "d3", status: "offline", sign: channels.SignOffline},
		{reach: "mute", ours: true, change: func(o *channels.Opening) { o.ID = "" }},
	} {
		o := prepared(t, c, "x7f3"+tt.reach, tt.reach)
		if tt.change != nil {
			tt.change(&o)
		}
		_, err := c.Open(t.Context(), o, channels.Unrecorded)
		var r *channels.Refusal
		if !errors.As(err, &r) || r.Status != tt.status || r.Ours != tt.ours || r.Sign != tt.sign {
			t.Errorf("%s: got %v, sign %q, want a refusal %q, ours %v, sign %q", tt.reach, err, r.Sign, tt.status, tt.ours, tt.sign)
		}
	}
	if got := len(s.Log()); got != 0 {
		t.Errorf("%d openers left", got)
	}
}

func TestOpenFillsForm(t *testing.T) {
	s := start(t, fake.Options{})
	c := connect(t, s)
	for token, want := range map[string]string{"x7f3": "kari+x7f3@shopper.example", "m4q9": "kari+m4q9@shopper.example"} {
		o := prepared(t, c, token, "form")
		if _, err := c.Open(t.Context(), o, channels.Unrecorded); err != nil {
			t.Fatal(err)
		}
		if got := s.Email(o.Address); got != want {
			t.Errorf("the form holds %q, want %q", got, want)
		}
	}
	o := prepared(t, c, "k2p8", "mute")
	if _, err := c.Open(t.Context(), o, channels.Unrecorded); err != nil {
		t.Fatal(err)
	}
	if got := s.Email(o.Address); got != "" {
		t.Errorf("where no form asks, %q was given", got)
	}
}

func TestOpenUnderMischief(t *testing.T) {
	s := start(t, fake.Options{})
	c := connect(t, s)
	for name, tt := range map[string]struct {
		mischief chats.Mischief
		left     int
		settled  bool
	}{
		"500":                      {chats.Mischief{Fail: 1}, 0, false},
		"silent once it had taken": {chats.Mischief{Stall: 1, Pause: time.Minute}, 1, true},
		"cut off, taken":           {chats.Mischief{Drop: 1}, 1, true},
		"cut off, lost":            {chats.Mischief{Lose: 1}, 0, false},
	} {
		s.Learn(tt.mischief)
		c.client.Timeout = 200 * time.Millisecond
		o := prepared(t, c, "t"+strings.ReplaceAll(name, " ", ""), "mute")
		if _, err := c.Open(t.Context(), o, channels.Unrecorded); !errors.Is(err, channels.ErrUnsure) {
			t.Errorf("%s: got %v, want unsure", name, err)
		}
		c.client.Timeout = 5 * time.Second
		receipt, err := c.Reconcile(t.Context(), o)
		if (err == nil) != tt.settled || err != nil && !errors.Is(err, channels.ErrNotFound) {
			t.Errorf("%s: settled %v", name, err)
		}
		if got := s.Accepted()[o.ID]; got != tt.left {
			t.Errorf("%s: it left %d times, want %d", name, got, tt.left)
		}
		if tt.settled && (receipt.ID != o.ID || len(receipt.Names) != 1) {
			t.Errorf("%s: receipt %+v", name, receipt)
		}
	}
}

// TestOpenTwice sends what was sent before, as a program would that forgot.
func TestOpenTwice(t *testing.T) {
	s := start(t, fake.Options{})
	c := connect(t, s)
	o := prepared(t, c, "x7f3", "mute")
	if _, err := c.Open(t.Context(), o, channels.Unrecorded); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Open(t.Context(), o, channels.Unrecorded); !errors.Is(err, channels.ErrUnsure) {
		t.Errorf("got %v, want unsure: the server has it", err)
	}
	if got := s.Accepted()[o.ID]; got != 1 {
		t.Errorf("it left %d times", got)
	}
}

// TestOpenLimited opens more conversations than the server takes visitors in a minute.
// The shared server's limit is our own pace, and is waited for; that of a company's own
// server is told, and so is one that would take longer than there is time.
func TestOpenLimited(t *testing.T) {
	open := func(ctx context.Context, c *Channel, reach string) (errs []error) {
		for _, token := range []string{"a1", "b2", "c3"} {
			_, err := c.Open(ctx, prepared(t, c, token, reach), channels.Unrecorded)
			errs = append(errs, err)
		}
		return errs
	}
	t.Run("shared", func(t *testing.T) {
		t.Parallel()
		s := start(t, fake.Options{PerWindow: 2, Window: 2 * time.Second})
		if err := errors.Join(open(t.Context(), connect(t, s), "d1")...); err != nil || len(s.Log()) != 3 {
			t.Errorf("%d openers left: %v", len(s.Log()), err)
		}
	})
	t.Run("no time", func(t *testing.T) {
		t.Parallel()
		s := start(t, fake.Options{PerWindow: 2})
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		if last := open(ctx, connect(t, s), "d1")[2]; !isPause(last) || ctx.Err() != nil || len(s.Log()) != 2 {
			t.Errorf("%d openers left, the last with %v", len(s.Log()), last)
		}
	})
	t.Run("a company's own", func(t *testing.T) {
		t.Parallel()
		s := start(t, fake.Options{PerWindow: 2, Window: 5 * time.Second})
		r := Reach{Department: "d1", URL: s.URL()}
		c, err := New(Config{URL: "http://127.0.0.1:1"}, Options{Departments: []Reach{r}})
		if err != nil {
			t.Fatal(err)
		}
		if last := open(t.Context(), c, r.String())[2]; !isPause(last) || len(s.Log()) != 2 {
			t.Errorf("%d openers left, the last with %v", len(s.Log()), last)
		}
	})
}

// isPause reports whether an error says that the server wants us slower, and no more.
func isPause(err error) bool {
	pause, ok := limited(err)
	return ok && pause > 0 && pause <= 61*time.Second && !errors.Is(err, channels.ErrRefused) && !errors.Is(err, channels.ErrUnsure)
}

func TestSettleClosedRoom(t *testing.T) {
	s := start(t, fake.Options{Mischief: chats.Mischief{Drop: 1}})
	c := connect(t, s)
	o := prepared(t, c, "x7f3", "mute")
	if _, err := c.Open(t.Context(), o, channels.Unrecorded); !errors.Is(err, channels.ErrUnsure) {
		t.Fatal(err)
	}
	s.End(s.Log()[0].Room, "Takk for praten")
	receipt, err := c.Reconcile(t.Context(), o)
	if err != nil || !receipt.At.Equal(s.Log()[0].Received) {
		t.Errorf("got %+v, %v; taken at %v", receipt, err, s.Log()[0].Received)
	}
}

func TestSettleWithoutTrace(t *testing.T) {
	s := start(t, fake.Options{})
	c := connect(t, s)
	open := entered(t, s, "x7f3") // a visitor and a room, and no opener
	for name, o := range map[string]channels.Opening{
		"no visitor": prepared(t, c, "other", "mute"), "no opener": open.Opening, "not prepared": unprepared("bare"),
	} {
		if _, err := c.Reconcile(t.Context(), o); !errors.Is(err, channels.ErrNotFound) {
			t.Errorf("%s: got %v, want ErrNotFound", name, err)
		}
	}
	_ = s.Close()
	if _, err := c.Reconcile(t.Context(), open.Opening); err == nil || errors.Is(err, channels.ErrNotFound) {
		t.Errorf("no server: got %v, want an error that says nothing of the opener", err)
	}
}

func TestClose(t *testing.T) {
	s := start(t, fake.Options{})
	c := connect(t, s)
	o := prepared(t, c, "x7f3", "mute")
	receipt, err := c.Open(t.Context(), o, channels.Unrecorded)
	if err != nil {
		t.Fatal(err)
	}
	open := channels.Conversation{Opening: o, At: receipt.At, Names: receipt.Names}
	for range 2 { // the second finds it closed
		if err := c.Close(t.Context(), open, "Tusen takk for hjelpen!"); err != nil {
			t.Fatal(err)
		}
	}
	if got := s.Log()[0].Closings; len(got) != 1 || got[0] != "Tusen takk for hjelpen!" {
		t.Errorf("the desk was thanked with %q", got)
	}
	if s.Say(receipt.Names[0], channels.Human, "Hallo?") != "" {
		t.Error("the room is still open")
	}
	if err := c.Close(t.Context(), channels.Conversation{Opening: o}, ""); err == nil {
		t.Error("a room that is not known was closed")
	}
}

func TestPrepare(t *testing.T) {
	c := &Channel{}
	o, err := c.Prepare(unprepared("x7f3"))
	if err != nil || len(o.ID) != messageID || len(o.Address) != visitorID {
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
	c := connect(t, s)
	for reach, want := range map[string]channels.Sign{
		"mute": "", "d1": "", "offline": "", "d3": "", "mtue": channels.SignMissing,
	} {
		err := c.Locate(t.Context(), reach)
		var no *channels.Refusal
		if missing := errors.As(err, &no) && no.Sign == channels.SignMissing; missing != (want != "") || !missing && err != nil {
			t.Errorf("%s: got %v, want sign %q", reach, err, want)
		}
	}
	if got := len(s.Log()); got != 0 {
		t.Errorf("desks were met %d times", got)
	}
}
