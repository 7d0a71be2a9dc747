package ledger

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
)

// owned holds names that events claim against the table of them. A name that
// was learnt is his who learnt it first; that he did so, his own events say.
func (a *audit) owned(ctx context.Context, claims []reservation) error {
	type place struct{ name, channel string }
	var wanted []string
	for _, c := range claims {
		wanted = append(wanted, c.name)
	}
	owners := map[place]reservation{}
	err := a.lookUp(ctx, `SELECT n.name, n.channel, n.contact, n.attempt FROM `+a.tx.ledger.place.dialect().Wanted+`
		names n ON n.name = wanted.value`, wanted, func(scan scan) error {
		c, err := scanReservation(scan)
		if err != nil {
			return a.unread(ctx, "names", c.name+" on "+c.channel, err)
		}
		owners[place{c.name, c.channel}] = c
		return nil
	})
	if err != nil {
		return fmt.Errorf("look up names: %w", err)
	}
	counted := map[place]bool{}
	for _, c := range claims {
		at := place{c.name, c.channel}
		owner, known := owners[at]
		own := owner.contact == c.contact && owner.attempt == c.attempt
		switch {
		case !known:
			err = a.note("names", c.name+" on "+c.channel, "is missing, and is of attempt %d of contact %s", c.attempt, c.contact)
		case c.intended && !own:
			err = a.note("names", c.name+" on "+c.channel, "is given to attempt %d of contact %s, and is of attempt %d of contact %s",
				owner.attempt, owner.contact, c.attempt, c.contact)
		case own && !counted[at]:
			counted[at] = true
			a.claimed++
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// lookUp runs a query over a list of values, some at a time.
func (a *audit) lookUp(ctx context.Context, text string, values []string, row func(scan) error) error {
	const some = 2000
	slices.Sort(values)
	for part := range slices.Chunk(slices.Compact(values), some) {
		list, err := json.Marshal(part)
		if err != nil {
			return err
		}
		if err := a.tx.each(ctx, ask(text, string(list)), row); err != nil {
			return err
		}
	}
	return nil
}

// names finds the names that no event claims for whom they are given to. They
// are counted first: only if there are more than were claimed is it looked
// which.
func (a *audit) names(ctx context.Context) error {
	var rows int64
	if _, err := a.tx.one(ctx, ask(`SELECT count(*) FROM names`), &rows); err != nil {
		return fmt.Errorf("count names: %w", err)
	}
	if rows == a.claimed || a.torn {
		return nil
	}
	const page = 500
	after := reservation{}
	for {
		n := 0
		given, err := readable(ctx, a, ask(`SELECT name, channel, contact, attempt FROM names
			WHERE (name, channel) > ($1, $2) ORDER BY name, channel LIMIT $3`, after.name, after.channel, page),
			rowKind[reservation]{"names", func(scan scan) (c reservation, err error) {
				c, err = scanReservation(scan)
				n, after = n+1, reservation{name: c.name, channel: c.channel}
				return c, err
			}, func(c reservation) string { return c.name + " on " + c.channel }})
		if err != nil {
			return fmt.Errorf("read names: %w", err)
		}
		for _, c := range given {
			if err := a.given(ctx, c); err != nil {
				return err
			}
		}
		if n < page {
			return nil
		}
	}
}

// given checks that an event claims a name for whom it is given to.
func (a *audit) given(ctx context.Context, c reservation) error {
	story, err := a.tx.story(ctx, c.contact)
	if err != nil {
		return err
	}
	acc, r := &account{id: c.contact, story: story}, &recount{}
	for _, e := range story {
		if e.Seq == 1 {
			_ = a.planned(acc, e) // it has been read before
		}
		_ = acc.reserves(e, r)
	}
	if slices.ContainsFunc(r.claims, func(other reservation) bool {
		other.intended = false
		return other == c
	}) {
		return nil
	}
	return a.note("names", c.name+" on "+c.channel, "is given to attempt %d of contact %s, and no event says so", c.attempt, c.contact)
}

// scanReservation reads a row of names.
func scanReservation(scan scan) (c reservation, err error) {
	err = scan(&c.name, &c.channel, &c.contact, &c.attempt)
	return c, err
}
