package config

import (
	"fmt"
	"time"

	"github.com/svartid/svartid/probes/calendar"
)

// Over says that the edition's last day is past at an instant, if it is: it can
// be served, and nothing is asked any more.
func (c *Config) Over(now time.Time) Faults {
	to, zone := c.Edition.To, c.Edition.Zone
	if zone == nil {
		zone = time.UTC
	}
	if to.IsZero() || !to.Before(calendar.DateOf(now.In(zone))) {
		return nil
	}
	return Faults{c.places().at("edition.to", fmt.Sprintf("the edition was over after %s: nothing is asked any more", to))}
}
