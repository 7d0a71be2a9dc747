// Package postgres opens a ledger's database on a PostgreSQL server: its
// connections, and the lease of the one process that may write.
//
// # Who writes
//
// A session of the server ends when the network says so, which may be long after
// its process was stopped, and a lock that a session holds tells nothing about what
// it has sent. So the right to write is a row, the [Lease]: who holds it, a token
// that grows with each hand-over, and until when it holds by the server's clock. Each
// transaction that writes begins by locking that row, asking for the holder and the
// token. A successor changes both, and waits for the lock; so what was begun under a
// lease is either committed before it changes hands, or refused. A holder that is
// stopped in the middle of a transaction is ended by the server, sooner than its lease
// (idle_in_transaction_session_timeout).
//
// The lock is one FOR KEY SHARE, and holder and token are a key of the table: a
// renewal, which changes neither, does not wait for the holder's own transaction.
//
// Writers come one at a time, those beside the holder too: each locks the row of the
// version next. So no transaction loses a race half-way and has to be run again, and
// versions are committed in their order, which is what a cursor of them rests on.
//
// # What a commit says
//
// Where PostgreSQL is asked to have a standby confirm each commit, a wait that is
// broken off has committed here alone, with a warning; and a connection that is lost
// in a commit tells nothing: the server is asked what became of the transaction, as
// long as the lease holds. Commit returns an error if it is not known to have come to
// pass everywhere it should, and one if the lease ran out meanwhile: what the caller was about to send stays unsent. It may be durable
// all the same; the ledger then knows an intent whose opener is looked for and never
// sent again.
package postgres
