// Package reading judges what an arrival is, and why.
package reading
