// Package planned prints a drawn plan: as lines, as tables, as iCalendar and by
// its digest. It says how even the plan is, what it leaves out or moves, whether
// a file that was published holds it, and what was sent beside it.
//
// Nothing here writes to a ledger or asks for the time: both are handed in.
package planned
