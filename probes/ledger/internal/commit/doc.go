// Package commit runs the transactions of a ledger: views, each on a connection of
// its own, and updates, which share a transaction where several wait.
package commit
