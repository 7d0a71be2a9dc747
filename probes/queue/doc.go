// Package queue runs due work on River, inside the ledger's own database.
//
// Jobs are asked for in the transaction that plans them, so neither exists
// without the other. River is not the truth about what was sent: a job is
// tried once, and the ledger lets one intent through however often a job comes.
// What River loses or discards, the engine asks for again.
//
// Two things to know of it. A job that is scheduled for later starts up to five
// seconds after its time, so waits are counted from the real sending. And its
// unique keys cover jobs that wait or run, not those that are done.
package queue
