package channeltest

import "github.com/svartid/svartid/channels"

// Keys returns the keys at fault, in order: what a channel's check is held to.
func Keys(faults []channels.Fault) []string {
	var keys []string
	for _, f := range faults {
		keys = append(keys, f.Key)
	}
	return keys
}
