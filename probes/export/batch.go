package export

import (
	"bytes"
	"context"
	"runtime"
	"sync"

	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/report"
)

// A batch is what the records of some contacts are made of, read at once.
type batch struct {
	tx       probes.Tx
	contacts []probes.Contact
	stories  map[string][]probes.Event
	media    map[string]map[string]string // of arrivals, by contact

	papers map[string][]byte // evidence by digest
	mu     sync.Mutex        // one at a time asks tx for what was not read at once
}

// largest is the size of evidence in bytes above which it is read one by one, so that
// what a batch holds has a limit.
const largest = 64 << 10

// batch reads what the records of contacts are made of.
func (r *reader) batch(ctx context.Context, contacts []probes.Contact) (*batch, error) {
	b := &batch{tx: r.tx, contacts: contacts}
	many, able := r.tx.(probes.Many)
	if !able {
		return b, b.readEach(ctx)
	}
	ids := make([]string, len(contacts))
	for i, c := range contacts {
		ids[i] = c.ID
	}
	var err error
	if b.stories, err = many.Stories(ctx, ids); err != nil {
		return nil, err
	}
	if b.media, err = many.Media(ctx, ids); err != nil {
		return nil, err
	}
	sought := map[string]bool{}
	var digests []string
	for _, id := range ids {
		for _, e := range b.stories[id] {
			digestsIn(e.Data, func(digest []byte) {
				if !sought[string(digest)] {
					sought[string(digest)] = true
					digests = append(digests, string(digest))
				}
			})
		}
	}
	b.papers, err = many.Papers(ctx, digests, largest)
	return b, err
}

// readEach reads what the records are made of contact by contact.
func (b *batch) readEach(ctx context.Context) error {
	b.stories, b.media = map[string][]probes.Event{}, map[string]map[string]string{}
	for i, c := range b.contacts {
		stands, story, err := b.tx.Story(ctx, c.ID)
		if err != nil {
			return err
		}
		b.contacts[i], b.stories[c.ID] = stands, story
		if b.media[c.ID], err = report.Media(ctx, b.tx, c.ID); err != nil {
			return err
		}
	}
	return nil
}

// Evidence implements probes.EvidenceStore.
func (b *batch) Evidence(ctx context.Context, digest string) ([]byte, error) {
	if paper, read := b.papers[digest]; read {
		return paper, nil
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.tx.Evidence(ctx, digest)
}

// made returns what is made of each contact, as many at once as there are
// processors.
func (b *batch) made(ctx context.Context, r *reader, makes func(*record) ([][]Row, error)) ([][][]Row, error) {
	rows, errs := make([][][]Row, len(b.contacts)), make([]error, len(b.contacts))
	var working sync.WaitGroup
	workers := min(runtime.GOMAXPROCS(0), len(b.contacts))
	for w := range workers {
		working.Go(func() {
			for i := w; i < len(b.contacts); i += workers {
				rec, err := r.record(ctx, b, b.contacts[i])
				if err == nil {
					rows[i], err = makes(rec)
				}
				errs[i] = err
			}
		})
	}
	working.Wait()
	for _, err := range errs {
		if err != nil {
			return nil, err
		}
	}
	return rows, nil
}

// digestsIn calls each for what may be the digest of evidence in JSON: a text of 64
// hexadecimal digits.
func digestsIn(data []byte, each func([]byte)) {
	const size = 64
	for {
		at := bytes.IndexByte(data, '"')
		if at < 0 {
			return
		}
		data = data[at+1:]
		if len(data) > size && data[size] == '"' && len(bytes.Trim(data[:size], "0123456789abcdef")) == 0 {
			each(data[:size])
		}
	}
}
