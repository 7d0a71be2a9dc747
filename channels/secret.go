package channels

import (
	"fmt"
	"os"
	"strings"
)

// A Secret is a password, key or token, inline or in a file. It prints as ***
// wherever it may land: logs, errors, pages, JSON and YAML.
type Secret struct {
	inline string
	file   string
}

// Inline returns a secret that is written in the configuration itself.
func Inline(s string) Secret { return Secret{inline: s} }

// InFile returns a secret that is read from path each time it is revealed, so
// that a rotated file needs no restart.
func InFile(path string) Secret { return Secret{file: path} }

// IsZero reports whether no secret was given.
func (s Secret) IsZero() bool { return s.inline == "" && s.file == "" }

// File returns the path that holds the secret, or "" if it is inline.
func (s Secret) File() string { return s.file }

// Reveal returns the secret itself. A file's last newline is dropped. The
// error names the file, never what it holds.
func (s Secret) Reveal() (string, error) {
	if s.file == "" {
		return s.inline, nil
	}
	b, err := os.ReadFile(s.file)
	if err != nil {
		return "", fmt.Errorf("read secret: %w", err)
	}
	return strings.TrimSuffix(strings.TrimSuffix(string(b), "\n"), "\r"), nil
}

// String hides the secret.
func (s Secret) String() string {
	if s.IsZero() {
		return ""
	}
	return "***"
}

// Format hides the secret from every verb, %#v included.
func (s Secret) Format(f fmt.State, _ rune) { fmt.Fprint(f, s.String()) }

// MarshalText hides the secret from JSON and YAML.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }
