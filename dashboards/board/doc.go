// Package board is the operators' web page: the companies, their waits and
// what is pending, live.
//
// It reads the ledger and changes nothing. Pages are rendered on the server;
// what changes is pushed as server-sent events, so that the page needs no
// framework and a few lines of script.
package board
