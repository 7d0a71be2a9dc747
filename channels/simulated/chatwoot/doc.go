// Package chatwoot plays a Chatwoot server to visitors of its API inboxes:
// companies that answer, each by its behaviour, over the public client API, the
// websocket at /cable and signed webhooks.
//
// The shapes are those of developers.chatwoot.com (client API), of the views in
// app/views/public/api/v1, and of push_event_data and webhook_data in the
// server's models; they are kept as golden files in testdata. As the real one,
// the server takes a source_id that the visitor brings, keeps one contact for
// it, gives messages out by twenties, shows visitors no activities, repeats an
// echo_id over the websocket alone, opens a resolved conversation again when the
// visitor speaks, and delivers a webhook once. What it does not play is left
// out: agents' interface, files, campaigns, typing.
package chatwoot
