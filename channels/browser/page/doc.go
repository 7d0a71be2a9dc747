// Package page drives a browser as a visitor would: with mouse and keyboard, on
// pages that it looks at and never changes.
//
// # The browser
//
// One Chromium serves all conversations. It is spoken to over a pipe, not over a
// port that others on the machine could reach; it keeps every site in a process of
// its own, and its sandbox. Each conversation has a browser context, which shares no cookie
// with others, and a window, so that its page is not taken for one in the background.
//
// Nothing tells the page who asks, and nothing hides from it what we are: no name in the
// user agent, no script in the page's own world, no repaired property. A page that turns
// machines away has turned us away.
//
// # Frames
//
// A script in an isolated world of every frame looks for elements and keeps what was said. Frames of
// other sites are targets of their own. They are held before their first script until
// ours is in place, so that no socket and no message of theirs is missed.
// Closed shadow roots are found through the debugger, which sees them, and handed to the script.
//
// # Time
//
// A message has come when the page has drawn it, by the page's clock, which is this
// machine's. How far that may be off is measured by the script itself: a timer that should run
// every 250 ms runs late by as much as a message may have been seen late.
//
// # The wire
//
// What leaves and comes is seen beside the page: a message is sent once our own is drawn and a
// frame of a socket, or a request, has left with its words; and words that were never
// in anything that came are the page's own.
package page
