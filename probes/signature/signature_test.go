package signature

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// key derives that of a test's edition.
func key(t *testing.T, secret, edition string) Key {
	t.Helper()
	k, err := NewKey(secret, edition)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// TestVerify: a signature holds for its message and key, and for nothing else.
func TestVerify(t *testing.T) {
	k, message := key(t, "00ff", "spring"), []byte("what was found\n")
	signed := k.Sign(message)
	if !bytes.Equal(signed, key(t, "00ff", "spring").Sign(message)) {
		t.Error("signed twice, the bytes differ")
	}
	if err := k.Public().Verify(message, signed); err != nil {
		t.Error(err)
	}
	read, err := Decode(Encode(signed))
	if err != nil || !bytes.Equal(read, signed) {
		t.Errorf("got %x, %v", read, err)
	}
	for i := range signed {
		other := bytes.Clone(signed)
		other[i] ^= 1
		if err := k.Public().Verify(message, other); !errors.Is(err, ErrSignature) {
			t.Fatalf("with byte %d changed: got %v", i, err)
		}
	}
	for name, err := range map[string]error{
		"another message": k.Public().Verify([]byte("what was fond\n"), signed),
		"another edition": key(t, "00ff", "autumn").Public().Verify(message, signed),
		"another secret":  key(t, "00fe", "spring").Public().Verify(message, signed),
		"cut":             k.Public().Verify(message, signed[:len(signed)-1]),
		"nothing":         k.Public().Verify(message, nil),
	} {
		if !errors.Is(err, ErrSignature) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	if _, err := Decode([]byte("-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n")); !errors.Is(err, ErrSignature) {
		t.Errorf("got %v", err)
	}
	if _, err := NewKey("", "spring"); err == nil {
		t.Error("no secret gives a key")
	}
}

// TestSSHKeygen: the tool that everyone has takes what we sign, and refuses what
// was changed.
func TestSSHKeygen(t *testing.T) {
	tool, err := exec.LookPath("ssh-keygen")
	if err != nil {
		if os.Getenv("SVARTID_PEERS") == "1" {
			t.Fatal(err)
		}
		t.Skip("ssh-keygen is not installed")
	}
	k, message, dir := key(t, "00ff", "spring"), []byte("what was found\n"), t.TempDir()
	for name, content := range map[string][]byte{"signers": []byte(k.Public().Signers()), "sig": Encode(k.Sign(message))} {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	check := func(message []byte) ([]byte, error) {
		cmd := exec.CommandContext(t.Context(), tool, "-Y", "verify", "-f", "signers", "-I", Identity, "-n", Namespace, "-s", "sig")
		cmd.Dir, cmd.Stdin = dir, bytes.NewReader(message)
		return cmd.CombinedOutput()
	}
	if out, err := check(message); err != nil {
		t.Errorf("%v: %s", err, out)
	}
	if out, err := check(append(message, '\n')); err == nil {
		t.Errorf("what was changed is taken: %s", out)
	}
}

func TestSize(t *testing.T) {
	key, err := NewKey("00ff", "spring")
	if err != nil {
		t.Fatal(err)
	}
	for _, message := range []string{"", "a", strings.Repeat("long ", 1000)} {
		if got := len(key.Sign([]byte(message))); got != Size {
			t.Errorf("got %d bytes, want %d", got, Size)
		}
	}
}
