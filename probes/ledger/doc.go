// Package ledger keeps events, arrivals and evidence in SQLite.
//
// Events are the truth, one hash chain a contact. Contacts, the names they are
// known by, tallies and failure counts are made of the events in the same
// transaction that appends them, and [Ledger.Rebuild] makes them anew. Open
// does so by itself when the rules by which they are folded have changed.
// Arrivals, evidence and marks are the truth about what was heard.
//
// One connection writes, in WAL mode with full synchronisation: when Update
// returns nil, power may go. Views read on connections of their own, each from
// one snapshot, and wait for nobody. One process at a time may write: it holds
// a lock on FILE.lock, which the kernel drops when the process ends, however
// it ends. [OpenReader] looks without the lock.
//
// A transaction in which a statement went wrong cannot be committed, even if
// the error was dropped on the way: SQLite may have undone its beginning.
//
// A ledger named sqlite::memory: lives in a temporary folder until it is
// closed, because SQLite's own memory databases make readers wait for the
// writer.
package ledger
