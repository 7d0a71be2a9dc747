// Package email writes to companies over SMTP and hears their answers over
// IMAP.
//
// # An address for every attempt
//
// People who answer from a help desk lose In-Reply-To, References and the
// subject, but an answer goes to the address that asked. So every attempt
// sends from an address of its own, in the envelope and in From alike, and
// bounces and automatic replies find it too. [Channel.Prepare] draws it.
//
// # Sent, not sent, or unsure
//
// [Channel.Open] holds one dialogue with the submission server and never
// repeats any part of it. What its outcome means depends on the step:
//
//	step                 5yz             4yz    connection lost, time out, ctx ended  killed
//	dial, tls, greet     again           again  again                                 again
//	auth, mail from      refused         again  again                                 again
//	rcpt to              refused         again  again                                 again
//	rcpt to our copy     refused         again  again                                 again
//	data                 refused         again  again                                 again
//	leave                                       again, with leave's own error         again
//	message, before dot  -               -      again                                 unsure
//	message, after dot   refused         again  unsure                                unsure
//
// Leave is asked when the server has said 354, and before the first octet of the
// message. By the protocol the whole message but its dot could go first. But
// nothing is won by that: a message of two kilobytes is with the operating
// system within microseconds. And something is lost: a server that delivers what
// a broken connection leaves behind, which it must not, would then have had a
// message of which nothing is on record. It waits for the message for three
// minutes at least (RFC 5321 section 4.5.3.2.5), far longer than leave takes.
//
// Both say at which step the server spoke and in which words ([channels.Refusal]
// and [channels.Deferral]); whose fault that is, is for the caller to say.
//
// "Again" is safe because nothing has left: until the line with the single dot
// is complete there is no message, and a server whose connection breaks must
// cancel the transaction (RFC 5321 section 4.1.1.10). The dialogue is broken
// off by closing the connection, never by a command, because a command would
// have to end the message first.
//
// Once the last byte of the dot's line has been given to the operating system
// the server may have taken the message (section 4.1.1.4), whether or not its
// reply comes through (section 6.1, RFC 1047). If the system would not take
// that byte, no server has it. Any reply settles it: 2yz makes the message the
// server's, after 4yz and 5yz it must not deliver (section 4.2.5).
//
// # The copy
//
// Each message has a second recipient, unnamed in its header: the sender's own
// address, which leads to our mailbox. What has left therefore leaves a trace
// there, and an unsure message is settled by looking for it. A message whose
// copy would be refused is not sent, since it could never be settled.
//
// # Bounces
//
// Where the server offers delivery status notifications (RFC 3461) the token
// is the envelope's id, headers alone are asked back, and the company's
// recipient reports failure and delay; the copy reports nothing.
//
// # Listening
//
// Each folder is a source of its own, read over its own connection and never
// changed ([Channel.Listen]). Our blind copies arrive there as well, under the
// Message-ID that we gave them.
//
// UIDs are listed first, and messages fetched by UID in small groups. What was
// got is kept whatever becomes of the rest. Which message a server cannot give
// is found by halves. NIL or no octets are never a message, and a server that
// gives no message at all is not listened to, and Listen says so.
//
// A message that cannot be had is asked for again at the next look and after ten
// minutes. For so long the time up to which all is heard is that of the look before
// it was missed: a verdict of silence waits, because a server that is busy for a
// moment may yet give the answer. Then the message becomes an arrival that a person
// has to judge, with its header and date as far as they can be had, and the time
// moves on: it holds up the one company that its header names. It is asked for
// again after one hour and four; if it comes, it is an arrival like any other.
//
// While it waits, messages that the server refuses without ending the connection are
// asked for again after some seconds, and then less and less often. A header whose
// size says that a text belongs to it is such a message too.
//
// A message may be listed later than one with a higher UID. What was not listed below
// the position is remembered in it for six hours and looked for at each look. While
// the server counts more messages than it lists, the time up to which all is heard
// stands still, for ten minutes at most.
//
// # Servers as they are
//
// Between the connection and the IMAP library stands package imapconn, which reads
// what the library would not: it hands on what was asked for in the form that the
// library knows, and drops all else. What a server cannot do, or breaks off at each
// time (EXAMINE, search, IDLE, LIST, dates, parts of texts), is done without
// ([serverHistory]). A message at which the connection may have ended is asked for when
// all others have been read, and by itself. After a failure there is one login a minute.
//
// # Servers that do not come to an end
//
// Whatever a server sends is bounded before a library may gather it: a line
// and a reply over SMTP ([smtpConn]), and over IMAP what is said between our
// commands and the messages that come (package imapconn). Over the bound the
// connection breaks, with an error that says so. So it does when a command has no
// end in time, though the server keeps talking.
//
// # The canary
//
// [Channel.SendCanary] writes to our own second mailbox, through the same dialogue
// and with the same copy as an opener, and then looks for the message there.
// What the first mailbox hears of it is for the caller to await.
//
// # Protection
//
// TLS is from the first byte or by STARTTLS, as configured, and a server that
// does not offer it is left. The server's name is always checked. Unprotected
// connections go to loopback alone.
package email
