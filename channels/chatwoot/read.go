package chatwoot

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/svartid/svartid/channels/httpapi"
)

const (
	// fullPage is how many messages the server gives at once: the newest, or
	// those before one that it is asked about.
	fullPage = 20
	// mostSaid is how many messages of one conversation are read at once.
	mostSaid = 2000
)

// errFlood says that a conversation is too long to be read.
var errFlood = errors.New("more messages than a conversation has")

// saidIn returns what was said in r after the message floor, in order of ids, and
// the moment of the first question: the answer holds all that was said before
// it.
func (c *Channel) saidIn(ctx context.Context, r room, floor int64) ([]message, httpapi.Moment, error) {
	var all []message
	var first httpapi.Moment
	for before := int64(0); ; {
		page, m, err := c.page(ctx, r, before)
		if err != nil {
			return nil, m, err
		}
		if first.Asked.IsZero() {
			first = m
		}
		if len(page) == 0 || before != 0 && page[0].id() >= before {
			break
		}
		all = append(all, page...)
		if before = page[0].id(); before <= floor || begins(page) {
			break
		}
		if len(all) > mostSaid {
			return nil, first, fmt.Errorf("read messages of %s: %w", r, errFlood)
		}
	}
	slices.SortFunc(all, inOrder)
	return all, first, nil
}

// begins reports whether a page, in order, is a conversation's first: it is not
// full, and begins with what we said. Neither alone would do with a server whose
// pages are shorter.
func begins(page []message) bool { return len(page) < fullPage && page[0].Type == incoming }

// inOrder compares messages by their ids, which rise with time.
func inOrder(a, b message) int { return cmp.Compare(a.ID, b.ID) }

// page returns a page of what was said in r before the given message, 0 for the
// newest, in order of ids.
func (c *Channel) page(ctx context.Context, r room, before int64) ([]message, httpapi.Moment, error) {
	call := httpapi.Call{Step: "read messages", Method: http.MethodGet, Path: r.path("messages")}
	if before != 0 {
		call.Query = url.Values{"before": {strconv.FormatInt(before, 10)}}
	}
	var raw []json.RawMessage
	m, err := c.server(r.inbox).Exchange(ctx, call, &raw)
	if err != nil {
		return nil, m, err
	}
	var page []message
	for _, b := range raw {
		one, err := parseMessage(b)
		if err != nil {
			return nil, m, fmt.Errorf("%s: %w", call.Step, err)
		}
		page = append(page, one)
	}
	slices.SortFunc(page, inOrder)
	return page, m, nil
}
