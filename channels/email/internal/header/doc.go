// Package header reads the header of a message, also one that no standard allows:
// its fields, its dates and the lines of its trace.
package header
