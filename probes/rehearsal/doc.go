// Package rehearsal plays an edition's season many times before it is held,
// against companies whose true worth is known, and says what its standings can
// tell: how large a lead is seen, how many may be the winner, how often intervals
// hold.
//
// A season's contacts are those of the edition's own plan, and are ranked by its
// own rules. What becomes of each is drawn: whether a person answers, after which
// part of the promised time, whether our listening was lost meanwhile, whether
// the opener never left, and whether what was read of it is doubtful. Waits are
// shares of the promise, so that no calendar is asked. The same seed gives the
// same seasons.
package rehearsal
