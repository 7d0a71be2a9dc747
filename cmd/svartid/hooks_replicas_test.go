package main

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/svartid/svartid/channels/channeltest"
	"github.com/svartid/svartid/channels/channeltest/peers"
	"github.com/svartid/svartid/channels/channeltest/race"
	"github.com/svartid/svartid/channels/simulated/courier"
)

// doors are two replicas, each with a public listener of its own.
type doors struct {
	running [2]*process
	address [2]string
	dsn     string
	config  string
	server  *peers.Postgres
}

// twoDoors starts two replicas of a load, and returns once every company is asked.
func (s webhookLoad) twoDoors(t *testing.T) (*doors, []webhookReply) {
	t.Helper()
	firms := s.relay()
	channeltest.Play(t, firms)
	d := &doors{address: [2]string{freeAddress(t), freeAddress(t)}, server: peers.StartPostgres(t, "fsync=on")}
	config, lite := s.config(t, firms.URL(), d.address[0])
	d.dsn, d.config = d.server.Database(t), config
	text, err := os.ReadFile(config)
	if err != nil {
		t.Fatal(err)
	}
	for n, file := range []string{config, strings.TrimSuffix(config, ".yml") + "2.yml"} {
		changed := strings.NewReplacer(lite, d.dsn, d.address[0], d.address[n]).Replace(string(text))
		if err := os.WriteFile(file, []byte(changed), 0o600); err != nil {
			t.Fatal(err)
		}
		d.running[n] = newPlace(t, "hasty", file).start()
		d.running[n].metrics()
	}
	roles(t, d.running[0], d.running[1])
	waitFor(t, "every company is asked", func() bool { return len(firms.Log()) == s.companies })
	return d, s.draw(firms)
}

// url is where a replica is told of replies.
func (d *doors) url(n int) string { return "http://" + d.address[n] + "/hooks/chat" }

// standing returns which of the replicas stands by.
func (d *doors) standing(t *testing.T) int {
	t.Helper()
	if _, other := roles(t, d.running[0], d.running[1]); other == d.running[1] {
		return 1
	}
	return 0
}

// finish waits until nothing lies in the inbox any more, and ends both.
func (d *doors) finish(t *testing.T) archive {
	t.Helper()
	said := ""
	waitFor(t, "what lay in the inbox is heard", func() bool {
		var err error
		said, err = d.server.Ask(d.dsn, "SELECT count(*) FROM deliveries")
		return err == nil && said == "0"
	})
	for _, p := range d.running {
		p.stop()
	}
	return openArchive(t, d.dsn)
}

// TestHooksStandingBy: a replica that stands by takes all that it is told, and what it has
// taken is heard as if it had come to the other one.
func TestHooksStandingBy(t *testing.T) {
	race.Skip(t, "what it starts is not watched")
	t.Parallel()
	s := webhookLoad{replies: 200, senders: 8, companies: 10, seed: rand.Uint64()}
	d, replies := s.twoDoors(t)
	for _, b := range s.deliver(t, d.url(d.standing(t)), replies, nil) {
		if b.Status != http.StatusOK || b.Tries > b.Times {
			t.Errorf("%s was answered %d, and taken at %d of %d tries", b.ID, b.Status, b.Times, b.Tries)
		}
	}
	unsigned, err := http.Post(d.url(d.standing(t)), "application/json", strings.NewReader("{}"))
	if err != nil {
		t.Fatal(err)
	}
	unsigned.Body.Close()
	if unsigned.StatusCode != http.StatusForbidden {
		t.Errorf("what is not signed is answered %s", unsigned.Status)
	}
	ledger := d.finish(t)
	s.checkHeard(t, ledger, replies)
	if err := ledger.Verify(t.Context()); err != nil {
		t.Error(err)
	}
}

// balancer passes each request on to one of the replicas, whichever they are, as one that
// knows nothing of them would.
func (d *doors) balancer(t *testing.T) string {
	t.Helper()
	balancer := httptest.NewServer(&httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			to, err := url.Parse("http://" + d.address[rand.IntN(len(d.address))])
			if err != nil {
				t.Error(err)
			}
			r.SetURL(to)
			r.Out.Host = to.Host
		},
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, _ error) { w.WriteHeader(http.StatusBadGateway) },
	})
	t.Cleanup(balancer.Close)
	return balancer.URL + "/hooks/chat"
}

// TestHooksReplicas delivers replies by a balancer before two replicas, which are killed
// and stopped in turn, and whose server is started anew. Every reply must be heard once,
// word for word, whichever of them was told.
func TestHooksReplicas(t *testing.T) {
	race.Skip(t, "what it starts is not watched")
	if testing.Short() {
		t.Skip("it takes a minute")
	}
	t.Parallel()
	s := webhookLoad{replies: 600, kills: 6, senders: 16, companies: 20, seed: rand.Uint64()}
	t.Logf("seed %d", s.seed)
	d, replies := s.twoDoors(t)
	draw, done := rand.New(rand.NewPCG(s.seed, 3)), 0
	brought := s.deliver(t, d.balancer(t), replies, func() {
		n := draw.IntN(len(d.running))
		switch done++; done % 3 {
		case 0:
			d.server.Crash()
			d.server.Start()
		case 1:
			d.running[n].kill()
			d.running[n] = d.running[n].start()
			d.running[n].metrics()
		case 2:
			d.running[n].signal(syscall.SIGSTOP)
			time.Sleep(time.Duration(1+draw.IntN(10)) * time.Second)
			d.running[n].signal(syscall.SIGCONT)
		}
	})
	s.checkDelivered(t, brought)
	roles(t, d.running[0], d.running[1])
	ledger := d.finish(t)
	s.checkHeard(t, ledger, replies)
	if err := ledger.Verify(t.Context()); err != nil {
		t.Error(err)
	}
	t.Log(tries(brought))
}

// tries says how often deliveries were tried.
func tries(all []courier.Brought) string {
	n := 0
	for _, b := range all {
		n += b.Tries
	}
	return fmt.Sprintf("%d deliveries in %d tries", len(all), n)
}
