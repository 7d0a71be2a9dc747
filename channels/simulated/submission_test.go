package simulated

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// code returns the code and enhanced status of a server's no.
func code(err error) string {
	var no *smtp.SMTPError
	if !errors.As(err, &no) {
		return fmt.Sprint(err)
	}
	return fmt.Sprintf("%d %d.%d.%d", no.Code, no.EnhancedCode[0], no.EnhancedCode[1], no.EnhancedCode[2])
}

func TestSubmissionRefuses(t *testing.T) {
	w := start(t, Options{})
	bare := func(t *testing.T) *smtp.Client {
		c, err := smtp.Dial(address(w.Mailbox().SMTP))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { c.Close() })
		return c
	}
	from := "ola@" + w.Domain()
	tests := []struct {
		name string
		try  func(t *testing.T) error
		want string
	}{
		{"wrong password", func(t *testing.T) error { return bare(t).Auth(sasl.NewPlainClient("", username, "x")) }, "535 5.7.8"},
		{"not logged in", func(t *testing.T) error { return bare(t).Mail(from, nil) }, "530 5.7.0"},
		{"another's domain", func(t *testing.T) error { return dial(t, w).Mail("ola@elsewhere.example", nil) }, "553 5.7.1"},
		{"unknown company", func(t *testing.T) error {
			_, err := put(dial(t, w), question{from: from, to: "post@nobody.example"})
			return err
		}, "550 5.1.1"},
		{"company that refuses", func(t *testing.T) error {
			_, err := put(dial(t, w), question{from: from, to: as(t, w, Refuses).Address})
			return err
		}, "550 5.7.1"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := code(test.try(t)); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
	log := w.Log()
	if len(log) != 1 || !log[0].Refused || log[0].Company != as(t, w, Refuses).ID || log[0].Address != from {
		t.Errorf("log: %+v", log)
	}
	if came := arrivals(t, w); len(came) != 0 {
		t.Errorf("%d messages in the mailbox", len(came))
	}
}

func TestSubmissionNamesItsQueueID(t *testing.T) {
	w := start(t, Options{Cast: []Character{Silent}})
	response, err := put(dial(t, w), question{from: "ola@" + w.Domain(), to: w.Companies()[0].Address, id: "1@x"})
	if err != nil || !strings.Contains(response, "Ok: queued as ") {
		t.Errorf("%q, %v", response, err)
	}
}

func TestSubdomainsAreOurs(t *testing.T) {
	w := start(t, Options{Domain: "svar.example", Cast: []Character{Quick}, Scale: 50 * time.Millisecond})
	q := question{from: "ola.hansen27@shopper.svar.example", to: w.Companies()[0].Address, id: "1@svar.example"}
	if _, err := put(dial(t, w), q); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the answer comes", func() bool { return len(w.Log()) == 1 && settled(w)() })
	if got := arrivals(t, w)[w.Log()[0].Replies[0].ID].Header.Get("To"); !strings.Contains(got, q.from) {
		t.Errorf("the answer went to %s", got)
	}
}

func TestMischief(t *testing.T) {
	tests := []struct {
		name     string
		mischief Mischief
		answered bool // the client hears a 250
		taken    int  // copies that the company has
	}{
		{"none", Mischief{}, true, 1},
		{"stall", Mischief{Stall: 1, Pause: 20 * time.Millisecond}, true, 1},
		{"drop", Mischief{Drop: 1}, false, 1},
		{"lose", Mischief{Lose: 1}, false, 0},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w := start(t, Options{Cast: []Character{Silent}, Mischief: test.mischief})
			began := time.Now()
			q := question{from: "ola@" + w.Domain(), to: w.Companies()[0].Address, id: "1@x"}
			_, err := put(dial(t, w), q)
			if answered := err == nil; answered != test.answered {
				t.Errorf("answered: %v (%v)", answered, err)
			}
			if took := time.Since(began); test.mischief.Stall > 0 && took < 60*time.Millisecond {
				t.Errorf("stalled three commands in %v", took)
			}
			if got := w.Accepted()[q.id]; got != test.taken {
				t.Errorf("the company has %d copies, want %d", got, test.taken)
			}
			if _, copied := arrivals(t, w)[q.id]; copied != (test.taken > 0) {
				t.Errorf("blind copy in the mailbox: %v", copied)
			}
		})
	}
}

func TestManyAtOnceUnderMischief(t *testing.T) {
	w := start(t, Options{
		Companies: 40, Cast: []Character{Quick}, Scale: 100 * time.Millisecond,
		Mischief: Mischief{Stall: 0.2, Pause: 5 * time.Millisecond, Drop: 0.2, Lose: 0.2},
	})
	var (
		wg       sync.WaitGroup
		mu       sync.Mutex
		answered = make(map[string]bool)
	)
	for i, company := range w.Companies() {
		client := dial(t, w)
		wg.Go(func() {
			q := question{from: fmt.Sprintf("ola%d@%s", i, w.Domain()), to: company.Address, id: fmt.Sprintf("%d@x", i)}
			_, err := put(client, q)
			mu.Lock()
			defer mu.Unlock()
			answered[q.id] = err == nil
		})
	}
	wg.Wait()
	eventually(t, "every answer comes", settled(w))
	came, accepted := arrivals(t, w), w.Accepted()
	unsure := 0
	for id, ok := range answered {
		if !ok {
			unsure++
		}
		if ok && accepted[id] != 1 {
			t.Errorf("%s was answered and taken %d times", id, accepted[id])
		}
		if _, copied := came[id]; copied != (accepted[id] == 1) {
			t.Errorf("%s: blind copy %v, taken %d times", id, copied, accepted[id])
		}
	}
	if unsure == 0 || unsure == len(answered) || len(came) != 2*len(accepted) {
		t.Errorf("%d of %d unsure; %d in the mailbox, %d taken", unsure, len(answered), len(came), len(accepted))
	}
}
