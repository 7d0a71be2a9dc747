package dashboards

import (
	"context"
	"log/slog"
	"net"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/channeltest/peers"
	"github.com/svartid/svartid/channels/email"
	"github.com/svartid/svartid/channels/simulated"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/calendar"
	"github.com/svartid/svartid/probes/edition"
	"github.com/svartid/svartid/probes/engine"
	"github.com/svartid/svartid/probes/ledger"
	"github.com/svartid/svartid/probes/metrics"
	"github.com/svartid/svartid/probes/queue"
	"github.com/svartid/svartid/probes/reading/match"
)

// promise is what stands for three working days.
const promise = 3 * time.Second

// A season is an edition under way: simulated companies are asked every three
// seconds over real SMTP and IMAP.
type season struct {
	target string     // where the metrics are
	imap   *peers.Cut // the wire to our mailbox
	faded  string     // the company that answers twice, and never more
}

// startSeason starts one. It ends with the test.
func startSeason(t *testing.T) *season {
	t.Helper()
	world := simulated.New(simulated.Options{Companies: 10, Seed: "dashboards", Scale: promise, Cast: []simulated.Character{
		simulated.Quick, simulated.Steady, simulated.Fades, simulated.Acknowledges, simulated.Deflects,
		simulated.Elsewhere, simulated.Silent, simulated.Quick, simulated.Promises, simulated.Late,
	}})
	if err := world.Start(); err != nil {
		t.Fatal(err)
	}
	s := &season{}
	mailbox := world.Mailbox()
	s.imap = peers.Proxy(t, net.JoinHostPort(mailbox.IMAP.Host, strconv.Itoa(mailbox.IMAP.Port)))
	_, port, err := net.SplitHostPort(s.imap.Addr)
	if err != nil {
		t.Fatal(err)
	}
	if mailbox.IMAP.Port, err = strconv.Atoi(port); err != nil {
		t.Fatal(err)
	}
	mailbox.Canary = world.Canary()
	mailbox.IMAP.Poll, mailbox.Canary.IMAP.Poll = 500*time.Millisecond, 500*time.Millisecond
	mail, err := email.New(mailbox, email.Options{Timeout: 2 * time.Second, Relogin: 100 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	for _, co := range world.Companies() {
		if co.Character == simulated.Fades {
			s.faded = co.ID
		}
	}
	s.play(t, world, mail)
	return s
}

// play runs companies and engine until the test ends, and shows the ledger.
func (s *season) play(t *testing.T, world *simulated.World, mail *email.Channel) {
	t.Helper()
	ed := editionOf(t, world)
	l, err := ledger.Open(t.Context(), "sqlite:"+t.TempDir()+"/svartid.db", ledger.Options{Fold: probes.Rules(ed.Rules).Fold})
	if err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.DiscardHandler)
	senses := &probes.SourceHealth{}
	engine := &engine.Engine{
		Edition: ed, Channels: map[string]any{"mail": mail}, Ledger: l, Queue: queue.New(queue.Options{Log: log}), Log: log, Health: senses,
		Timing: engine.Timing{
			Plan: 250 * time.Millisecond, Horizon: time.Nanosecond, Open: 10 * time.Second, Drain: time.Second, Settle: time.Second,
			Lost: 10 * time.Second, Grace: time.Second, Retry: 200 * time.Millisecond, RetryTo: 500 * time.Millisecond,
		},
	}
	registry := prometheus.NewPedanticRegistry()
	registry.MustRegister(&metrics.Collector{
		Ledger: l, Edition: ed, Health: senses, Loaded: time.Now(),
		Sources: map[string][]string{"mail": append(mail.Sources(), channels.CanarySource)},
		Build:   map[string]string{"version": "test", "revision": "none", "goversion": "go"},
	})
	server := httptest.NewServer(promhttp.HandlerFor(registry, promhttp.HandlerOpts{EnableOpenMetrics: true}))
	s.target = strings.TrimPrefix(server.URL, "http://")
	ctx, stop := context.WithCancel(context.Background())
	var playing sync.WaitGroup
	playing.Go(func() { check(t, "companies", world.Run(ctx)) })
	playing.Go(func() { check(t, "engine", engine.Run(ctx)) })
	t.Cleanup(func() {
		stop()
		s.imap.Heal()
		playing.Wait()
		server.Close()
		check(t, "ledger", l.Close())
	})
}

func check(t *testing.T, what string, err error) {
	if err != nil {
		t.Errorf("%s: %v", what, err)
	}
}

// edition asks every company every three seconds.
func editionOf(t *testing.T, world *simulated.World) *edition.Edition {
	t.Helper()
	ticks, err := calendar.ParseCron("@every 3s", time.Local)
	if err != nil {
		t.Fatal(err)
	}
	yesterday := calendar.DateOf(time.Now()).AddDays(-1)
	ed := &edition.Edition{
		Name: "2027", From: yesterday, Seed: "dashboards",
		Rules: edition.Rules{
			Calendar: calendar.Calendar{Zone: time.Local}, Within: map[string]calendar.Within{"mail": {Duration: promise}}, Retry: time.Second,
		},
		Probes: []edition.Probe{{
			Name: "mail", Channel: "mail", Ticks: ticks,
			Spread: calendar.Within{Duration: time.Second}, Within: calendar.Within{Duration: promise},
		}},
		Personas: []edition.Persona{{
			Channel: "mail", Persona: channels.Persona{Name: "Kari Nordmann", Address: "kari@" + world.Domain(), Tag: "catchall"},
		}},
	}
	for _, language := range []string{"nb", "sv", "da", "en"} {
		ed.Scenarios = append(ed.Scenarios, edition.Scenario{
			Name: language, Language: language, Subjects: []string{"Pris"}, Body: "Hei! Hva koster det hos {{.Company}}?\n\n{{.Persona}}\n",
		})
	}
	for _, co := range world.Companies() {
		_, domain, _ := strings.Cut(co.Address, "@")
		ed.Companies = append(ed.Companies, edition.Company{
			ID: co.ID, Name: co.Name, Class: co.Class, Language: co.Language, Consent: yesterday,
			Reach: map[string]string{"mail": co.Address}, Centres: []match.CentreRule{{ID: "own", From: "*@" + domain}},
		})
	}
	return ed
}
