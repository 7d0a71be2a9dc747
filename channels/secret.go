package channels

import (
	"errors"
	"fmt"
	"io"
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

// Or returns s, or the secret in the file at path if s is none and there is one.
func (s Secret) Or(path string) Secret {
	if s.IsZero() && path != "" {
		return InFile(path)
	}
	return s
}

// IsZero reports whether no secret was given.
func (s Secret) IsZero() bool { return s.inline == "" && s.file == "" }

// File returns the path that holds the secret, or "" if it is inline.
func (s Secret) File() string { return s.file }

// LargestSecret is the most octets that a secret's file may have.
const LargestSecret = 64 << 10

// Reveal returns the secret itself. A file's last newline is dropped. The
// error names the file, never what it holds.
func (s Secret) Reveal() (string, error) {
	if s.file == "" {
		return s.inline, nil
	}
	b, err := ReadFile(s.file, LargestSecret)
	if err != nil {
		return "", fmt.Errorf("read secret: %w", err)
	}
	return strings.TrimSuffix(strings.TrimSuffix(string(b), "\n"), "\r"), nil
}

// ReadFile returns what a file holds that has no more than most octets. It must
// be a regular one, if only at the end of symbolic links: a pipe may never
// begin, and a device never end. The error is an *os.PathError.
func ReadFile(path string, most int64) ([]byte, error) {
	refuse := func(why string) ([]byte, error) {
		return nil, &os.PathError{Op: "read", Path: path, Err: errors.New(why)}
	}
	// Asked before it is opened, because opening a pipe waits for its writer.
	about, err := os.Stat(path)
	switch {
	case err != nil:
		return nil, err
	case about.IsDir():
		return refuse("is a directory")
	case !about.Mode().IsRegular():
		return refuse("is no regular file")
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, most+1))
	switch {
	case err != nil:
		return nil, err
	case int64(len(b)) > most:
		return refuse(fmt.Sprintf("is larger than %d KiB", most>>10))
	}
	return b, nil
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
