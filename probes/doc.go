// Package probes is the domain of svartid and the engine that runs it.
//
// What happens is kept as events, appended and never changed ([Event]). What
// is known is folded from them by pure functions: a [Contact] with its
// attempts, its outcome and its wait ([Rules.Fold]), and the running figures
// of a company on a channel ([Tally]). The same events in any order of arrival
// fold to the same result, so a correction, a late mail or a changed calendar
// is only one more event, or one more fold.
//
// The [Engine] carries the decisions out. It plans rounds, opens what is due,
// hears what comes in and rules when listening has covered a deadline. It
// reaches the world through small contracts: channels.Opener and
// channels.Listener, a [Ledger] that is durable, a [Queue] that runs due work.
//
// Never twice: an intent is durable before an opener leaves, and it is the
// ledger that lets one intent through. See [Engine.open].
package probes
