// Package prompt lets a person open: it shows whom to ask and what, and the
// answer is timed by the person's taps. It serves telephones, Messenger where
// the page is not ours to hear, and contact forms behind a CAPTCHA.
//
// Nothing leaves by itself. At a contact's slot the engine asks [Channel.Prompt]
// what the person needs, and the contact waits in the queue; Open is never
// called, and refuses.
//
// A telephone call begins when it rings. A tap on "a person" means that a
// person answered; a menu and a queue are noted, and so is a call-back that was offered,
// which is never scored. A form is opened by typing in the contact's own
// address, and answered by mail: the mail channel gives that address and hears
// what comes to it, so that no tap after "sent" is needed.
package prompt
