package imapconn

import (
	"context"
	"errors"
	"testing"
	"time"
)

func TestTurnstile(t *testing.T) {
	pass := NewLoginLimiter(50 * time.Millisecond)
	began := time.Now()
	for range 20 {
		if err := pass.Wait(t.Context()); err != nil {
			t.Fatal(err)
		}
		pass.Done()
	}
	if took := time.Since(began); took > time.Second {
		t.Errorf("where nothing fails 20 logins take %v", took)
	}
	pass.Failed("INBOX")
	pass.Failed("Junk")
	pass.Works("Junk")
	began = time.Now()
	for range 3 {
		if err := pass.Wait(t.Context()); err != nil {
			t.Fatal(err)
		}
		pass.Done()
	}
	if took := time.Since(began); took < 150*time.Millisecond {
		t.Errorf("after a failure 3 logins take %v", took)
	}
	pass.Works("INBOX")
	if wait := pass.reserve(); wait > 0 {
		t.Errorf("after all works again a login waits %v", wait)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	pass.Failed("INBOX")
	if err := pass.Wait(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("wait: %v", err)
	}
}
