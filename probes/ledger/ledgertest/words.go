package ledgertest

import (
	"context"
	"slices"
	"strings"

	"github.com/svartid/svartid/probes"
)

// said are events that each hold something from outside.
func said() []probes.Event {
	return append(sent(0)[:2],
		Event(probes.Sent, 1, Monday, probes.Sending{ID: "queue-Marte", Response: "250 <marte@example.no>", Names: []string{"room-Marte"}}),
		Event(probes.Amended, 0, Monday, probes.Amendment{Outcome: probes.Void, Reason: "Marte called", By: "Marte"}),
	)
}

// chainWords: what was said from outside is evidence and in no event; told, it is
// there again, and what it names is found.
func chainWords(b *bench) {
	b.append(ID(0), said()...)
	c, story := b.story(ID(0))
	b.must(probes.CheckChain(story))
	for _, e := range story {
		if strings.Contains(string(e.Data), "Marte") || strings.Contains(string(e.Data), "marte") || probes.HoldsWords(e) {
			b.Errorf("event %d holds words: %s", e.Seq, e.Data)
		}
	}
	b.view(func(ctx context.Context, tx probes.Tx) error {
		told, _, err := probes.Told(ctx, tx, c, story)
		if told.Reason != "Marte called" || told.Attempts[0].Receipt.Response != "250 <marte@example.no>" {
			b.Errorf("it is told as %+v", told)
		}
		return err
	})
	named := b.find(probes.Query{Channel: "mail", Names: []string{"room-Marte", probes.Digested("room-Marte")}})
	if !slices.ContainsFunc(named, func(c probes.Contact) bool { return c.ID == ID(0) }) {
		b.Errorf("the conversation names %d contacts, and not the one", len(named))
	}
	worded, err := b.ledger.Worded(b.Context())
	b.must(err)
	b.same("contacts with words", worded, 0)
	b.must(b.ledger.Verify(b.Context()))
}

// chainWordsMissing: evidence of words that is gone is found, and named.
func chainWordsMissing(b *bench) {
	b.append(ID(0), said()...)
	_, story := b.story(ID(0))
	for _, e := range story {
		digest := probes.Details(e)
		if digest == "" {
			continue
		}
		b.tamper(`DELETE FROM evidence WHERE digest = $1`, digest)
		b.wrong(b.ledger.Verify(b.Context()), "evidence", digest, "is missing")
	}
}
