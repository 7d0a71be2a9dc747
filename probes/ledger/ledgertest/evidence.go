package ledgertest

import (
	"bytes"
	"context"
	"math/rand/v2"

	"github.com/svartid/svartid/probes"
)

// evidence: what was kept comes back, big or empty, from any transaction.
func evidence(b *bench) {
	// What cannot be compressed, and what can be to almost nothing.
	noise := make([]byte, 2<<20)
	r := rand.NewChaCha8([32]byte{1})
	before := b.size()
	_, err := r.Read(noise)
	b.must(err)
	for name, paper := range map[string][]byte{
		"empty": {}, "short": []byte("Hei\x00\xff"), "noise": noise,
		"text": bytes.Repeat([]byte("Takk for din henvendelse. "), 80_000),
	} {
		want := digest(paper)
		// Kept twice, to be there once.
		for range 2 {
			b.update(func(ctx context.Context, tx probes.Tx) error {
				digest, err := tx.Keep(ctx, paper)
				if digest != want {
					b.Errorf("%s: got digest %s, want %s", name, digest, want)
				}
				b.reads(tx, digest, paper)
				return err
			})
		}
		b.view(func(_ context.Context, tx probes.Tx) error { b.reads(tx, want, paper); return nil })
	}
	b.view(func(ctx context.Context, tx probes.Tx) error {
		_, err := tx.Evidence(ctx, "none")
		b.is(err, probes.ErrNoEvidence)
		return nil
	})
	if size := b.size() - before; size < 2<<20 || size > 3<<20 {
		b.Errorf("got %d bytes more, want somewhat above 2 MiB", size)
	}
}

// size says how large the ledger is.
func (b *bench) size() int64 {
	b.Helper()
	size, err := b.ledger.Size(b.Context())
	b.must(err)
	return size
}

// reads fails the test unless the evidence under digest is paper.
func (b *bench) reads(tx probes.Tx, digest string, paper []byte) {
	b.Helper()
	got, err := tx.Evidence(b.Context(), digest)
	b.must(err)
	if !bytes.Equal(got, paper) {
		b.Errorf("got %d bytes of evidence, want the %d that were kept", len(got), len(paper))
	}
}

// evidenceTampered: evidence that is not what was kept is not passed off as it.
func evidenceTampered(b *bench) {
	var digests []string
	b.update(func(ctx context.Context, tx probes.Tx) error {
		for _, paper := range []string{"yes, of course", "no, never"} {
			digest, err := tx.Keep(ctx, []byte(paper))
			b.must(err)
			digests = append(digests, digest)
		}
		return nil
	})
	b.tamper(`UPDATE evidence SET body = (SELECT body FROM evidence WHERE digest = $1) WHERE digest = $2`,
		digests[0], digests[1])
	b.view(func(ctx context.Context, tx probes.Tx) error {
		_, err := tx.Evidence(ctx, digests[1])
		b.wrong(err, digests[1], "was changed")
		return nil
	})
}
