// Package simulation holds tests that play seasons of the whole engine and check them
// from outside.
//
// A seed draws a season: companies, how each takes and answers its openers, and what
// goes wrong. The engine runs in a synctest bubble on a real ledger in a file, with
// channels in memory. It dies before or after any update, or while an opener leaves, and
// starts again on the same file; its clock steps, its sources break or fall silent, its
// configuration is read again, and people report, judge and correct meanwhile.
//
// What is checked is known without the engine: the channels keep what left and when, and
// what came back. No opener leaves twice, every arrival is kept once, what was answered
// in time is answered with its wait, nothing leaves outside its day, hours and limits,
// and the chains of the ledger hold.
//
// A test of tests plants faults between the engine and what it leans on, and counts the
// seeds until the checks find each; docs/simulation.md shows them. A run also counts
// which situations were reached: a check of what never happens says nothing.
package simulation
