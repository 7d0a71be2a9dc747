package browser

import (
	"context"
	"fmt"
	"net/url"

	"github.com/svartid/svartid/channels/browser/flow"
	"github.com/svartid/svartid/channels/browser/page"
	"github.com/svartid/svartid/channels/browser/robots"
)

// Advise returns what a company is to be asked about its page; empty: nothing. It reads the site's robots.txt in the browser, so that
// the site sees no other visitor than there is. The error is that it could not be read.
func (c *Channel) Advise(ctx context.Context, reach string) (string, error) {
	place, _, err := c.there(reach)
	if err != nil {
		return "", err
	}
	at, err := url.Parse(place.URL)
	if err != nil {
		return "", fmt.Errorf("url: %w", err)
	}
	b, err := c.running(ctx)
	if err != nil {
		return "", err
	}
	text := flow.Flow{Heard: flow.Heard{Item: flow.Find{CSS: "pre"}, Mine: flow.Find{CSS: "none"}}} // as the browser shows a text
	p, err := b.Open(ctx, text, page.Kept{}, func() {})
	if err != nil {
		return "", err
	}
	defer p.Close()
	door, err := p.Navigate(ctx, (&url.URL{Scheme: at.Scheme, Host: at.Host, Path: "/robots.txt"}).String(), at.Hostname())
	switch {
	case err != nil:
		return "", fmt.Errorf("robots.txt: %w", err)
	case door.Code/100 == 4: // there is none
		return "", nil
	case door.Code/100 != 2:
		return "", fmt.Errorf("robots.txt: %d %s", door.Code, door.Text)
	}
	seen, err := p.Look(ctx)
	if err != nil {
		return "", fmt.Errorf("robots.txt: %w", err)
	}
	for _, l := range seen.Lines {
		if line := robots.Forbids(l.Text, at.RequestURI()); line != "" {
			return fmt.Sprintf("robots.txt of %s says %q: one agreed visit is no crawl, but ask the company", at.Host, line), nil
		}
	}
	return "", nil
}
