package ledger

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"github.com/klauspost/compress/zstd"
	"github.com/svartid/svartid/probes"
)

// Keep stores evidence under its digest.
func (t *tx) Keep(ctx context.Context, evidence []byte) (string, error) {
	sum := digest(evidence)
	return sum, t.keep(ctx, sum, evidence)
}

// keep stores evidence under a sum that is known. It looks first, because
// compressing what is there already would cost the most.
func (t *tx) keep(ctx context.Context, sum string, evidence []byte) error {
	found, err := t.one(ctx, ask(`SELECT 1 FROM evidence WHERE digest = $1`, sum), new(int))
	if err == nil && !found {
		_, err = t.exec(ctx, ask(`
			INSERT INTO evidence (digest, size, body) VALUES ($1, $2, $3)
			ON CONFLICT (digest) DO NOTHING`,
			sum, len(evidence), t.ledger.packer.pack(evidence)))
	}
	if err != nil {
		return fmt.Errorf("keep evidence %s: %w", sum, err)
	}
	return nil
}

// Evidence returns what was kept, once it has been proven to be that.
func (t *tx) Evidence(ctx context.Context, sum string) ([]byte, error) {
	var size int
	var body []byte
	found, err := t.one(ctx, ask(`SELECT size, body FROM evidence WHERE digest = $1`, sum), &size, &body)
	if err != nil {
		return nil, fmt.Errorf("read evidence %s: %w", sum, err)
	}
	if !found {
		return nil, fmt.Errorf("%w: %s", probes.ErrNoEvidence, sum)
	}
	evidence, err := t.ledger.packer.unpack(body, size)
	if err != nil {
		return nil, fmt.Errorf("unpack evidence %s: %w", sum, err)
	}
	if digest(evidence) != sum {
		return nil, fmt.Errorf("evidence %s was changed", sum)
	}
	return evidence, nil
}

// digest names evidence for what it is.
func digest(evidence []byte) string {
	sum := sha256.Sum256(evidence)
	return hex.EncodeToString(sum[:])
}

// A packer compresses evidence. It may be used by several goroutines at once.
type packer struct {
	encoder *zstd.Encoder
	decoder *zstd.Decoder
}

// newPacker returns a packer that starts no goroutines of its own.
func newPacker() (*packer, error) {
	const window = 1 << 20  // mail is small; a larger one costs memory only
	const largest = 1 << 30 // what claims to unpack to more than that was tampered with
	encoder, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1), zstd.WithWindowSize(window))
	if err != nil {
		return nil, err
	}
	decoder, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(largest))
	if err != nil {
		return nil, err
	}
	return &packer{encoder: encoder, decoder: decoder}, nil
}

// pack compresses evidence.
func (p *packer) pack(evidence []byte) []byte { return p.encoder.EncodeAll(evidence, nil) }

// unpack is the reverse of pack, for evidence of a known size. Sizes that come
// from a ledger are not believed before they have proven true.
func (p *packer) unpack(body []byte, size int) ([]byte, error) {
	const likely = 1 << 20
	evidence, err := p.decoder.DecodeAll(body, make([]byte, 0, min(max(size, 0), likely)))
	if err == nil && len(evidence) != size {
		err = fmt.Errorf("was changed: it is of %d bytes, and not of %d", len(evidence), size)
	}
	return evidence, err
}

// close lets go of the buffers.
func (p *packer) close() error {
	p.decoder.Close()
	return p.encoder.Close()
}
