// Package peers starts real servers for tests: Dovecot, which holds the
// mailboxes, Cyrus, which holds them in another way, Postfix, which takes
// submissions and delivers, and PostgreSQL, which holds ledgers.
//
// Each server runs in the foreground as a child of the test, in a folder of
// its own under /tmp with a configuration made for it, on free ports of
// 127.0.0.1. Nothing under /etc is written, the configuration of the machine's
// own servers is not used, and no name is looked up in the DNS. The end of the
// test stops the servers and removes the folder; if the test is killed, a guard
// stops them.
//
//	shopper (the program under test)
//	   │ submission: STARTTLS, SASL             ▲ IMAP
//	   ▼                                        │
//	Postfix ── our own domain: LMTP or pipe ──▶ Dovecot
//	   │  ▲
//	   ▼  │ SMTP
//	companies (a server in the test)
//
// The servers are those of Debian's packages. As root, each drops to the users
// its package made, and mail is owned by an unprivileged user. As an ordinary
// user Dovecot and PostgreSQL run wholly as that user; Postfix cannot.
//
// A test whose peer is missing is skipped, or fails if the environment has
// SVARTID_PEERS=1.
//
// A [Cut] is a wire between the program and any server, which the test can
// silence or cut.
package peers
