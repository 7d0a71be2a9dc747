// Package queue runs due openers, each at its time.
//
// It keeps in memory what the ledger holds as planned attempts, and nothing
// else: what is lost with a process the engine asks for again, and the ledger
// lets one intent through however often an attempt comes. So a job needs no row of
// its own, costs no transaction, and starts as soon as a timer can.
package queue
