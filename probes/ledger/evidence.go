package ledger

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/ledger/internal/paper"
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
		err = t.insert(ctx, sum, evidence)
	}
	return wrapped("keep evidence "+sum, err)
}

// insert stores evidence that is not there yet.
func (t *tx) insert(ctx context.Context, sum string, evidence []byte) error {
	body, err := t.ledger.packer.Pack(evidence)
	if err != nil {
		return err
	}
	_, err = t.exec(ctx, ask(`
		INSERT INTO evidence (digest, size, body) VALUES ($1, $2, $3)
		ON CONFLICT (digest) DO NOTHING`, sum, len(evidence), body))
	return err
}

// Evidence returns what was kept, once it has been proven to be that. The error
// of what is encrypted, where there is no key for it, wraps probes.ErrSealed.
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
	evidence, err := t.ledger.packer.Unpack(body, size)
	if errors.Is(err, paper.ErrSealed) {
		return nil, fmt.Errorf("%w: %s", probes.ErrSealed, sum)
	}
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

// What a ledger with a key keeps in meta: these words, as it keeps papers. By them it
// is known whether a key opens what is kept.
const (
	sealedRow   = "sealed"
	sealedWords = "svartid"
)

// sealed finds out whether the ledger's evidence can be read, if it is encrypted. The
// error wraps probes.ErrSealed.
func (t *tx) sealed(ctx context.Context) error {
	var proof string
	found, err := t.one(ctx, ask(`SELECT value FROM meta WHERE name = $1`, sealedRow), &proof)
	if err != nil || !found {
		return wrapped("look at evidence", err)
	}
	body, err := hex.DecodeString(proof)
	if err == nil {
		_, err = t.ledger.packer.Unpack(body, len(sealedWords))
	}
	if errors.Is(err, paper.ErrSealed) {
		return probes.ErrSealed
	}
	return wrapped("look at evidence", err)
}

// seal encrypts what was kept before there was a key, once, so that no paper is left
// in the clear, in free pages and in the log neither.
func (l *Ledger) seal(ctx context.Context) error {
	if len(l.opt.Key) == 0 {
		return nil
	}
	any := false
	err := l.update(ctx, func(t *tx) (err error) {
		any, err = t.sealAll(ctx)
		return err
	})
	if err == nil && any {
		err = l.compact(ctx)
	}
	return wrapped("encrypt evidence", err)
}

// sealAll encrypts what is in the clear, unless that was done before, and reports
// whether anything was.
func (t *tx) sealAll(ctx context.Context) (any bool, err error) {
	done, err := t.one(ctx, ask(`SELECT 1 FROM meta WHERE name = $1`, sealedRow), new(int))
	if err != nil || done {
		return false, err
	}
	clear, err := collect(ctx, t, ask(`SELECT digest FROM evidence WHERE substr(body, 1, 19) <> $1`, []byte(paper.Mark)), scanID)
	if err != nil {
		return false, err
	}
	for _, sum := range clear {
		if err := t.sealOne(ctx, sum); err != nil {
			return false, err
		}
	}
	proof, err := t.ledger.packer.Pack([]byte(sealedWords))
	if err != nil {
		return false, err
	}
	_, err = t.exec(ctx, ask(`INSERT INTO meta (name, value) VALUES ($1, $2)`, sealedRow, hex.EncodeToString(proof)))
	return len(clear) > 0, err
}

// sealOne encrypts one paper.
func (t *tx) sealOne(ctx context.Context, sum string) error {
	var body []byte
	if _, err := t.one(ctx, ask(`SELECT body FROM evidence WHERE digest = $1`, sum), &body); err != nil {
		return err
	}
	body, err := t.ledger.packer.Seal(body)
	if err == nil {
		_, err = t.exec(ctx, ask(`UPDATE evidence SET body = $1 WHERE digest = $2`, body, sum))
	}
	return err
}

// Access records that someone has read evidence.
func (l *Ledger) Access(ctx context.Context, a probes.Access) error {
	return wrapped("record access", l.update(ctx, func(t *tx) error {
		var seq int64
		var prev string
		if _, err := t.one(ctx, ask(`SELECT seq, hash FROM accesses ORDER BY seq DESC LIMIT 1`), &seq, &prev); err != nil {
			return err
		}
		at := micros(t.ledger.opt.Clock())
		hash := linked(prev, seq+1, at, a.Reader, a.What)
		t.digested(rowset{table: "accesses"}, hash, 1)
		n, err := t.exec(ctx, ask(`INSERT INTO accesses (seq, at, reader, what, prev, hash) VALUES ($1, $2, $3, $4, $5, $6)`,
			seq+1, at, a.Reader, a.What, prev, hash))
		if err != nil {
			return err
		}
		// A trigger can swallow a row, or change it.
		found, err := t.one(ctx, ask(`SELECT 1 FROM accesses WHERE seq = $1 AND hash = $2 AND reader = $3 AND what = $4`,
			seq+1, hash, a.Reader, a.What), new(int))
		if err == nil && (n != 1 || !found) {
			err = errors.New("the database has not kept the row: svartid verify tells what was added to its tables")
		}
		return err
	}))
}

// Accesses returns who has read evidence, oldest first.
func (l *Ledger) Accesses(ctx context.Context) (all []probes.Access, err error) {
	err = l.view(ctx, func(t *tx) error {
		all, err = collect(ctx, t, ask(`SELECT at, reader, what FROM accesses ORDER BY seq`), func(scan scan) (a probes.Access, err error) {
			var at int64
			err = scan(&at, &a.Reader, &a.What)
			a.At = instant(at)
			return a, err
		})
		return err
	})
	return all, wrapped("read accesses", err)
}

// AccessHashes returns the hash of each look at evidence, by its number.
func (t *tx) AccessHashes(ctx context.Context) (map[int64]string, error) {
	hashes := map[int64]string{}
	err := t.each(ctx, ask(`SELECT seq, hash FROM accesses`), func(scan scan) error {
		var seq int64
		var hash string
		err := scan(&seq, &hash)
		hashes[seq] = hash
		return err
	})
	return hashes, wrapped("read accesses", err)
}

// ForgetAccesses drops what is recorded of accesses before an instant; the newest
// stays, because the chain goes on from it.
func (l *Ledger) ForgetAccesses(ctx context.Context, before time.Time) error {
	const old = ` FROM accesses WHERE at < $1 AND seq < (SELECT max(seq) FROM accesses)`
	var any bool
	err := l.view(ctx, func(t *tx) (err error) {
		any, err = t.one(ctx, ask(`SELECT 1`+old+` LIMIT 1`, micros(before)), new(int))
		return err
	})
	if err != nil || !any {
		return wrapped("read accesses", err)
	}
	err = l.update(ctx, func(t *tx) error {
		gone, err := collect(ctx, t, ask(`SELECT hash`+old, micros(before)), scanID)
		if err != nil {
			return err
		}
		for _, hash := range gone {
			t.digested(rowset{table: "accesses"}, hash, -1)
		}
		_, err = t.exec(ctx, ask(`DELETE`+old, micros(before)))
		return err
	})
	return wrapped("forget accesses", err)
}
