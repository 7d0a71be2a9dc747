package email

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/email/internal/letter"
)

// verdict names what the error of Open tells its caller to do.
func verdict(err error) string {
	var refusal *channels.Refusal
	refused := errors.As(err, &refusal)
	switch {
	case err == nil:
		return "sent"
	case errors.Is(err, channels.ErrUnsure) && errors.Is(err, channels.ErrRefused):
		return "refused and unsure"
	case errors.Is(err, channels.ErrUnsure):
		return "unsure"
	case refused && refusal.Ours:
		return "ours"
	case refused:
		return "refused at " + string(refusal.Step)
	}
	return "again"
}

// A way is something that may go wrong at a step.
type way struct {
	name   string
	action action
}

// ways returns all of them, in the order of the table's columns.
func ways() []way {
	return []way{
		{"5yz", say("550 5.1.0 no")},
		{"4yz", say("451 4.3.0 later")},
		{"421", thenDrop("421 4.3.2 closing\r\n")},
		{"drop", drop},
		{"half a reply", thenDrop("25")},
		{"half a multi-line reply", thenDrop("250-all\r\n")},
		{"half a text", thenDrop("250 2.0.0 Ok: que")},
		{"half a text and a stall", func(s *scriptedSession) bool { return thenDrop("250 2.0.0 Ok: que")(s) || stall(s) }},
		{"half a code", say("25")},
		{"no end", say("250 " + strings.Repeat("a", 1<<20))},
		{"no last line", endless("250-and another line")},
		{"nonsense", say("hello there")},
		{"1yz", say("150 wait")},
		{"9yz", say("950 what")},
		{"too slow", slowly("250 2.0.0 ok by and by and by and by and by and by", 20*time.Millisecond)},
		{"stall", stall},
	}
}

func TestOpenAtEachStep(t *testing.T) {
	again := slices.Repeat([]string{"again"}, len(ways()))
	unsure := slices.Repeat([]string{"unsure"}, len(ways()))
	sent := slices.Repeat([]string{"sent"}, len(ways()))
	table := []struct {
		step string
		want []string
	}{
		{"greet", again},
		{"ehlo", again},
		{"auth", append([]string{"refused at auth"}, again[1:]...)},
		{"mail", append([]string{"refused at mail"}, again[1:]...)},
		{"rcpt", append([]string{"refused at rcpt"}, again[1:]...)},
		{"copy", append([]string{"refused at copy"}, again[1:]...)},
		{"data", append([]string{"refused at data"}, again[1:]...)},
		{"dot", append([]string{"refused at data", "again", "again"}, unsure[3:]...)},
		{"quit", sent},
	}
	for _, row := range table {
		for i, way := range ways() {
			t.Run(row.step+"/"+way.name, func(t *testing.T) {
				t.Parallel()
				server := &scriptedServer{actions: map[string]action{row.step: way.action}}
				c := startScripted(t, server)
				if strings.Contains(way.name, "stall") || strings.Contains(way.name, "slow") {
					c.timeout = impatience
				}
				asked := 0
				receipt, err := c.Open(t.Context(), opening(t, c), func(context.Context) error { asked++; return nil })
				if got := verdict(err); got != row.want[i] {
					t.Errorf("got %s (%v), want %s", got, err, row.want[i])
				}
				if want := map[string]int{"dot": 1, "quit": 1}[row.step]; asked != want {
					t.Errorf("leave was asked %d times, want %d", asked, want)
				}
				if (err == nil) != !receipt.At.IsZero() {
					t.Errorf("got receipt %+v with error %v", receipt, err)
				}
				checkLeft(t, server, err)
				if err != nil && hasSecret(err.Error()) {
					t.Errorf("error tells the password: %v", err)
				}
			})
		}
	}
}

// checkLeft holds what the server has against what Open said.
func checkLeft(t *testing.T, server *scriptedServer, err error) {
	t.Helper()
	whole, accepted := server.took()
	switch got := verdict(err); {
	case got == "sent" && accepted != 1:
		t.Errorf("sent, but the server accepted %d", accepted)
	case got != "sent" && got != "unsure" && accepted != 0:
		t.Errorf("%s, but the server accepted %d", got, accepted)
	case got == "unsure" && whole != 1:
		t.Errorf("unsure, but %d whole messages reached the server", whole)
	}
}

func TestOpenWhenItsTimeEnds(t *testing.T) {
	for step, want := range map[string]string{
		"greet": "again", "ehlo": "again", "auth": "again", "mail": "again", "rcpt": "again",
		"copy": "again", "data": "again", "dot": "unsure", "quit": "sent",
	} {
		t.Run(step, func(t *testing.T) {
			t.Parallel()
			server := &scriptedServer{actions: map[string]action{step: stall}}
			c := startScripted(t, server)
			c.timeout = time.Minute
			ctx, cancel := context.WithCancelCause(t.Context())
			defer cancel(nil)
			why := errors.New("shutting down")
			go func() { <-server.reached; cancel(why) }()
			began := time.Now()
			_, err := c.Open(ctx, opening(t, c), channels.Unrecorded)
			if got := verdict(err); got != want {
				t.Errorf("got %s (%v), want %s", got, err, want)
			}
			if err != nil && !errors.Is(err, why) {
				t.Errorf("got %v, want it to wrap why it ended", err)
			}
			if took := time.Since(began); took > 10*time.Second {
				t.Errorf("ended after %v", took)
			}
			checkLeft(t, server, err)
		})
	}
}

// A message too long for any buffer is cut off within: whatever had come
// through, the server must not see the end of it.
func TestOpenBrokenWithinTheMessage(t *testing.T) {
	for _, name := range []string{"reset", "stall"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			over := make(chan struct{})
			behave := map[string]action{
				"reset": reset,
				"stall": func(*scriptedSession) bool { <-over; return true }, // and reads on to the dot, or the end
			}[name]
			server := &scriptedServer{actions: map[string]action{"body": func(s *scriptedSession) bool {
				_, _ = io.CopyN(io.Discard, s.r, 32<<10)
				return behave(s)
			}}}
			c := startScripted(t, server)
			c.timeout = impatience
			o := opening(t, c)
			o.Body = strings.Repeat("Hva koster det?\n", 400_000)
			_, err := c.Open(t.Context(), o, channels.Unrecorded)
			close(over)
			if got := verdict(err); got != "again" {
				t.Errorf("got %s (%v), want again", got, err)
			}
			server.leave(t)
			if whole, _ := server.took(); whole != 0 {
				t.Errorf("the server has a whole message")
			}
		})
	}
}

func TestOpenCancelledWithinTheMessage(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	server := &scriptedServer{actions: map[string]action{"body": func(s *scriptedSession) bool {
		_, _ = io.CopyN(io.Discard, s.r, 32<<10)
		cancel()
		time.Sleep(50 * time.Millisecond)
		return true // reads on to the dot, or the end
	}}}
	c := startScripted(t, server)
	c.timeout = time.Minute
	o := opening(t, c)
	o.Body = strings.Repeat("Hva koster det?\n", 400_000)
	_, err := c.Open(ctx, o, channels.Unrecorded)
	if got := verdict(err); got != "again" || !errors.Is(err, context.Canceled) {
		t.Errorf("got %s (%v), want again, cancelled", got, err)
	}
	server.leave(t)
	if whole, _ := server.took(); whole != 0 {
		t.Errorf("the server has a whole message")
	}
}

func TestOpenSent(t *testing.T) {
	for name, tt := range map[string]struct {
		dot  action
		want channels.Receipt
	}{
		"postfix":     {say("250 2.0.0 Ok: queued as 4F2B1C0D"), channels.Receipt{ID: "4F2B1C0D", Response: "250 2.0.0 Ok: queued as 4F2B1C0D"}},
		"multi-line":  {say("250-2.0.0 taken\r\n250-2.0.0 with thanks\r\n250 2.0.0 OK id=1rXyZ2-0001aB-3c"), channels.Receipt{ID: "1rXyZ2-0001aB-3c", Response: "250 2.0.0 taken\n2.0.0 with thanks\n2.0.0 OK id=1rXyZ2-0001aB-3c"}},
		"byte-wise":   {slowly("250 ok", time.Millisecond), channels.Receipt{Response: "250 ok"}},
		"other 2yz":   {say("251 2.0.0 will forward"), channels.Receipt{Response: "251 will forward"}},
		"then drops":  {thenDrop("250 2.0.0 Ok: queued as A1\r\n"), channels.Receipt{ID: "A1", Response: "250 2.0.0 Ok: queued as A1"}},
		"then chats":  {say("250 ok\r\n250 again\r\n550 no"), channels.Receipt{Response: "250 ok"}},
		"bare feeds":  {thenDrop("250 ok\n"), channels.Receipt{Response: "250 ok"}},
		"after 100ms": {func(s *scriptedSession) bool { time.Sleep(100 * time.Millisecond); return say("250 ok")(s) }, channels.Receipt{Response: "250 ok"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := &scriptedServer{actions: map[string]action{"dot": accepting(tt.dot)}}
			c := startScripted(t, server)
			before := time.Now()
			got, err := c.Open(t.Context(), opening(t, c), channels.Unrecorded)
			if err != nil {
				t.Fatal(err)
			}
			if got.At.Before(before) || got.At.After(time.Now()) {
				t.Errorf("got time %v, want it after %v", got.At, before)
			}
			if got.ID != tt.want.ID || got.Response != tt.want.Response {
				t.Errorf("got %+v, want %+v", got, tt.want)
			}
		})
	}
}

// TestFormsOfReplies: replies without a text, or whose code only begins as expected, and
// keywords in any case are as good as others (RFC 5321 sections 4.2 and 2.4), and so is
// the old form of AUTH.
func TestFormsOfReplies(t *testing.T) {
	bare := map[string]action{}
	for step, code := range map[string]string{"greet": "220", "auth": "235", "mail": "250", "rcpt": "250", "copy": "250", "data": "354", "quit": "221"} {
		bare[step] = say(code)
	}
	bare["data"] = func(s *scriptedSession) bool { return say("354")(s) && s.message() }
	bare["dot"] = accepting(say("250"))
	for name, server := range map[string]*scriptedServer{
		"no text":       {actions: bare},
		"small letters": {offers: []string{"8bitmime", "Auth login plain", "size 1000000"}},
		"the old form":  {offers: []string{"AUTH=PLAIN LOGIN", "8BITMIME"}},
		"both forms":    {offers: []string{"AUTH LOGIN PLAIN", "AUTH=LOGIN", "8BITMIME"}},
		"both, turned":  {offers: []string{"AUTH=LOGIN", "AUTH LOGIN PLAIN", "8BITMIME"}},
		"spaces":        {offers: []string{"AUTH  PLAIN ", "8BITMIME "}},
		"odd codes":     {actions: map[string]action{"mail": say("299 fine"), "rcpt": say("299 fine"), "copy": say("220 fine"), "dot": accepting(say("299 fine"))}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := startScripted(t, server)
			if _, err := c.Open(t.Context(), opening(t, c), channels.Unrecorded); err != nil {
				t.Fatal(err)
			}
			if heard := server.heard(); !strings.Contains(heard, "AUTH PLAIN") || name != "no text" && !strings.Contains(heard, "BODY=8BITMIME") {
				t.Errorf("it heard %q", heard)
			}
		})
	}
}

// The receipt bears the time of the 250, not that of an earlier or later step.
func TestReceiptTime(t *testing.T) {
	var replied time.Time
	server := &scriptedServer{actions: map[string]action{
		"data": func(s *scriptedSession) bool { time.Sleep(60 * time.Millisecond); return say("354 go on")(s) },
		"dot": func(s *scriptedSession) bool {
			time.Sleep(60 * time.Millisecond)
			replied = time.Now()
			return say("250 ok")(s)
		},
		"quit": func(s *scriptedSession) bool { time.Sleep(60 * time.Millisecond); return say("221 bye")(s) },
	}}
	c := startScripted(t, server)
	got, err := c.Open(t.Context(), opening(t, c), channels.Unrecorded)
	if err != nil {
		t.Fatal(err)
	}
	if late := got.At.Sub(replied); late < 0 || late > 40*time.Millisecond {
		t.Errorf("got %v after the reply, want at once", late)
	}
}

func TestOpenOnlyOneMessageAndRightOrder(t *testing.T) {
	server := &scriptedServer{offers: []string{"DSN", "AUTH LOGIN PLAIN", "SIZE 1000000", "8BITMIME"}}
	c := startScripted(t, server)
	if _, err := c.Open(t.Context(), opening(t, c), channels.Unrecorded); err != nil {
		t.Fatal(err)
	}
	o := opening(t, c)
	commands := strings.Split(server.heard(), "\n")
	want := []string{
		"EHLO example.no",
		"AUTH PLAIN AHNob3BwZXIAY29ycmVjdC1ob3JzZS03",
		"MAIL FROM:<" + o.Address + "> BODY=8BITMIME SIZE=",
		"RCPT TO:<post@kraft.example>",
		"RCPT TO:<" + o.Address + "> NOTIFY=NEVER",
		"DATA",
		"QUIT",
	}
	if len(commands) != len(want) {
		t.Fatalf("got %q, want %q", commands, want)
	}
	for i := range want {
		if !strings.HasPrefix(commands[i], want[i]) {
			t.Errorf("got %q, want %q", commands[i], want[i])
		}
	}
}

// TestOpenAsksForReports: what is asked of servers that report failures is the
// persona's own way, and says nothing of the attempt.
func TestOpenAsksForReports(t *testing.T) {
	seen := map[letter.Reports]bool{}
	for i := range 32 {
		server := &scriptedServer{offers: []string{"DSN", "AUTH LOGIN PLAIN"}}
		c := startScripted(t, server)
		o := opening(t, c)
		o.Persona.Address = fmt.Sprintf("kari%d@example.no", i)
		o = must(c.Prepare(o))
		receipt, err := c.Open(t.Context(), o, channels.Unrecorded)
		if err != nil {
			t.Fatal(err)
		}
		asks := letter.Style{Persona: o.Persona.Address}.Reports()
		seen[asks] = true
		heard := server.heard()
		for sign, want := range map[string]bool{
			"ENVID=": asks.Envelope, "ENVID=" + o.ID: asks.Envelope, "NOTIFY=FAILURE": asks.Failure, "NOTIFY=FAILURE,DELAY": asks.Delay,
			"RET=HDRS": asks.Brief, "ORCPT": false, o.Token: false,
		} {
			if strings.Contains(heard, sign) != want {
				t.Errorf("%v: got %s in\n%s", asks, sign, heard)
			}
		}
		if (len(receipt.Names) == 1) != asks.Envelope {
			t.Errorf("%v: the receipt names %v", asks, receipt.Names)
		}
	}
	if len(seen) != 4 {
		t.Errorf("got the ways %v", seen)
	}
}

func TestOpenUnusable(t *testing.T) {
	server := &scriptedServer{}
	c := startScripted(t, server)
	o := opening(t, c)
	unprepared, injected := o, o
	unprepared.Address = ""
	injected.Reach = "post@kraft.example>\r\nRCPT TO:<all@kraft.example"
	for name, o := range map[string]channels.Opening{"unprepared": unprepared, "injected": injected} {
		if _, err := c.Open(t.Context(), o, channels.Unrecorded); verdict(err) != "ours" {
			t.Errorf("%s: got %v, want ours", name, err)
		}
	}
	if heard := server.heard(); heard != "" {
		t.Errorf("the server heard %q", heard)
	}
}

func TestOpenNobodyThere(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	listener.Close()
	c := channelTo(t, listener.Addr(), None, Options{})
	_, err = c.Open(t.Context(), opening(t, c), channels.Unrecorded)
	if verdict(err) != "again" || !strings.HasPrefix(err.Error(), "dial: ") {
		t.Errorf("got %v, want a dial error", err)
	}
}

func TestTranscript(t *testing.T) {
	for _, mechanism := range []string{"PLAIN", "LOGIN"} {
		t.Run(mechanism, func(t *testing.T) {
			auth := say("235 2.7.0 welcome")
			if mechanism == "LOGIN" {
				auth = func(s *scriptedSession) bool {
					for _, challenge := range []string{"334 dXNlcjo=", "334 cGFzczo="} {
						if !say(challenge)(s) {
							return false
						}
						if _, err := s.r.ReadString('\n'); err != nil {
							return false
						}
					}
					return say("235 2.7.0 welcome " + testPassword)(s)
				}
			}
			server := &scriptedServer{offers: []string{"AUTH " + mechanism}, actions: map[string]action{"auth": auth}}
			c := startScripted(t, server)
			var trace bytes.Buffer
			c.trace = &trace
			if _, err := c.Open(t.Context(), opening(t, c), channels.Unrecorded); err != nil {
				t.Fatal(err)
			}
			got := trace.String()
			if hasSecret(got) {
				t.Errorf("the transcript tells the password:\n%s", got)
			}
			for _, want := range []string{"S: 220 mx.example.no ESMTP\n", "C: EHLO example.no\n", "C: ..Hva koster det?\n", "C: ..\n", "C: .\n", "S: 221 2.0.0 bye\n"} {
				if !strings.Contains(got, want) {
					t.Errorf("the transcript lacks %q:\n%s", want, got)
				}
			}
			if mechanism == "LOGIN" && !strings.Contains(got, "C: AUTH LOGIN\nS: 334 dXNlcjo=\nC: ***\nS: 334 cGFzczo=\nC: ***\nS: 235 2.7.0 welcome ***\n") {
				t.Errorf("got %s", got)
			}
		})
	}
}

// TestEndlessReplies is a server that announces another line for ever: what it
// says is neither gathered nor written down.
func TestEndlessReplies(t *testing.T) {
	for _, step := range []string{"greet", "ehlo", "auth", "mail", "rcpt", "copy", "data", "dot", "quit"} {
		t.Run(step, func(t *testing.T) {
			c := startScripted(t, &scriptedServer{actions: map[string]action{step: endless("250-" + strings.Repeat("x", 100))}})
			var trace bytes.Buffer
			c.trace = &trace
			began := time.Now()
			_, err := c.Open(t.Context(), opening(t, c), channels.Unrecorded)
			if step != "quit" && (err == nil || !strings.Contains(err.Error(), "a reply has no end: ")) {
				t.Errorf("got %v", err)
			}
			if took := time.Since(began); took > 30*time.Second {
				t.Errorf("took %v", took)
			}
			if got, most := trace.Len(), longestTranscript+100; got > most {
				t.Errorf("got a transcript of %d octets, want at most %d", got, most)
			}
			if got, want := trace.String(), "-- the rest is left out\n"; !strings.HasSuffix(got, want) || strings.Count(got, want) != 1 {
				t.Errorf("the transcript does not end in %q once", want)
			}
		})
	}
}

// Servers repeat what they do not understand, and some people's servers say
// worse.
func TestErrorsKeepSecrets(t *testing.T) {
	token := "AHNob3BwZXIAY29ycmVjdC1ob3JzZS03"
	for _, reply := range []string{
		"500 5.5.2 unknown command: AUTH PLAIN " + token,
		"535 5.7.8 wrong password: " + testPassword,
		"454 4.7.0 cannot ask about " + testPassword,
		"what is " + testPassword + "?",
		"what is " + token + "?",
		"334 " + token,
	} {
		server := &scriptedServer{actions: map[string]action{"auth": say(reply)}}
		c := startScripted(t, server)
		var trace bytes.Buffer
		c.trace = &trace
		_, err := c.Open(t.Context(), opening(t, c), channels.Unrecorded)
		if err == nil || hasSecret(fmt.Sprintf("%v %+v %#v", err, err, err)) {
			t.Errorf("%s: got %#v", reply, err)
		}
		if hasSecret(trace.String()) {
			t.Errorf("%s: the transcript tells the password:\n%s", reply, trace.String())
		}
	}
}

func TestRefusals(t *testing.T) {
	for _, tt := range []struct {
		step, reply, want string
	}{
		{"rcpt", "550 5.1.1 <post@kraft.example>: Recipient address rejected: User unknown", "refused at rcpt"},
		{"rcpt", "554 5.7.1 <post@kraft.example>: Relay access denied", "refused at rcpt"},
		{"rcpt", "550 5.7.54 SMTP; Unable to relay recipient in non-accepted domain", "refused at rcpt"},
		{"rcpt", "530 5.7.0 Must issue a STARTTLS command first", "refused at rcpt"},
		{"rcpt", "550 5.7.1 Service unavailable; client host blocked using zen", "refused at rcpt"},
		{"rcpt", "550 We do not like spam here", "refused at rcpt"},
		{"rcpt", "552 5.2.2 mailbox full", "refused at rcpt"},
		{"copy", "550 5.1.1 no such user", "refused at copy"},
		{"copy", "450 4.2.0 greylisted", "again"},
		{"mail", "553 5.7.1 <x>: Sender address rejected: not owned by user", "refused at mail"},
		{"auth", "535 5.7.8 authentication failed", "refused at auth"},
		{"auth", "454 4.7.0 temporary authentication failure", "again"},
		{"data", "554 5.5.1 no valid recipients", "refused at data"},
		{"dot", "554 5.7.1 message content rejected", "refused at data"},
		{"dot", "552 5.3.4 too big", "refused at data"},
		{"dot", "550 5.7.26 Unauthenticated email is not accepted due to the domain's DMARC policy", "refused at data"},
		{"dot", "452 4.3.1 insufficient storage", "again"},
	} {
		t.Run(tt.step+" "+tt.reply, func(t *testing.T) {
			t.Parallel()
			c := startScripted(t, &scriptedServer{actions: map[string]action{tt.step: say(tt.reply)}})
			_, err := c.Open(t.Context(), opening(t, c), channels.Unrecorded)
			if got := verdict(err); got != tt.want {
				t.Errorf("got %s (%v), want %s", got, err, tt.want)
			}
			var deferral *channels.Deferral
			if tt.want == "again" && (!errors.As(err, &deferral) || deferral.No.Code/100 != 4 || string(deferral.No.Step) != strings.Replace(tt.step, "dot", "data", 1)) {
				t.Errorf("got %v, which does not say who said it", err)
			}
			var refusal *channels.Refusal
			if errors.As(err, &refusal) && !strings.HasPrefix(tt.reply, strings.TrimSpace(fmt.Sprint(refusal.Code, " ", refusal.Status))) {
				t.Errorf("got %+v of %q", refusal, tt.reply)
			}
		})
	}
}

// TestClockStands shows that no part of a dialogue waits on the channel's clock.
func TestClockStands(t *testing.T) {
	c := startScripted(t, &scriptedServer{})
	stood := time.Date(2024, 3, 25, 9, 30, 0, 0, time.UTC)
	c.clock = func() time.Time { return stood }
	receipt, err := c.Open(t.Context(), opening(t, c), channels.Unrecorded)
	if err != nil || !receipt.At.Equal(stood) {
		t.Errorf("got %v, %v, want %v", receipt.At, err, stood)
	}
}

// The context's goroutine is waited for.
func TestHangUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, cancelled := range []bool{false, true} {
			ours, theirs := net.Pipe()
			ctx, cancel := context.WithCancel(t.Context())
			release := hangUp(ctx, ours)
			if cancelled {
				cancel()
			}
			release()
			cancel()
			if _, err := theirs.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
				t.Errorf("got %v, want a closed connection", err)
			}
		}
	})
}
