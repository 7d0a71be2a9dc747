package dialect_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/svartid/svartid/probes/ledger/internal/dialect"
)

func TestStorable(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, text, want string }{
		{"empty", "", ""},
		{"plain", "Re: Hvor er pakken min?", "Re: Hvor er pakken min?"},
		{"letters beyond ASCII", "Åse Østby 🙂", "Åse Østby 🙂"},
		{"an octet of Latin-1", "\xc5se", "\x1bc57365"},
		{"NUL", "a\x00b", "\x1b610062"},
		{"as if it were escaped", "\x1b00", "\x1b1b3030"},
		{"an escape within", "a\x1b00", "a\x1b00"},
	} {
		got := dialect.Storable(tt.text)
		if got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
		if back := dialect.Restored(got); back != tt.text {
			t.Errorf("%s: got %q back, want %q", tt.name, back, tt.text)
		}
	}
}

// FuzzStorable: every text can be held, is read back, and is another than those
// of others.
func FuzzStorable(f *testing.F) {
	f.Add("a", "b")
	f.Add("\x1b61", "a")
	f.Add("\xff", "\x1bff")
	f.Fuzz(func(t *testing.T, a, b string) {
		kept := dialect.Storable(a)
		if !utf8.ValidString(kept) || strings.Contains(kept, "\x00") {
			t.Fatalf("%q is kept as %q", a, kept)
		}
		if back := dialect.Restored(kept); back != a {
			t.Fatalf("%q is read back as %q", a, back)
		}
		if (a == b) != (kept == dialect.Storable(b)) {
			t.Fatalf("%q and %q are kept as %q and %q", a, b, kept, dialect.Storable(b))
		}
	})
}

// TestRestoredTampered: what nobody has escaped is shown as it is.
func TestRestoredTampered(t *testing.T) {
	t.Parallel()
	if got := dialect.Restored("\x1bno digits"); got != "\x1bno digits" {
		t.Errorf("got %q", got)
	}
}
