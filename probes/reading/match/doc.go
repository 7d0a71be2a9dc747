// Package match says which attempt a message belongs to, and which centre wrote it. It knows nothing
// about which attempts and centres there are: it gives clues, strongest first, and asks rules.
package match
