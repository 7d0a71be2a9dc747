// Package webchat is a small company with a chat on its page, for tests of what
// drives a browser: real widgets in front, and behind them a chat server of our
// own, with a bot, an agent, a queue, opening hours, and all that goes wrong.
//
// The page is on 127.0.0.1 and the chat on localhost, which are two sites, so that a
// frame of the chat's is in a process of its own, as it is in the wild.
//
// The widgets come from npm as they were published: `make peers` puts them into
// .bin/widgets.
package webchat
