// Package channeltest holds what tests of channels and of the engine share:
// the suite that every channel passes ([Run]), a channel in memory whose
// companies do as they are told ([Fake]), and the letters that companies write
// ([Answer], [Acknowledgement], [Bounce] and their like).
//
// The fake opens no socket and asks package time for the time, so that an
// engine on top of it can live inside a testing/synctest bubble and see days
// go by in no time. Its letters are whole RFC 5322 messages: the reader
// judges them as it would judge real mail.
package channeltest
