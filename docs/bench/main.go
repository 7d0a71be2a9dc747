// Command bench runs the benchmarks that have an aim, beside their peers, and writes
// what they reached as a page.
//
// Each package's benchmarks are built once and run several times, one after the other
// and never two at once; a benchmark measures itself and its peer in the same run, so
// that their runs alternate. The page has the median of each figure, and the ratio of
// the medians. A benchmark joins with a line in aims.go.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
)

func main() {
	runs := flag.Int("runs", 5, "how often each benchmark runs")
	page := flag.String("page", "docs/benchmarks.md", "the page to write")
	from := flag.String("from", "", "files that hold what benchmarks have printed, with commas between them; the packages in them are not run")
	only := flag.String("only", "", "the packages to run alone, such as probes/metrics,probes/export; of the others the page says that they were not measured")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := bench(ctx, options{*runs, *page, *only, *from}); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// options are those of the command line.
type options struct {
	runs int
	page string
	only string
	from string
}

// bench runs the benchmarks and writes the page.
func bench(ctx context.Context, opt options) error {
	measured, err := measure(ctx, aims(), opt)
	if err != nil {
		return err
	}
	text := render(aims(), measured, machine()) + longRun(filepath.Join(filepath.Dir(opt.page), "soak.svg"))
	return os.WriteFile(opt.page, []byte(text), 0o644)
}
