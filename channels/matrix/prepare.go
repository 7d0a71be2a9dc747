package matrix

import (
	"crypto/sha256"
	"fmt"
	"strings"

	"github.com/svartid/svartid/channels"
)

// Lengths of names of our own.
const (
	aliasLength       = 12
	transactionLength = 24
)

// Prepare gives o its transaction id and, where it makes a room, the room's
// alias as address.
func (c *Channel) Prepare(o channels.Opening) (channels.Opening, error) {
	if o.Attempt == "" || o.Token == "" {
		return o, fmt.Errorf("prepare %q: it has no token", o.Attempt)
	}
	o.ID = derive("opener", o, transactionLength)
	if on, _, to := c.at(o.Reach); strings.HasPrefix(to, "@") {
		o.Address = "#" + derive("room", o, aliasLength) + ":" + serverOf(on.cfg.User)
	}
	return o, nil
}

// derive returns the name of o for a purpose: the same one each time, and
// another one for each attempt and purpose.
func derive(purpose string, o channels.Opening, length int) string {
	const letters = "abcdefghijklmnopqrstuvwxyz234567"
	sum := sha256.Sum256(fmt.Appendf(nil, "%s %q %q", purpose, o.Attempt, o.Token))
	name := make([]byte, length)
	for i := range name {
		name[i] = letters[int(sum[i])%len(letters)]
	}
	return string(name)
}
