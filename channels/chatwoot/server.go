package chatwoot

import (
	"net/url"
	"strings"

	"github.com/svartid/svartid/channels/httpapi"
)

// An inbox is named as [Reach.String] writes it: by its identifier alone on the
// channel's own server, and as IDENTIFIER@HOST/PATH on a server of the company's.

// at parts an inbox's name into its identifier and its server; an empty server is
// the channel's own.
func at(inbox string) (identifier, server string) {
	identifier, server, _ = strings.Cut(inbox, "@")
	return identifier, server
}

// named names the inbox of a reach.
func named(inbox, server string) string {
	if u, err := url.Parse(server); server != "" && err == nil {
		return inbox + "@" + strings.TrimRight(u.Host+u.Path, "/")
	}
	return inbox
}

// own reports whether a visitor is on a server of the company's. Its clock says
// nothing of the channel's own server, and no websocket leads there.
func (v visitor) own() bool {
	_, server := at(v.inbox)
	return server != ""
}

// server returns the client of the server that an inbox is on.
func (c *Channel) server(inbox string) *httpapi.Client {
	if _, name := at(inbox); name != "" {
		if known := c.servers[name]; known != nil {
			return known
		}
	}
	return c.client
}
