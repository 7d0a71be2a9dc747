package ledger

import (
	"context"
	"database/sql"
	"fmt"
	"hash/maphash"
	"math/bits"
)

// kept checks that papers which something names are there. Nothing is erased
// yet: what is not there is missing.
func (a *audit) kept(ctx context.Context, papers []naming) error {
	var wanted []string
	for _, p := range papers {
		wanted = append(wanted, p.digest)
		a.papers.add(p.digest)
	}
	there := map[string]bool{}
	err := a.lookUp(ctx, `SELECT e.digest FROM `+a.tx.ledger.place.dialect().Wanted+`
		evidence e ON e.digest = wanted.value`, wanted, func(scan scan) error {
		digest, err := scanID(scan)
		there[digest] = true
		return err
	})
	if err != nil {
		return fmt.Errorf("look up evidence: %w", err)
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

// evidence checks that all that is kept is what it was, and is of something.
func (a *audit) evidence(ctx context.Context) error {
	packer := a.tx.ledger.packer
	err := a.tx.each(ctx, ask(`SELECT digest, size, body FROM evidence`), func(scan scan) error {
		var sum string
		var size int
		var body sql.RawBytes
		if err := scan(&sum, &size, &body); err != nil {
			return a.unread(ctx, "evidence", sum, err)
		}
		paper, err := packer.unpack(body, size)
		switch {
		case err != nil:
			return a.note("evidence", sum, "%v", err)
		case digest(paper) != sum:
			return a.note("evidence", sum, "was changed")
		case !a.papers.has(sum):
			return a.note("evidence", sum, "is named by no event, arrival or plan")
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("read evidence: %w", err)
	}
	return nil
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
