// Package calendar knows when customer service is open, which days are working
// days, when a promise runs out and when a series ticks. It is pure: values in,
// values out, no clock of its own, no state that changes.
//
// # Clock times and instants
//
// The configuration speaks of wall clocks ("09:00", "ends at 16:00"), the
// ledger of instants. One rule, [Date.At], leads from the first to the second
// everywhere: a clock time is the first instant at which the zone's clock has
// reached it. In spring the skipped hour therefore shrinks to the instant the
// gap ends, in autumn the repeated hour counts from its first coming, a day
// whose midnight is skipped begins when the clock resumes, and no two clock
// times ever change their order.
//
// # Closed days
//
// A public holiday and a day off are closed from midnight to midnight, and are
// no working days. Saturdays and Sundays are no working days either, but
// whether they are open is for the [Hours] to say. Hours that are always open
// know no closed days at all: they mean calendar time.
//
// # Ticks
//
// Cron lines are read by robfig/cron, but walked here, because that library
// loses the ticks of the skipped hour and doubles those of the repeated one.
//
// The zones are embedded in the program, so that a result does not depend on
// the machine's own files.
package calendar

import _ "time/tzdata" // the zones, on machines that have none
