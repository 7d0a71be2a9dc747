// Package ledgertest is the suite that every database of the ledger passes.
//
// [Run] is given nothing but the name of an empty ledger, as often as it asks,
// and uses the public interface alone: it opens, updates, views, closes and
// opens again. Only to tamper does it go to the tables. What is peculiar to one
// database, such as locks on files, is tested beside that database.
//
// What one test of the suite says holds is written above it, after its name.
// Values are compared as JSON, because a time that was read back is the same
// instant, but not the same value, as the one that was kept.
//
// [Lives] makes up contacts at random, for the properties that must hold of any
// story, and for benchmarks.
package ledgertest
