// Package survival estimates how long waits are of which some were not watched
// to their end.
//
// An [Observation] is one wait. [KaplanMeier] and [LogRank] take every cause
// for an end; [AalenJohansen] keeps the causes apart, because a customer who was
// sent elsewhere will not be answered later. Errors of its curves are by the
// infinitesimal jackknife: each observation's influence, squared and summed.
// Ends come before censorings at the same time. Times that differ by less
// than the arithmetic of their making are the same time, as in R's package
// survival, whose results these are to 1e-9.
package survival
