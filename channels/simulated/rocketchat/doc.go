// Package rocketchat plays a Rocket.Chat server to visitors of its Livechat:
// departments that answer, each by its behaviour, over the REST interface that the
// widget uses.
//
// The shapes are those of apps/meteor/app/livechat/server/api/v1 and of the
// vendor's reference, kept as golden files in testdata. What the server does not
// play is left out: logins, transcripts, uploads, the realtime interface.
package rocketchat
