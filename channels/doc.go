// Package channels is the contract between the engine and the ways in to a
// company: mail, chats, Messenger, people with a telephone.
//
// A channel opens ([Opener]), listens ([Listener]), or both. What else it can
// do is found by type assertion: find out whether an opener left
// ([Reconciler]), or be told of arrivals over HTTP ([Hooked]).
// A channel knows its protocol and nothing of contacts, deadlines or the
// ledger; it returns its errors and logs nothing.
//
// The order of things that keeps an opener from leaving twice:
//
//  1. The engine asks Prepare for the marks by which the opener will be known.
//  2. It calls Open, which connects, logs in and does all else that leaves
//     nothing behind, or only what the same marks find again.
//  3. At the last instant at which nothing has left, Open calls [Leave], which
//     makes the marks durable with the intent to send. Killed before that, the
//     opener has certainly not left; killed after it, it may have.
//  4. Only an error that wraps neither [ErrRefused] nor [ErrUnsure] allows
//     another call of Open, because then nothing has left.
//  5. An opener that may have left is settled by looking, never by sending.
package channels
