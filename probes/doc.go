// Package probes is the domain of svartid: what a contact is, and what is known
// of it.
//
// What happens is kept as events, appended and never changed ([Event]). What
// is known is folded from them by pure functions: a [Contact] with its
// attempts, its outcome and its wait ([Rules.Fold]), and the running figures
// of a company on a channel ([Tally]). The same events in any order of arrival
// fold to the same result, so a correction, a late mail or a changed calendar
// is only one more event, or one more fold.
//
// The package holds values alone: nothing here waits, logs or starts anything.
// Package engine acts, and package ledger keeps what both speak of; [Ledger]
// is the contract between them.
package probes
