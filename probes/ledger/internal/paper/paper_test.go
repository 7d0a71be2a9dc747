package paper_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"filippo.io/age"

	"github.com/svartid/svartid/probes/ledger/internal/paper"
)

// key returns a file of one new key.
func key(t *testing.T) string {
	t.Helper()
	k, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	return "# made for a test\n" + k.String() + "\n"
}

// packer returns a packer with the keys of a file; an empty one has none.
func packer(t *testing.T, file string) *paper.Packer {
	t.Helper()
	var keys paper.Keys
	if file != "" {
		var err error
		if keys, err = paper.Read([]byte(file)); err != nil {
			t.Fatal(err)
		}
	}
	p, err := paper.New(keys)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	})
	return p
}

// TestPapers: who may read what, with which keys.
func TestPapers(t *testing.T) {
	old, fresh := key(t), key(t)
	for _, tt := range []struct {
		name, packed, read string
		want               error
	}{
		{"neither has a key", "", "", nil},
		{"what is not encrypted is read with a key too", "", old, nil},
		{"the same key", old, old, nil},
		{"no key", old, "", paper.ErrSealed},
		{"another key", old, fresh, paper.ErrSealed},
		{"a new key before the old one", old, fresh + old, nil},
		{"the old key, of what was written since", fresh + old, old, paper.ErrSealed},
	} {
		t.Run(tt.name, func(t *testing.T) {
			evidence := []byte(strings.Repeat("Hei, jeg heter Lise. ", 40))
			body, err := packer(t, tt.packed).Pack(evidence)
			if err != nil {
				t.Fatal(err)
			}
			if got := paper.Sealed(body); got != (tt.packed != "") {
				t.Errorf("encrypted: got %v", got)
			}
			got, err := packer(t, tt.read).Unpack(body, len(evidence))
			if !errors.Is(err, tt.want) || tt.want == nil && (err != nil || !bytes.Equal(got, evidence)) {
				t.Errorf("got %q, %v; want %v", got, err, tt.want)
			}
		})
	}
}

// TestAltered: no byte of an encrypted paper can be changed unseen.
func TestAltered(t *testing.T) {
	p, evidence := packer(t, key(t)), []byte("Hei")
	body, err := p.Pack(evidence)
	if err != nil {
		t.Fatal(err)
	}
	for i := range body {
		changed := bytes.Clone(body)
		changed[i] ^= 1
		if got, err := p.Unpack(changed, len(evidence)); err == nil {
			t.Fatalf("byte %d: got %q", i, got)
		}
	}
}

// TestReadRefuses: what is no key is refused, and not repeated.
func TestReadRefuses(t *testing.T) {
	for _, text := range []string{"", "# a comment\n", "AGE-SECRET-KEY-1NONSENSE", "s3cret", "age1qqqq"} {
		if k, err := paper.Read([]byte(text)); err == nil || k.Given() || text != "" && strings.Contains(err.Error(), text) {
			t.Errorf("%q: got %v, %v", text, k.Given(), err)
		}
	}
}
