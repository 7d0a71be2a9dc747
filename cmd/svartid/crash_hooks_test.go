package main

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/channeltest"
	"github.com/svartid/svartid/channels/channeltest/race"
	"github.com/svartid/svartid/channels/hook"
	"github.com/svartid/svartid/channels/simulated"
	"github.com/svartid/svartid/channels/simulated/courier"
	"github.com/svartid/svartid/channels/simulated/relay"
	"github.com/svartid/svartid/probes"
)

// relaySecret signs both ways.
const relaySecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

// A webhookLoad is how many replies are delivered, a fifth of them twice, while
// svartid is killed so often.
type webhookLoad struct {
	replies, kills, senders, companies int
	seed                               uint64
}

// plannedLoad is a small one; with SVARTID_LONG=1 the whole. SVARTID_SEED
// repeats the order of its deliveries.
func plannedLoad(t *testing.T) webhookLoad {
	s := webhookLoad{replies: 1000, kills: 4, senders: 32, companies: 20, seed: rand.Uint64()}
	if os.Getenv("SVARTID_LONG") == "1" && !testing.Short() {
		s.replies, s.kills = 10_000, 20
	}
	if seed := os.Getenv("SVARTID_SEED"); seed != "" {
		if _, err := fmt.Sscan(seed, &s.seed); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("%d replies, %d kills, SVARTID_SEED=%d", s.replies, s.kills, s.seed)
	return s
}

// TestHooksCrash delivers signed replies, shuffled and a fifth of them twice,
// while svartid is killed and started again. Senders try again as Standard
// Webhooks ask them to. Then each reply must be in the ledger once, word for
// word, and with the attempt that it answers.
func TestHooksCrash(t *testing.T) {
	race.Skip(t, "it starts the program by the dozen, and what it starts is not watched")
	t.Parallel()
	s := plannedLoad(t)
	firms := s.relay()
	channeltest.Play(t, firms)
	door := freeAddress(t)
	config, dsn := s.config(t, firms.URL(), door)
	p := newPlace(t, "hasty", config)
	served := p.start()
	waitFor(t, "every company is asked", func() bool { return len(firms.Log()) == s.companies })

	replies := s.draw(firms)
	begun := time.Now()
	deliveries := s.run(served, "http://"+door+"/hooks/chat", replies)
	took := time.Since(begun)
	s.checkDelivered(t, deliveries)
	again := p.start()
	again.metrics()
	again.stop()
	ledger := openArchive(t, dsn)
	s.checkHeard(t, ledger, replies)
	if err := ledger.Verify(t.Context()); err != nil {
		t.Error(err)
	}
	tries := 0
	for _, d := range deliveries {
		tries += d.Tries
	}
	t.Logf("%d deliveries in %d tries during %d kills took %v: %.0f a second", len(deliveries), tries, s.kills,
		took.Round(time.Millisecond), float64(len(deliveries))/took.Seconds())
}

// relay is the other end, whose companies say nothing by themselves.
func (s webhookLoad) relay() *relay.Relay {
	opt := relay.Options{Secret: channels.Inline(relaySecret)}
	for n := range s.companies {
		opt.Companies = append(opt.Companies, relay.Company{Reach: firmID(n), Behaviour: simulated.Mute})
	}
	return relay.New(opt)
}

// A webhookReply is one reply of the load.
type webhookReply struct {
	id, attempt, text string
	known             bool // the attempt is one of ours
}

// draw makes the replies: every fifth to an attempt that was made, the others
// to unknown attempts.
func (s webhookLoad) draw(firms *relay.Relay) (replies []webhookReply) {
	turns := firms.Log()
	for n := range s.replies {
		r := webhookReply{id: fmt.Sprintf("msg_%05d", n), attempt: fmt.Sprintf("unknown%d.1", n), text: fmt.Sprintf("Hei, svar nummer %d: det koster %d kroner.", n, 100+n)}
		if r.known = n%5 == 0; r.known {
			r.attempt = turns[n/5%len(turns)].Room
		}
		replies = append(replies, r)
	}
	return replies
}

// parcel is the reply as it is delivered.
func (r webhookReply) parcel(t testing.TB) courier.Parcel {
	body, err := json.Marshal(map[string]any{
		"type": "svartid.reply", "timestamp": time.Now().UTC(),
		"data": map[string]any{"attempt": r.attempt, "responder": "human", "text": r.text},
	})
	if err != nil {
		t.Error(err)
	}
	return courier.Parcel{ID: r.id, Body: body}
}

// run delivers the replies to url, and kills svartid whenever another
// part of them has been taken. It returns once all are.
func (s webhookLoad) run(p *process, url string, replies []webhookReply) []courier.Brought {
	brought := s.deliver(p.t, url, replies, func() {
		p.kill()
		p = p.place.start()
	})
	p.stop()
	return brought
}

// deliver delivers the replies to url, shuffled and a fifth of them twice, and calls
// harm whenever another part of them has been taken.
func (s webhookLoad) deliver(t testing.TB, url string, replies []webhookReply, harm func()) []courier.Brought {
	t.Helper()
	r := rand.New(rand.NewPCG(s.seed, 1))
	all := slices.Clone(replies)
	for _, n := range r.Perm(len(replies))[:len(replies)/5] {
		all = append(all, replies[n])
	}
	r.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })

	transport := &http.Transport{MaxIdleConnsPerHost: s.senders}
	defer transport.CloseIdleConnections()
	c := &courier.Courier{
		Signature: hook.Signature{Scheme: hook.SchemeStandard, Secrets: []channels.Secret{channels.Inline(relaySecret)}},
		Client:    &http.Client{Transport: transport, Timeout: 10 * time.Second},
		Pauses:    []time.Duration{20 * time.Millisecond, 50 * time.Millisecond, 100 * time.Millisecond, 250 * time.Millisecond},
	}
	var taken atomic.Int64
	var senders sync.WaitGroup
	waiting := make(chan webhookReply)
	for range s.senders {
		senders.Go(func() {
			for r := range waiting {
				c.Bring(context.Background(), url, r.parcel(t))
				taken.Add(1)
			}
		})
	}
	senders.Go(func() {
		defer close(waiting)
		for _, r := range all {
			waiting <- r
		}
	})
	for kill := range s.kills {
		part := int64(len(all) * (kill + 1) / (s.kills + 1))
		waitFor(t, "another part is taken", func() bool { return taken.Load() >= part })
		harm()
	}
	senders.Wait()
	return c.Log()
}

// checkDelivered wants every delivery to have been taken.
func (s webhookLoad) checkDelivered(t *testing.T, deliveries []courier.Brought) {
	t.Helper()
	if got, want := len(deliveries), s.replies+s.replies/5; got != want {
		t.Errorf("got %d deliveries, want %d", got, want)
	}
	again := 0
	for _, d := range deliveries {
		if d.Status != http.StatusOK || d.Times != 1 {
			t.Errorf("%s was taken %d times, and answered %d", d.ID, d.Times, d.Status)
		}
		if d.Tries > 1 {
			again++
		}
	}
	if again == 0 {
		t.Error("no sender had to try again: no kill was felt")
	}
}

// checkHeard holds the ledger against what was delivered.
func (s webhookLoad) checkHeard(t *testing.T, ledger archive, replies []webhookReply) {
	t.Helper()
	err := ledger.View(t.Context(), func(tx probes.Tx) error {
		heard, err := tx.Arrivals(t.Context(), probes.ArrivalQuery{Channel: "chat"})
		if err != nil {
			return err
		}
		arrivals := map[string]probes.StoredArrival{}
		for _, h := range heard {
			if _, twice := arrivals[h.Arrival.Key]; twice {
				t.Errorf("%s was heard twice", h.Arrival.Key)
			}
			arrivals[h.Arrival.Key] = h
		}
		if got, want := len(heard), len(replies); got != want {
			t.Errorf("got %d arrivals, want %d", got, want)
		}
		for _, r := range replies {
			h, ok := arrivals[r.id]
			words, err := tx.Evidence(t.Context(), h.Words)
			if !ok || err != nil || string(words) != r.text {
				t.Errorf("%s: heard %v, as %q, %v, want %q", r.id, ok, words, err, r.text)
			}
			if contact, _, _ := strings.Cut(r.attempt, "."); r.known != (h.Contact == contact) || !r.known && h.Contact != "" {
				t.Errorf("%s, to %s, was matched to %q", r.id, r.attempt, h.Contact)
			}
		}
		return s.checkTold(t, tx, replies)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// checkTold wants each reply to be told once in the story of its contact.
func (s webhookLoad) checkTold(t *testing.T, tx probes.Tx, replies []webhookReply) error {
	t.Helper()
	contacts, err := tx.Find(t.Context(), probes.Query{Channel: "chat"})
	if err != nil {
		return err
	}
	told := map[string]int{}
	for _, c := range contacts {
		b, err := readContactRecord(t.Context(), tx, c.ID)
		if err != nil {
			return err
		}
		for _, h := range b.heard {
			told[h.Arrival]++
		}
		if c.Outcome != probes.Answered {
			t.Errorf("%s is %s, want answered", c.ID, c.Outcome)
		}
	}
	for _, r := range replies {
		if want := map[bool]int{true: 1}[r.known]; told[r.id] != want {
			t.Errorf("%s is told %d times, want %d", r.id, told[r.id], want)
		}
	}
	return nil
}

// config writes the configuration of a survey that asks every company once.
func (s webhookLoad) config(t testing.TB, url, hooks string) (file, dsn string) {
	t.Helper()
	dir := t.TempDir()
	file, dsn = filepath.Join(dir, "svartid.yml"), "sqlite:"+filepath.Join(dir, "svartid.db")
	zone, today := noon(t, time.Now())
	midnight, err := time.ParseInLocation(time.DateOnly, today, zone)
	if err != nil {
		t.Fatal(err)
	}
	text := fmt.Sprintf(loadText, today, today, zone, dsn, hooks, url, relaySecret, once(midnight, time.Now().Add(time.Second)))
	for n := range s.companies {
		text += fmt.Sprintf("  - {id: %s, name: Firma %d, class: power, language: nb, consent: %s, reach: {chat: %s}}\n",
			firmID(n), n, today, firmID(n))
	}
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file, dsn
}

const loadText = `
edition: {name: storm, from: %s, to: %s, time_zone: %s, hours: always, opening_clock: always, seed: storm}
ledger: {dsn: "%s"}
web: {listen: "127.0.0.1:0"}
hooks: {listen: "%s"}
limits: {per_company_per_day: 0, per_company_per_edition: 0, per_minute: 0}
channels:
  chat: {type: webhook, url: "%s", secret: "%s"}
personas: [{name: Kari Nordmann, channel: chat}]
scenarios: [{name: price, language: nb, body: "Hei, hva koster det hos {{.Company}}?"}]
probes: [{name: chat, channel: chat, cron: "%s", spread: 5s, within: 1h}]
companies:
`

// freeAddress returns an address that is free to listen on.
func freeAddress(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// waitFor waits until something is so, for three minutes on a busy machine.
func waitFor(t testing.TB, what string, so func() bool) {
	t.Helper()
	for deadline := time.Now().Add(3 * time.Minute); !so(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("after three minutes it is not so that %s", what)
		}
	}
}
