// Package meta is a simulated Messenger Platform: pages of companies, people
// who write to them, the webhook that tells an app of both, and the one call
// of the Graph API by which a page says who is subscribed to it.
//
// The real one cannot be run here. The shapes are those of Meta's
// documentation (Messenger Platform, webhook events; Graph API,
// page/subscribed_apps), kept in testdata, where a test holds what is sent
// against them. What has become of a token is told as in the guide to errors (Graph API, guides/error-handling,
// error_subcode); message_edit and reply_to are as in the reference for webhooks (Messenger Platform, webhook
// events: message_edits, messages).
//
// A person is played by [Platform.Follow], which enrols by a link, and
// [Platform.Say], which writes to a page; the page's company then answers after
// its behaviour. Deliveries come in batches, out of order and again, as told.
package meta
