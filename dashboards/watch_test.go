package dashboards

import (
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"math"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// A watch is a Prometheus and an Alertmanager with our rules and examples, at
// short intervals, and the pager that they notify.
type watch struct {
	t      *testing.T
	oracle string // Prometheus' address
	pager  *pager
}

// startWatch watches the svartid at target, so many times faster than in life.
// It ends with the test. Prometheus is given more flags.
func startWatch(t *testing.T, target string, haste int, flags ...string) *watch {
	t.Helper()
	program, dir := need(t, "prometheus"), t.TempDir()
	w := &watch{t: t, oracle: freeAddress(t), pager: newPager(t)}
	alerts := startAlertmanager(t, w.pager, haste)
	if err := os.Mkdir(filepath.Join(dir, "rules"), 0o700); err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{"rules/records.yml", "rules/alerts.yml", "prometheus.yml"} {
		swift(t, dir, file, haste, "127.0.0.1:9724", target, "127.0.0.1:9093", alerts)
	}
	run(t, w.oracle, program, append(flags, "--config.file="+filepath.Join(dir, "prometheus.yml"),
		"--storage.tsdb.path="+filepath.Join(dir, "series"), "--web.listen-address="+w.oracle, "--log.level=warn")...)
	return w
}

// startAlertmanager starts one that calls p, and returns its address. More of its
// configuration may be replaced.
func startAlertmanager(t *testing.T, p *pager, haste int, replaced ...string) string {
	t.Helper()
	program, dir, address := need(t, "prometheus-alertmanager"), t.TempDir(), freeAddress(t)
	if err := os.Mkdir(filepath.Join(dir, "templates"), 0o700); err != nil {
		t.Fatal(err)
	}
	swift(t, dir, "templates/svartid.tmpl", haste)
	swift(t, dir, "alertmanager.yml", haste, append(replaced, "http://127.0.0.1:9725", p.server.URL)...)
	run(t, address, program, "--config.file="+filepath.Join(dir, "alertmanager.yml"), "--log.level=warn",
		"--storage.path="+filepath.Join(dir, "alerts"), "--web.listen-address="+address, "--cluster.listen-address=")
	return address
}

// swift writes a hastened copy of a file into dir, with other addresses.
func swift(t *testing.T, dir, file string, haste int, addresses ...string) {
	t.Helper()
	text, err := fs.ReadFile(Files(), "prometheus/"+file)
	if err != nil {
		t.Fatal(err)
	}
	copied := strings.NewReplacer(addresses...).Replace(hasten(string(text), haste))
	if err := os.WriteFile(filepath.Join(dir, file), []byte(copied), 0o600); err != nil {
		t.Fatal(err)
	}
}

// hasten shortens every duration, but none to less than a quarter of a second.
func hasten(text string, haste int) string {
	units := map[string]time.Duration{"s": time.Second, "m": time.Minute, "h": time.Hour, "d": 24 * time.Hour}
	return regexp.MustCompile(`\b(\d+)([smhd])\b`).ReplaceAllStringFunc(text, func(found string) string {
		n, err := strconv.Atoi(found[:len(found)-1])
		if err != nil {
			return found
		}
		swift := time.Duration(n) * units[found[len(found)-1:]] / time.Duration(haste)
		return fmt.Sprintf("%dms", max(swift, 250*time.Millisecond).Milliseconds())
	})
}

// freeAddress returns an address of the loopback that is free to listen on.
func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// run runs a program until the test ends, and returns once it is ready at its
// address.
func run(t *testing.T, address, program string, arguments ...string) {
	t.Helper()
	var said strings.Builder
	cmd := exec.Command(program, arguments...)
	cmd.Stdout, cmd.Stderr = &said, &said
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		kill := time.AfterFunc(10*time.Second, func() { _ = cmd.Process.Kill() })
		_ = cmd.Wait()
		kill.Stop()
		if t.Failed() {
			t.Logf("%s said:\n%.4000s", filepath.Base(program), said.String())
		}
	})
	until(t, 20*time.Second, filepath.Base(program)+" is ready", func() bool {
		response, err := http.Get("http://" + address + "/-/ready")
		if err != nil {
			return false
		}
		defer response.Body.Close()
		return response.StatusCode == http.StatusOK
	})
}

// until waits for something to become true.
func until(t *testing.T, patience time.Duration, what string, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); !holds(); time.Sleep(100 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("waited %v, and not yet: %s", patience, what)
		}
	}
}

// A sample is one series of an answer.
type sample struct {
	Metric map[string]string
	Value  float64
}

// ask returns what Prometheus answers to a query, now.
func (w *watch) ask(query string) ([]sample, error) {
	response, err := http.PostForm("http://"+w.oracle+"/api/v1/query", url.Values{"query": {query}})
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	var answer struct {
		Error string
		Data  struct {
			Result []struct {
				Metric map[string]string
				Value  [2]any
			}
		}
	}
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil {
		return nil, err
	}
	if answer.Error != "" {
		return nil, fmt.Errorf("query: %s", answer.Error)
	}
	var all []sample
	for _, r := range answer.Data.Result {
		value, err := strconv.ParseFloat(fmt.Sprint(r.Value[1]), 64)
		if err != nil {
			return nil, err
		}
		if !math.IsNaN(value) {
			all = append(all, sample{r.Metric, value})
		}
	}
	return all, nil
}

// holds reports whether a query finds anything.
func (w *watch) holds(query string) bool {
	w.t.Helper()
	found, err := w.ask(query)
	if err != nil {
		w.t.Fatal(err)
	}
	return len(found) > 0
}

// A pager receives the notifications of Alertmanager.
type pager struct {
	server *httptest.Server
	mu     sync.Mutex
	calls  []call
}

// A call is one alert that fired.
type call struct {
	Status              string
	Labels, Annotations map[string]string
}

func newPager(t *testing.T) *pager {
	p := &pager{}
	p.server = httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		var told struct{ Alerts []call }
		body, err := io.ReadAll(r.Body)
		if err == nil {
			err = json.Unmarshal(body, &told)
		}
		if err != nil {
			t.Errorf("a call that cannot be read: %v", err)
		}
		p.mu.Lock()
		defer p.mu.Unlock()
		p.calls = append(p.calls, told.Alerts...)
	}))
	t.Cleanup(p.server.Close)
	return p
}

// fired returns the notifications about a company.
func (p *pager) fired(about string) (all []call) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range p.calls {
		if c.Status == "firing" && c.Labels["about"] == about {
			all = append(all, c)
		}
	}
	return all
}
