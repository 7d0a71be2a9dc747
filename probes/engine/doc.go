// Package engine runs an edition. It plans rounds, opens what is due, hears
// what comes in, settles what is unsure, and decides a contact once listening
// has covered its deadline.
//
// It reaches the world through small contracts: channels.Opener and
// channels.Listener, a probes.Ledger that is durable, a probes.Queue that runs
// due work. What an event means is not decided here but folded by package
// probes.
//
// Never twice: an intent is durable before an opener leaves, and it is the
// ledger that lets one intent through. See [Engine.open].
package engine
