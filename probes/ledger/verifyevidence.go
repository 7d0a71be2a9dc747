package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"hash/maphash"
	"math/bits"

	"github.com/svartid/svartid/probes/ledger/internal/paper"
)

// kept checks that papers which something names are there, or that they were
// erased and this was recorded: any other is missing.
func (a *audit) kept(ctx context.Context, papers []naming) error {
	var wanted []string
	for _, p := range papers {
		wanted = append(wanted, p.digest)
		a.papers.add(p.digest)
	}
	there := map[string]bool{}
	for _, table := range []string{"evidence", "erased"} {
		err := a.lookUp(ctx, `SELECT e.digest FROM `+a.tx.ledger.place.dialect().Wanted+`
			`+table+` e ON e.digest = wanted.value`, wanted, func(scan scan) error {
			digest, err := scanID(scan)
			there[digest] = true
			return err
		})
		if err != nil {
			return fmt.Errorf("look up evidence: %w", err)
		}
	}
	for _, p := range papers {
		if there[p.digest] {
			continue
		}
		there[p.digest] = true // said once
		if err := a.note("evidence", p.digest, "is missing, and %s names it", p.by); err != nil {
			return err
		}
	}
	return nil
}

// evidence checks that all that is kept is what it was, and is of something. What is
// encrypted cannot be checked without the key, and that is a fault of the audit.
func (a *audit) evidence(ctx context.Context) error {
	packer, sealed := a.tx.ledger.packer, 0
	err := a.tx.each(ctx, ask(`SELECT digest, size, body FROM evidence`), func(scan scan) error {
		var sum string
		var size int
		var body sql.RawBytes
		if err := scan(&sum, &size, &body); err != nil {
			return a.unread(ctx, "evidence", sum, err)
		}
		plain, err := packer.Unpack(body, size)
		switch {
		case errors.Is(err, paper.ErrSealed):
			sealed++
			return nil
		case err != nil:
			return a.note("evidence", sum, "%v", err)
		case digest(plain) != sum:
			return a.note("evidence", sum, "was changed")
		case !a.papers.has(sum):
			return a.note("evidence", sum, "is named by no event, arrival or plan")
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("read evidence: %w", err)
	}
	if sealed > 0 {
		why := "the key to them is missing"
		if len(a.tx.ledger.opt.Key) > 0 {
			why = "the key that is there does not open them"
		}
		err := a.note("evidence", "", "%d papers are encrypted and could not be checked: %s", sealed, why)
		a.faults[len(a.faults)-1].Sealed = true
		return err
	}
	return nil
}

// erasures checks the records of what was erased and of who has read evidence: each
// row by its hash, each row but the first of accesses by the one before it, and each
// erasure by the papers that say they went with it.
func (a *audit) erasures(ctx context.Context) error {
	all, err := readable(ctx, a, ask(`SELECT `+erasureColumns+` FROM erasures ORDER BY seq`),
		rowKind[erasure]{"erasures", scanErasure, func(r erasure) string { return fmt.Sprint(r.seq) }})
	if err != nil {
		return fmt.Errorf("read erasures: %w", err)
	}
	if err := a.recorded(ctx, all); err != nil {
		return err
	}
	var stray string
	found, err := a.tx.one(ctx, ask(`SELECT digest FROM erased WHERE erasure NOT IN (SELECT seq FROM erasures) LIMIT 1`), &stray)
	if err == nil && found {
		err = a.note("erased", stray, "is said to have been erased, and no erasure is recorded that took it")
	}
	if err != nil {
		return err
	}
	return a.accesses(ctx)
}

// recorded checks the records of erasures, up to the first that does not hold.
func (a *audit) recorded(ctx context.Context, all []erasure) error {
	prev := ""
	for i, r := range all {
		papers, err := collect(ctx, a.tx, ask(`SELECT digest FROM erased WHERE erasure = $1 ORDER BY digest`, r.seq), scanID)
		if err != nil {
			return fmt.Errorf("read what was erased: %w", err)
		}
		if r.seq != int64(i)+1 {
			return a.note("erasures", fmt.Sprint(r.seq), "record %d is missing", i+1)
		}
		if what := r.amiss(prev, papers); what != "" {
			return a.note("erasures", fmt.Sprint(r.seq), "%s", what)
		}
		prev = r.hash
	}
	return nil
}

// amiss says what is wrong with a record, by the hash of the one before and the
// papers that say they went with it. Fewer did where some of them had gone before,
// were kept again and are said to have gone the first time.
func (r erasure) amiss(prev string, papers []string) string {
	switch {
	case r.prev != prev || r.hash != r.link():
		return "was changed"
	case len(papers) > r.papers || len(papers) == r.papers && sumOf(papers) != r.sum:
		return fmt.Sprintf("took %d papers, and others say that they went with it", r.papers)
	}
	return ""
}

// accesses checks the chain of who has read evidence.
func (a *audit) accesses(ctx context.Context) error {
	var last int64
	var before string
	return a.tx.each(ctx, ask(`SELECT seq, at, reader, what, prev, hash FROM accesses ORDER BY seq`), func(scan scan) error {
		var seq, at int64
		var reader, what, prev, hash string
		if err := scan(&seq, &at, &reader, &what, &prev, &hash); err != nil {
			return a.unread(ctx, "accesses", fmt.Sprint(seq), err)
		}
		broken := last > 0 && (seq != last+1 || prev != before)
		last, before = seq, hash
		if broken || hash != linked(prev, seq, at, reader, what) {
			return a.note("accesses", fmt.Sprint(seq), "was changed, or one before it is missing")
		}
		return nil
	})
}

// A sieve is a set that forgets what was added to it and yet knows, but for one
// in some 5,000, what was not: the filter of Bloom (1970), four places in 16
// bits each.
type sieve struct {
	seed maphash.Seed
	bits []uint64
}

// newSieve returns an empty sieve for so many, of at most 16 MiB.
func newSieve(many int) sieve {
	const most, least = 1 << 27, 1 << 12
	size := min(max(1<<bits.Len(uint(16*many)), least), most)
	return sieve{maphash.MakeSeed(), make([]uint64, size/64)}
}

// places returns where a text has its bits.
func (s sieve) places(text string) (places [4]uint64) {
	sum := maphash.String(s.seed, text)
	step := sum>>32 | 1
	for i := range places {
		places[i] = (sum + uint64(i)*step) % uint64(64*len(s.bits))
	}
	return places
}

func (s sieve) add(text string) {
	for _, p := range s.places(text) {
		s.bits[p/64] |= 1 << (p % 64)
	}
}

// has reports whether a text may have been added; false if it was not.
func (s sieve) has(text string) bool {
	for _, p := range s.places(text) {
		if s.bits[p/64]&(1<<(p%64)) == 0 {
			return false
		}
	}
	return true
}
