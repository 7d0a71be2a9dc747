// Package board is the web page of those who watch: operators, organisers and
// the shoppers who send what only a person may send.
//
// # Reading
//
// Every page is rendered whole on the server, in Norwegian or English, and
// reads well without script. Charts are SVG that the server draws; nothing
// comes from elsewhere, and the Content-Security-Policy allows nothing else.
// What companies have written is text to the templates, and is escaped.
//
// The first page has one row a company. Its waits are dots on a logarithmic
// axis, one lane a channel; who was never answered stands past the axis' end,
// so that a silence is seen and not left out. A figure that is not certain is
// drawn with its interval.
//
// # Pushing
//
// The board keeps in memory what the ledger's running totals say, and reads
// anew only the companies that have changed. A page that stays open is sent
// the pieces that look different by now, each an element with its id, as
// server-sent events. Nothing is sent while nothing happens.
//
// # Writing
//
// Four forms write, each with the token of its visitor: a tap on a prompt, a
// judgement of an arrival, a decision on who is asked, and the writer's name, which a
// cookie keeps. A person
// who has logged in acts by the name of the login, and a shopper sees and taps
// nothing but the prompts of that shopper's personas; what stands before the
// board says by [WithVisitor] who asks. Sent twice, each is noted once, so that a
// lost connection can simply be tried again.
package board
