package main

import (
	"fmt"
	"net"
	"testing"
	"time"

	"github.com/svartid/svartid/channels/channeltest/peers"
)

// What the real run is timed by.
const (
	realWithin = 20 * time.Second // stands for three working days
	realSpread = 10 * time.Second // of each of three rounds
)

// TestRealMail runs an edition of three rounds through a real Postfix and a
// real Dovecot, while Dovecot is restarted, svartid is killed and started
// again, and the network to the mailbox goes silent twice: once for a while,
// and once for good for the open connections. Then everything that the firms
// did, by their own log, must be in the ledger, once, and as long after the
// opener as it was.
func TestRealMail(t *testing.T) {
	if testing.Short() {
		t.Skip("takes more than a minute")
	}
	f := openSurveyed(t, realWithin)
	dovecot := peers.StartDovecot(t, peers.Options{})
	postfix := peers.StartPostfix(t, peers.PostfixOptions{
		Dovecot: dovecot, Companies: f.addr, Routes: f.routes(),
		// Mail to a closed port is returned while the test runs.
		Settings: "maximal_queue_lifetime = 12s\nbounce_queue_lifetime = 12s\ndelay_warning_time = 3s\n",
	})
	f.deliver = postfix.Deliver
	wire := peers.Proxy(t, dovecot.IMAPS)
	begun := time.Now()
	config, dsn := realOutline(t, f, postfix, wire.Addr).write(t, t.TempDir())
	p := newPlace(t, "brisk", config)

	first := p.start()
	first.metrics()
	at := func(after time.Duration) { time.Sleep(time.Until(begun.Add(after))) }
	at(9 * time.Second)
	dovecot.Stop()
	at(13 * time.Second)
	dovecot.Start()
	at(25 * time.Second)
	first.kill()
	at(28 * time.Second)
	last := p.start()
	last.metrics()
	at(42 * time.Second)
	wire.Silence()
	at(52 * time.Second)
	wire.Heal()
	at(60 * time.Second)
	wire.Lose()

	r := mailCheck{t: t, firms: f, ledger: openArchive(t, dsn)}
	r.await()
	r.records = r.ledger.contactRecords(t)
	checkMetrics(t, last.metrics(), r.records)
	last.stop()
	r.ledger.checkChains(t, r.records)
	r.check()
	t.Logf("settled after %v: %s", time.Since(begun).Round(time.Second), r.summary())
}

// realOutline asks every firm three times.
func realOutline(t *testing.T, f *surveyed, postfix *peers.Postfix, imap string) outline {
	const server = "host: 127.0.0.1, port: %s, tls: %s, username: shopper, password: secret, ca_file: %s"
	mail := fmt.Sprintf("{type: email, trusted_hops: [mail.shopper.test], smtp: {"+server+"}, imap: {"+server+
		", folders: [INBOX, Junk], poll: 2s}}",
		portOf(t, postfix.Submission), "starttls", postfix.CA, portOf(t, imap), "implicit", postfix.CA)
	now := time.Now()
	return outline{
		Mail: mail, Domain: "shopper.test", Scenarios: demoScenarios()[:1],
		Rounds: []time.Time{now.Add(3 * time.Second), now.Add(20 * time.Second), now.Add(37 * time.Second)},
		Spread: realSpread, Within: realWithin, Companies: f.companies(),
	}
}

func portOf(t testing.TB, address string) string {
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		t.Fatal(err)
	}
	return port
}
