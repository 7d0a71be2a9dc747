// Package growth holds a measurement: what a ledger costs as the field grows. It writes
// docs/growth.svg and the table of docs/growth.md.
package growth
