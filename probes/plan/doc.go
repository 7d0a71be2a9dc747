// Package plan draws what happens when, from a seed and the configuration
// alone: the same seed gives the same plan on any machine, and nobody chose.
//
// Every draw is made from a [Stream] of its own, named for what is drawn, so
// that one company more or less moves nobody else's slot.
package plan
