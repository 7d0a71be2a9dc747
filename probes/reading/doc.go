// Package reading judges what an arrival is, and why.
//
// It is pure: a message, what was asked and when it arrived go in, a [Reading] comes out, with
// every signal that counted, its weight and what it saw. Nothing is asked of a clock, a network
// or a database, and equal input gives an equal reading, so that a changed rule can judge old
// arrivals anew.
//
// # How a message is judged
//
// The tests stand in the order from what leaves least room for error to what leaves most.
//
//  1. Is it a report on delivery? The machine-readable part of RFC 3464 decides where it is
//     there; else who sent it and the words of mail servers are weighed. This comes before all
//     else, because nearly half of all bounces also carry the marks of automatic mail.
//  2. Is it a receipt (RFC 8098) or a complaint (RFC 5965)?
//  3. All other signals are weighed for a side each: a machine sent it, a person has something
//     to say, it says that mail was received, somebody is away, the customer is sent elsewhere,
//     a machine that converses discloses itself, it is about something else.
//
// No header decides alone. Helpdesks put "Auto-Submitted: auto-generated" on what their agents
// type, and some responders mark nothing at all. What decides is the text above the quote:
// sentence by sentence, the words that belong to a known form are set apart from those that
// carry matter. A few words of matter beside a receipt leave it a receipt; an answer that opens
// with "thank you for your message" remains an answer. The words that only speak of the
// correspondence itself (message, case, colleague, reply) are no matter.
//
// # Two readers that have learnt
//
// The signals are not summed by hand alone. A regression over the named signals, whose weights have
// the sign of what each signal speaks for, and a linear reader of the words, the parts of words and
// the shape of each sentence have learnt from labelled letters (see the train folder); a third
// regression knows both and decides about mail. It says how likely its kind is, calibrated on
// letters of makers that it had not learnt from: [Reading.Probability]. A reading is sure where that
// is high enough, which takes more of an answer; every other one is [Reading.Doubtful],
// for a person to look at. Where none of them knows, the rules have the better guess. Chat lines are
// too short for what was learnt from mail: there the rules decide, and the reader of sentences may
// only doubt.
//
// An answer is sure only with something of the matter in it: a price, a day, yes or no, how to, a
// question that takes up what was asked ([Asked.Expects] narrows it); telephone numbers, opening hours
// and case numbers are none.
//
// # What a centre writes to all customers
//
// A line that came to customers who had asked other things is template, in whatever language it is:
// [fingerprint.Lines] gives its keyed fingerprint, and [Asked.Template] says how often each was met.
// Template is taken out before anything is judged, but for facts that this customer asked for. Where
// nothing remains, nothing was written for this customer.
//
// Who typed it is kept apart from what it says: a named agent deflects, too.
//
// A reading whose best side is hardly ahead of the next is [Reading.Doubtful]. So is an answer
// that nothing but its unknown words speaks for: no price or day, no question back, nothing of
// what was asked, and no signature; or one that names a place where customers are sent;
// or one in a language that is not known.
//
// # What is known beside the words
//
// Where a platform shows who answered ([Asked.Responder]), it is believed about machines. That a
// person answered rules out bot and acknowledgement, and the words tell an answer from a
// deflection. A platform that was asked and cannot tell leaves the words to decide, and every
// such reading is doubtful. Chat windows greet, queue and shut by themselves: those forms are
// looked for in chat lines only.
//
// The same text met before makes a machine likelier. The ledger keeps the fingerprint of each
// arrival ([fingerprint.Of]), and [Asked.Seen] is what [fingerprint.Alike] counts among those of
// the same centre's earlier arrivals, in answer to other customers. Canned answers of people
// read alike, too, so that it is a weight of at most three and decides nothing by itself.
//
// # The packages below
//
// Each knows only those above it in this list.
//
//   - lexicon: words and their normal form, phrases, word lists, languages
//   - message: the letter in a mail: header, parts, character sets, quote and signature
//   - match: to which attempt and which centre a message belongs
//   - fingerprint: what two texts, or two lines, have in common without their words
//
// The phrases are looked up in the lexicon; a table in headers.go holds the marks of software. To
// add a form that was not known, add a line to lexicon/rules and a fixture in testdata/after; the
// fixtures in testdata/before were written before the rules and stay as they are. How well the
// rules did on mail that they had never met stands in testdata/README.md.
//
// A fault of the reader itself is a reading, too, and so is a letter whose words cannot be had
// (parts that cannot be told apart, encryption, nothing but files): [Reading.Failed].
package reading
