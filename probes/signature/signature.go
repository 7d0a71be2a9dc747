// Package signature signs what an edition publishes, so that others can check it
// with a tool of their own.
//
// The form is that of OpenSSH (PROTOCOL.sshsig), which
//
//	ssh-keygen -Y verify -f signers -I svartid -n svartid -s FILE.sig < FILE
//
// checks without svartid. The key is Ed25519 (RFC 8032), whose signatures hold
// nothing random: the same file is signed with the same bytes. It is derived from
// the edition's secret, so that there is no second secret to lose; the secret
// cannot be had from the key, nor from what it has signed.
package signature

import (
	"bytes"
	"crypto/ed25519"
	"crypto/hkdf"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/binary"
	"encoding/pem"
	"errors"
	"fmt"
)

// Namespace is what signatures are for, and Identity who signs, as OpenSSH asks
// for both.
const (
	Namespace = "svartid"
	Identity  = "svartid"
)

const (
	magic     = "SSHSIG"
	version   = 1
	algorithm = "ssh-ed25519"
	hashName  = "sha512"
	pemType   = "SSH SIGNATURE"
)

// ErrSignature says that a signature is not that of this key and message.
var ErrSignature = errors.New("the signature does not hold")

// A Key signs for one edition.
type Key struct{ private ed25519.PrivateKey }

// NewKey derives the key of an edition from its secret (HKDF of RFC 5869, with
// SHA-256). An empty secret is an error.
func NewKey(secret, edition string) (Key, error) {
	if secret == "" {
		return Key{}, errors.New("derive the signing key: the edition has no secret yet")
	}
	seed, err := hkdf.Key(sha256.New, []byte(secret), nil, "svartid signature of edition "+edition, ed25519.SeedSize)
	if err != nil {
		return Key{}, fmt.Errorf("derive the signing key: %w", err)
	}
	return Key{ed25519.NewKeyFromSeed(seed)}, nil
}

// Public returns the key by which others check.
func (k Key) Public() Public {
	return Public(k.private[ed25519.SeedSize:])
}

// Size is how many bytes a signature has.
const Size = 177

// Sign returns the signature of a message, not yet written by [Encode].
func (k Key) Sign(message []byte) []byte {
	var out bytes.Buffer
	out.WriteString(magic)
	_ = binary.Write(&out, binary.BigEndian, uint32(version)) // a buffer takes all
	putString(&out, k.Public().wire())
	putString(&out, []byte(Namespace))
	putString(&out, nil)
	putString(&out, []byte(hashName))
	var signed bytes.Buffer
	putString(&signed, []byte(algorithm))
	putString(&signed, ed25519.Sign(k.private, toSign(message)))
	putString(&out, signed.Bytes())
	return out.Bytes()
}

// toSign is what is signed of a message.
func toSign(message []byte) []byte {
	sum := sha512.Sum512(message)
	var out bytes.Buffer
	out.WriteString(magic)
	putString(&out, []byte(Namespace))
	putString(&out, nil)
	putString(&out, []byte(hashName))
	putString(&out, sum[:])
	return out.Bytes()
}

// putString writes a string of RFC 4251, section 5.
func putString(out *bytes.Buffer, s []byte) {
	_ = binary.Write(out, binary.BigEndian, uint32(len(s))) // a buffer takes all
	out.Write(s)
}

// A Public is the key by which others check.
type Public []byte

// wire is the key as RFC 8709, section 4, has it.
func (p Public) wire() []byte {
	var out bytes.Buffer
	putString(&out, []byte(algorithm))
	putString(&out, p)
	return out.Bytes()
}

// String is the key as OpenSSH writes it: ssh-ed25519 AAAA….
func (p Public) String() string {
	return algorithm + " " + base64.StdEncoding.EncodeToString(p.wire())
}

// Signers returns the line of an allowed_signers file by which ssh-keygen knows
// the key.
func (p Public) Signers() string {
	return fmt.Sprintf("%s namespaces=%q %s\n", Identity, Namespace, p)
}

// Verify reports whether a signature is this key's of a message. The error wraps
// [ErrSignature]. A signature is held against that which the key would make, part
// by part, so that no other form of it passes.
func (p Public) Verify(message, signature []byte) error {
	var head bytes.Buffer
	head.WriteString(magic)
	_ = binary.Write(&head, binary.BigEndian, uint32(version)) // a buffer takes all
	putString(&head, p.wire())
	putString(&head, []byte(Namespace))
	putString(&head, nil)
	putString(&head, []byte(hashName))
	var algo bytes.Buffer
	putString(&algo, []byte(algorithm))
	_ = binary.Write(&algo, binary.BigEndian, uint32(ed25519.SignatureSize))
	_ = binary.Write(&head, binary.BigEndian, uint32(algo.Len()+ed25519.SignatureSize))
	head.Write(algo.Bytes())
	raw, ours := bytes.CutPrefix(signature, head.Bytes())
	switch {
	case !ours || len(raw) != ed25519.SignatureSize:
		return fmt.Errorf("%w: it is not of the key %s", ErrSignature, p)
	case !ed25519.Verify(ed25519.PublicKey(p), toSign(message), raw):
		return fmt.Errorf("%w: what was signed was changed", ErrSignature)
	}
	return nil
}

// Encode returns a signature as ssh-keygen reads it.
func Encode(signature []byte) []byte {
	const width = 70
	text := base64.StdEncoding.EncodeToString(signature)
	var out bytes.Buffer
	out.WriteString("-----BEGIN " + pemType + "-----\n")
	for len(text) > width {
		out.WriteString(text[:width] + "\n")
		text = text[width:]
	}
	out.WriteString(text + "\n-----END " + pemType + "-----\n")
	return out.Bytes()
}

// Decode returns the signature that [Encode] has written. The error wraps
// [ErrSignature].
func Decode(text []byte) ([]byte, error) {
	block, _ := pem.Decode(text)
	if block == nil || block.Type != pemType {
		return nil, fmt.Errorf("%w: it is not in the form of ssh-keygen", ErrSignature)
	}
	return block.Bytes, nil
}
