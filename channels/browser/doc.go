// Package browser chats with companies on their own pages, in a browser, by mouse
// and keyboard, as a customer does. It is for chats that have no public interface
// for visitors, and for companies that have agreed to it: without a consent nothing is opened.
//
// # The way
//
// How a widget is opened, written to and heard is a flow (package flow), a file that companies
// share. The browser that walks it is package page; it bears no mark and hides nothing. Where a page
// asks for a proof that we are no machine, for a login or for money, we stop.
//
// # Sent, not sent, or unsure
//
// States of the page are looked at before every step, those of a closed chat first.
//
//	step                          closed chat   proof, login     not found          page 5xx, no answer   browser gone
//	navigate                      -             -                -                  again                 again
//	quiet steps                   refused       refused, ours    refused, ours      -                     again
//	(session kept, leave asked)
//	steps that are seen           refused       refused, ours    refused, ours      -                     again
//	write the message             refused       refused, ours    refused, ours      -                     again
//	(session kept again)
//	send                          unsure        unsure           unsure             unsure                unsure
//
// Leave is asked before the first step that the company sees; the wait begins with that
// step. Sending is one command, a click or the key Enter, which is never repeated. The opener is sent if
// our own message is drawn and a frame of a socket, or a request, has left with its words, and was
// answered, or its socket stays open. Whatever else comes of the command is unsure, and settled by
// looking. Chrome itself repeats a request whose connection is dropped without an answer, so that a company may
// see one message twice of which we have clicked once.
//
// An unsure opener is settled by coming back as the same visitor, in a new window with the session
// that was kept: the transcript holds our message, or it holds others' and not ours. A page that shows nothing, or
// says that the conversation is over, settles nothing.
//
// # Listening
//
// The window stays open, and what the page draws is heard as it is drawn, with the page's time and
// the lag that was measured around it as its precision. The whole transcript is aligned with what was heard, by author,
// words and order: what a reconnection draws anew is not heard again, and what a page wipes has been heard.
// Above a second of lag there is a gap. A window that has crashed, or a program that was started again, comes back as the same visitor.
//
// Words that were in nothing that came over the wire are the page's own; a person has to look.
package browser
