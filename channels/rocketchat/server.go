package rocketchat

import (
	"net/url"
	"strings"

	"github.com/svartid/svartid/channels"
)

// A department is named as [Reach.String] writes it: as it is on the channel's own
// server, and as DEPARTMENT@HOST/PATH on a server of the company's.

// named names the department of a reach.
func named(department, server string) string {
	if u, err := url.Parse(server); server != "" && err == nil {
		return department + "@" + strings.TrimRight(u.Host+u.Path, "/")
	}
	return department
}

// at returns the channel to the server that a reach is on, and the department
// there. Its clock says nothing of the channel's own server.
func (c *Channel) at(reach string) (on *Channel, department string) {
	if i := strings.LastIndexByte(reach, '@'); i >= 0 {
		if own := c.servers[reach[i+1:]]; own != nil {
			return own, reach[:i]
		}
	}
	return c, reach
}

// on returns the channel to the server that a reach is on, and its name; empty: it is
// the channel's own.
func (c *Channel) on(reach string) (on *Channel, name string) {
	if on, _ = c.at(reach); on != c {
		name = reach[strings.LastIndexByte(reach, '@')+1:]
	}
	return on, name
}

// there returns an opening as the server that it is for sees it.
func (c *Channel) there(o channels.Opening) (*Channel, channels.Opening) {
	on, department := c.at(o.Reach)
	o.Reach = department
	return on, o
}
