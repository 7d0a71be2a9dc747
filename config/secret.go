package config

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/svartid/svartid/channels"
)

// secretPath is the key that names the file of the edition's secret.
const secretPath = "edition.secret_file"

// secretBytes is how many random bytes the edition's secret has: 128 bits.
const secretBytes = 16

// Secret reads by what our openers are marked as ours. It is "" if there is no
// such file, as before the first start.
func (c *Config) Secret() (string, error) {
	text, err := os.ReadFile(c.Edition.SecretFile)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("%s: %w", secretPath, err)
	}
	secret := strings.TrimSpace(string(text))
	if raw, err := hex.DecodeString(secret); err != nil || len(raw) < secretBytes {
		return "", fmt.Errorf("%s: %s does not hold a secret: want %d hexadecimal digits, as the first start has written them",
			secretPath, c.Edition.SecretFile, 2*secretBytes)
	}
	return secret, nil
}

// Files is a digest of what the files hold that the configuration names, such as
// secrets, authorities and users. One that cannot be read counts as empty.
func (c *Config) Files() string {
	sum := sha256.New()
	for _, s := range append(slices.Clone(c.secrets), secretFile{secretPath, c.Edition.SecretFile}) {
		text, _ := s.read()
		fmt.Fprintf(sum, "%s %d %x\n", s.path, len(text), sha256.Sum256(text))
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// DrawSecret returns a new secret for [Config.KeepSecret].
func DrawSecret() string {
	raw := make([]byte, secretBytes)
	_, _ = rand.Read(raw) // never fails, and ends the program if it could
	return hex.EncodeToString(raw)
}

// KeepSecret writes a new secret into its file, readable by its owner alone,
// and returns once it would survive a power cut. The error wraps
// fs.ErrExist if there is a file already: that is never written over.
func (c *Config) KeepSecret(secret string) (err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("%s: %w", secretPath, err)
		}
	}()
	folder := filepath.Dir(c.Edition.SecretFile)
	f, err := os.CreateTemp(folder, ".secret-*") // 0600
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = f.WriteString(secret + "\n")
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	// A link, unlike a new name, never takes the place of what is there.
	if err := os.Link(f.Name(), c.Edition.SecretFile); err != nil {
		return err
	}
	dir, err := os.Open(folder)
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}

// EvidenceKey reads the keys by which evidence is encrypted; nil if there are none.
func (c *Config) EvidenceKey() ([]byte, error) {
	if c.Ledger.EvidenceKeyFile == "" {
		return nil, nil
	}
	text, err := channels.ReadFile(c.Ledger.EvidenceKeyFile, largest)
	if err != nil {
		return nil, fmt.Errorf("ledger.evidence_key_file: %w", err)
	}
	return text, nil
}
