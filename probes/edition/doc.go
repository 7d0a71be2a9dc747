// Package edition holds the nouns of a season: companies, probes, scenarios,
// personas, limits, and the rules by which outcomes follow. The configuration
// fills them; the plan, the engine and the views read them, and none of these
// keeps a copy in a shape of its own.
//
// Whether an opener may leave to a company at an instant is asked here, once,
// for every sender: see [Edition.Opens].
package edition
