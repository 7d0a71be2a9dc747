// Package sessions keeps what makes a browser the same visitor again, such as its
// cookies: each in a file of its own, encrypted, and gone once it is not needed.
package sessions

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/svartid/svartid/channels"
)

// A Folder keeps sessions by the ids of their attempts. Its methods may be called at once.
type Folder struct {
	Path string
	// Key returns the secret that files are encrypted by; nobody without it can read them.
	Key func() (channels.Secret, error)
}

// ErrNone says that nothing is kept of an attempt.
var ErrNone = errors.New("no session is kept")

// errKey says that there is no secret yet.
var errKey = errors.New("there is no secret to encrypt sessions by")

// Put keeps a session, in place of an earlier one. It is on the disk when Put returns nil.
func (f Folder) Put(attempt string, session []byte) error {
	sealer, err := f.sealer()
	if err != nil {
		return fmt.Errorf("keep session: %w", err)
	}
	nonce := make([]byte, sealer.NonceSize())
	_, _ = rand.Read(nonce) // never fails, and ends the program if it could
	if err := f.write(attempt, sealer.Seal(nonce, nonce, session, []byte(attempt))); err != nil {
		return fmt.Errorf("keep session: %w", err)
	}
	return nil
}

// write writes a file that is whole or is not there.
func (f Folder) write(attempt string, sealed []byte) error {
	if err := os.MkdirAll(f.Path, 0o700); err != nil {
		return err
	}
	file, err := os.CreateTemp(f.Path, ".new-*")
	if err != nil {
		return err
	}
	_, err = file.Write(sealed)
	err = errors.Join(err, file.Sync(), file.Close())
	if err == nil {
		err = os.Rename(file.Name(), f.file(attempt))
	}
	if err != nil {
		return errors.Join(err, os.Remove(file.Name()))
	}
	folder, err := os.Open(f.Path)
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}

// Read returns what is kept of an attempt. The error wraps ErrNone if nothing is.
func (f Folder) Read(attempt string) ([]byte, error) {
	sealed, err := os.ReadFile(f.file(attempt))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, ErrNone
	}
	if err != nil {
		return nil, fmt.Errorf("read session: %w", err)
	}
	sealer, err := f.sealer()
	if err != nil {
		return nil, fmt.Errorf("read session: %w", err)
	}
	if len(sealed) < sealer.NonceSize() {
		return nil, fmt.Errorf("read session: %w: its file is cut", ErrNone)
	}
	nonce, rest := sealed[:sealer.NonceSize()], sealed[sealer.NonceSize():]
	session, err := sealer.Open(nil, nonce, rest, []byte(attempt))
	if err != nil {
		return nil, fmt.Errorf("read session: %w: another secret has encrypted it", ErrNone)
	}
	return session, nil
}

// Drop forgets an attempt; one that is not kept is forgotten.
func (f Folder) Drop(attempt string) error {
	if err := os.Remove(f.file(attempt)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("drop session: %w", err)
	}
	return nil
}

// file returns where an attempt is kept, under a name that says nothing.
func (f Folder) file(attempt string) string {
	sum := sha256.Sum256([]byte(attempt))
	return filepath.Join(f.Path, hex.EncodeToString(sum[:16]))
}

func (f Folder) sealer() (cipher.AEAD, error) {
	secret, err := f.Key()
	if err != nil {
		return nil, err
	}
	text, err := secret.Reveal()
	if err != nil {
		return nil, err
	}
	if text == "" {
		return nil, errKey
	}
	key, err := hkdf.Key(sha256.New, []byte(text), nil, "svartid: sessions of browsers", 32)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}
