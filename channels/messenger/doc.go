// Package messenger listens to companies on Messenger, through the pages that
// have granted the survey's app to read them. It never sends anything, and is
// never a page's default app.
//
// # Openers
//
// No official interface lets a customer's side open a conversation with a
// page. So a person opens: the channel prompts with the link and the words
// ([Channel.Prompt]), and times what the page's webhook then shows.
//
// # One clock
//
// Opener and answers are both seen on the page, so the wait is measured
// between two of Meta's own timestamps, to the millisecond; some are in whole
// seconds and say so. An opener that is seen replaces the shopper's tap.
//
// # Personas
//
// A page knows each customer by an id of its own (PSID). A persona is enrolled
// on a page once, before any contact: the shopper follows the link of
// [Channel.EnrolLink], whose ref comes to us in a referral with the PSID. Who is
// enrolled is the checkpoint's position, so that it is durable with what was heard.
//
// Everything else on the page is other people's. It is dropped at once: only
// the two ids and a ref are read from an event that concerns no enrolled persona,
// and nothing is stored.
//
// # Which conversation
//
// The page, the PSID and the time name the attempt: on one page a persona has
// one open contact at most. A message from the persona is the opener if its
// words are the prompt's. What the page says belongs to the newest opener that
// is not younger than it. Where nothing is open a persona's message is a trial, or
// small talk, and so is what the page then says.
//
//	open                     the page says something       kept as
//	an opener that left      after it                      its answer
//	a prompt, nothing else   at any time                   its answer: the opener is still on its way
//	both                     after the one that left       of no attempt, for a person to see
//	openers that left        before the first of them      nothing: refused as before_opener
//	nothing                  at any time                   of no attempt, for a person to see
//
// # Who answered
//
// Each message of a page names the app that sent it. A company declares which
// of its apps are people's desks and which are bots; the page's own inbox is
// both. So a declared desk is a person, a declared bot a bot, and all else
// unknown; and rules that only ever lower this look at the message: within
// three seconds, with buttons or a template, or in words that another persona
// was told before, it is a bot; where it says that no agent is there, an
// acknowledgement.
//
// # Silence
//
// Meta tries again for an hour and then takes the app off the page without
// telling anyone. So each page is asked again and again whether the app is still
// subscribed, and the checkpoint moves only up to where that was sure. A page that
// has lost the app, or whose token was revoked, while other pages are well, is
// the company's own closed door: the clock runs on. If no page is well it may be
// our app, and that is a gap since they were last seen well: what was asked in it
// is broken off, not unanswered.
package messenger
