// Package paper makes of evidence what a ledger stores, and back: compressed by
// zstd and, where there is a key, encrypted by age (age-encryption.org/v1). A
// paper that was stored without a key stays readable, and [Sealed] tells the two
// apart.
package paper

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"filippo.io/age"
	"github.com/klauspost/compress/zstd"
)

// ErrSealed says that a paper is encrypted, and that none of the keys opens it.
var ErrSealed = errors.New("is encrypted, and there is no key for it")

// errAltered says that an encrypted paper is not what was stored.
var errAltered = errors.New("was changed: it cannot be decrypted")

// Keys are what papers are encrypted for and opened by. Zero: they are stored as
// they are.
type Keys struct {
	identities []age.Identity
	recipients []age.Recipient
}

// Read reads a file of keys as age-keygen writes it. Papers are encrypted for the
// first key, and each opens what was encrypted for it. The error quotes none of
// the file.
func Read(text []byte) (Keys, error) {
	identities, err := age.ParseIdentities(bytes.NewReader(text))
	if err != nil {
		return Keys{}, errors.New("is no file of age keys; want one as age-keygen writes it")
	}
	k := Keys{identities: identities}
	switch first := identities[0].(type) {
	case *age.X25519Identity:
		k.recipients = []age.Recipient{first.Recipient()}
	case *age.HybridIdentity:
		k.recipients = []age.Recipient{first.Recipient()}
	default:
		return Keys{}, errors.New("its first key is of a kind that cannot encrypt")
	}
	return k, nil
}

// Given reports whether there are keys.
func (k Keys) Given() bool { return len(k.recipients) > 0 }

// A Packer packs and unpacks papers. It may be used by several goroutines at once.
type Packer struct {
	encoder *zstd.Encoder
	decoder *zstd.Decoder
	keys    Keys
}

// New returns a packer that starts no goroutines of its own.
func New(keys Keys) (*Packer, error) {
	const window = 1 << 18  // mail is small; a larger one costs memory only
	const largest = 1 << 30 // what claims to unpack to more than that was tampered with
	encoder, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1), zstd.WithWindowSize(window), zstd.WithLowerEncoderMem(true),
		zstd.WithEncoderLevel(zstd.SpeedFastest)) // a megabyte less than the next level, which makes letters smaller by 1.5 %
	if err != nil {
		return nil, err
	}
	decoder, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(largest))
	if err != nil {
		return nil, err
	}
	return &Packer{encoder: encoder, decoder: decoder, keys: keys}, nil
}

// Pack returns a paper as it is stored.
func (p *Packer) Pack(evidence []byte) ([]byte, error) {
	return p.Seal(p.encoder.EncodeAll(evidence, nil))
}

// Seal encrypts a stored paper that is not encrypted, if there are keys.
func (p *Packer) Seal(body []byte) ([]byte, error) {
	if !p.keys.Given() {
		return body, nil
	}
	var sealed bytes.Buffer
	w, err := age.Encrypt(&sealed, p.keys.recipients...)
	if err == nil {
		_, err = w.Write(body)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		return nil, fmt.Errorf("encrypt: %w", err)
	}
	return sealed.Bytes(), nil
}

// Mark is what an encrypted paper begins with.
const Mark = "age-encryption.org/"

// Sealed reports whether a stored paper is encrypted.
func Sealed(body []byte) bool { return bytes.HasPrefix(body, []byte(Mark)) }

// Unpack is the reverse of Pack, for evidence of a known size. Sizes that come
// from a ledger are not believed before they have proven true. The error wraps
// ErrSealed.
func (p *Packer) Unpack(body []byte, size int) ([]byte, error) {
	const likely = 1 << 20
	body, err := p.open(body)
	if err != nil {
		return nil, err
	}
	evidence, err := p.decoder.DecodeAll(body, make([]byte, 0, min(max(size, 0), likely)))
	if err == nil && len(evidence) != size {
		err = fmt.Errorf("was changed: it is of %d bytes, and not of %d", len(evidence), size)
	}
	return evidence, err
}

// open decrypts a stored paper that is encrypted.
func (p *Packer) open(body []byte) ([]byte, error) {
	if !Sealed(body) {
		return body, nil
	}
	if !p.keys.Given() {
		return nil, ErrSealed
	}
	opened, err := age.Decrypt(bytes.NewReader(body), p.keys.identities...)
	var none *age.NoIdentityMatchError
	if errors.As(err, &none) {
		return nil, ErrSealed
	}
	if err != nil {
		return nil, errAltered
	}
	plain, err := io.ReadAll(opened)
	if err != nil {
		return nil, errAltered
	}
	return plain, nil
}

// Close lets go of the buffers.
func (p *Packer) Close() error {
	p.decoder.Close()
	return p.encoder.Close()
}
