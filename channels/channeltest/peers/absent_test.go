package peers

import (
	"runtime"
	"strings"
	"testing"
)

// verdict is a test that records how it was ended.
type verdict struct {
	testing.TB
	skipped, failed string
}

func (v *verdict) Helper() {}
func (v *verdict) Skip(args ...any) {
	v.skipped = args[0].(string)
	runtime.Goexit()
}

func (v *verdict) Fatal(args ...any) {
	v.failed = args[0].(string)
	runtime.Goexit()
}

func TestNeed(t *testing.T) {
	for _, test := range []struct {
		name, env, file string
		skipped, failed bool
	}{
		{name: "there", file: "/etc/passwd"},
		{name: "missing", file: "/nowhere/dovecot", skipped: true},
		{name: "missing and asked for", env: "1", file: "/nowhere/dovecot", failed: true},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Setenv("SVARTID_PEERS", test.env)
			v := &verdict{}
			done := make(chan struct{})
			go func() {
				defer close(done)
				need(v, "Dovecot", test.file)
			}()
			<-done
			if got := strings.Contains(v.skipped, "run `make peers`"); got != test.skipped {
				t.Errorf("skipped: got %q, want %t", v.skipped, test.skipped)
			}
			if got := strings.Contains(v.failed, "run `make peers`"); got != test.failed {
				t.Errorf("failed: got %q, want %t", v.failed, test.failed)
			}
		})
	}
}
