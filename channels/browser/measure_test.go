package browser

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/channeltest"
	"github.com/svartid/svartid/channels/channeltest/webchat"
)

// TestMany opens many conversations and has each answered several times. What is heard is whole,
// and as exact as it says. SVARTID_LONG=1 has twenty instead of three.
func TestMany(t *testing.T) {
	if testing.Short() {
		t.Skip("it opens many windows")
	}
	n, answers := 3, 4
	if os.Getenv("SVARTID_LONG") == "1" {
		n, answers = 20, 8
	}
	for _, w := range webchat.Widgets() {
		t.Run(w.Title, func(t *testing.T) { many(t, w, n, answers) })
	}
}

func many(t *testing.T, w webchat.Widget, n, answers int) {
	c, company, open := meet(t, w, Options{})
	if _, err := c.running(t.Context()); err != nil {
		t.Fatal(err)
	}
	empty, _ := usage(c.alive().PID())
	begun := time.Now()
	_, cpu := usage(c.alive().PID())
	var opening sync.WaitGroup
	var mu sync.Mutex
	failed := 0
	for i := range n {
		o := prepared(t, c, unprepared(company, w.Name, fmt.Sprintf("many%02d", i)))
		opening.Go(func() {
			_, err := c.Open(t.Context(), o, channels.Unrecorded)
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				failed++
				t.Logf("%s: %v", o.Token, err)
				return
			}
			*open = append(*open, channels.Conversation{Opening: o, At: time.Now()})
		})
	}
	opening.Wait()
	full, opened := usage(c.alive().PID())
	took := time.Since(begun)
	keeper := channeltest.NewKeeper(channels.Checkpoint{Source: source})
	end := keeper.Listen(t, c)
	spoken := map[string]time.Time{}
	for i := range answers {
		for k, o := range *open {
			text := fmt.Sprintf("Svar nummer %d-%d: det koster %d kroner.", k, i, 100+i)
			at, err := company.Say(o.Opening.Body, "agent", text)
			if err != nil {
				t.Fatal(err)
			}
			spoken[text] = at
			time.Sleep(30 * time.Millisecond)
		}
	}
	heard := func() (errs []time.Duration, outside int, repeated int) {
		all, offered := keeper.Kept()
		for _, a := range all {
			if at, ok := spoken[a.Text]; ok {
				off := a.Times.Arrived.Sub(at)
				errs = append(errs, off)
				if off > a.Times.Precision+100*time.Millisecond {
					outside++
				}
			}
		}
		slices.Sort(errs)
		return errs, outside, offered - len(all)
	}
	channeltest.Until(t, "all answers are heard", func() bool { errs, _, _ := heard(); return len(errs) == len(spoken) })
	end()
	_, done := usage(c.alive().PID())
	errs, outside, repeated := heard()
	if len(errs) == 0 {
		t.Fatal("nothing was heard")
	}
	t.Logf("opened %d of %d in %v; heard %d of %d, %d again; drawn after it was said: median %v, 95%% %v, at most %v; beyond what was claimed and 100 ms: %d; "+
		"%.0f MB a conversation, %.2f s of CPU to open one, %.1f ms to hear an answer", len(*open), n, took.Round(time.Second), len(errs), len(spoken), repeated,
		errs[len(errs)/2].Round(time.Millisecond), errs[len(errs)*95/100].Round(time.Millisecond), errs[len(errs)-1].Round(time.Millisecond), outside,
		(full-empty)/float64(n), (opened-cpu)/float64(n), 1000*(done-opened)/float64(len(errs)))
	if repeated > 0 {
		t.Errorf("%d were offered again", repeated)
	}
	for _, o := range *open {
		if got := company.Got(o.Opening.Body); got != 1 {
			t.Errorf("%s: the company has it %d times", o.Opening.Token, got)
		}
	}
	if failed > n/4 {
		t.Errorf("%d of %d were not opened", failed, n)
	}
}

// usage returns the memory in MB, in shares of what is shared, and the seconds of CPU that a process and all
// below it have taken.
func usage(root int) (mb, cpu float64) {
	stats, _ := filepath.Glob("/proc/[0-9]*/stat")
	parents, ticks := map[int]int{}, map[int]float64{}
	for _, file := range stats {
		text, err := os.ReadFile(file)
		if err != nil {
			continue
		}
		pid, _ := strconv.Atoi(strings.Split(file, "/")[2])
		fields := strings.Fields(string(text[strings.LastIndexByte(string(text), ')')+1:]))
		parents[pid], _ = strconv.Atoi(fields[1])
		user, _ := strconv.ParseFloat(fields[11], 64)
		system, _ := strconv.ParseFloat(fields[12], 64)
		ticks[pid] = (user + system) / 100
	}
	for pid := range parents {
		for up := pid; up > 1; up = parents[up] {
			if up == root {
				cpu += ticks[pid]
				mb += share(pid)
				break
			}
		}
	}
	return mb, cpu
}

// share returns the memory of one process in MB.
func share(pid int) (mb float64) {
	file, err := os.Open(fmt.Sprintf("/proc/%d/smaps_rollup", pid))
	if err != nil {
		return 0
	}
	defer file.Close()
	for lines := bufio.NewScanner(file); lines.Scan(); {
		if rest, ok := strings.CutPrefix(lines.Text(), "Pss:"); ok {
			kb, _ := strconv.ParseFloat(strings.Fields(rest)[0], 64)
			return kb / 1024
		}
	}
	return 0
}
