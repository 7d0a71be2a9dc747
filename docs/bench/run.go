package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
)

// figures are the values of each reading, one of each run.
type figures map[string]map[reading][]float64 // by folder

// measure runs the benchmarks of all aims.
func measure(ctx context.Context, all []aim, opt options) (figures, error) {
	scratch, err := os.MkdirTemp("", "bench-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(scratch)
	measured, err := earlier(opt.from)
	if err != nil {
		return nil, err
	}
	for _, folder := range folders(all) {
		if measured[folder] != nil || opt.only != "" && !slices.Contains(strings.Split(opt.only, ","), folder) {
			continue
		}
		binary := filepath.Join(scratch, strings.ReplaceAll(folder, "/", "-")+".test")
		if out, err := exec.CommandContext(ctx, "go", "test", "-c", "-o", binary, "./"+folder).CombinedOutput(); err != nil {
			return nil, fmt.Errorf("build %s: %w: %s", folder, err, out)
		}
		measured[folder] = map[reading][]float64{}
		for range opt.runs {
			for _, run := range benchmarks(all, folder) {
				out, err := once(ctx, binary, folder, run)
				if err != nil {
					return nil, err
				}
				for at, value := range parse(out) {
					measured[folder][at] = append(measured[folder][at], value)
				}
			}
		}
	}
	return measured, nil
}

// earlier reads what benchmarks have printed into files, by the packages that are named
// there.
func earlier(files string) (figures, error) {
	measured := figures{}
	for file := range strings.SplitSeq(files, ",") {
		if file == "" {
			continue
		}
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		for _, part := range strings.Split(string(text), "\npkg: github.com/svartid/svartid/")[1:] {
			folder, lines, _ := strings.Cut(part, "\n")
			if measured[folder] == nil {
				measured[folder] = map[reading][]float64{}
			}
			for at, value := range parse([]byte(lines)) {
				measured[folder][at] = append(measured[folder][at], value)
			}
		}
	}
	return measured, nil
}

// folders are those that have a benchmark with an aim, in order.
func folders(all []aim) (names []string) {
	for _, a := range all {
		if !slices.Contains(names, a.folder) {
			names = append(names, a.folder)
		}
	}
	return names
}

// benchmarks are those of a folder that have an aim.
func benchmarks(all []aim, folder string) (runs []string) {
	for _, a := range all {
		if a.folder == folder && !slices.Contains(runs, a.run) {
			runs = append(runs, a.run)
		}
	}
	return runs
}

// once runs a benchmark, and shows what it prints.
func once(ctx context.Context, binary, folder, run string) ([]byte, error) {
	command := exec.CommandContext(ctx, binary, "-test.run", "^$", "-test.bench", run, "-test.benchtime", "1s", "-test.timeout", "30m")
	command.Dir = folder
	command.Stderr = os.Stderr
	out, err := command.Output()
	_, _ = os.Stdout.Write(out)
	if err != nil {
		return nil, fmt.Errorf("%s of %s: %w", run, folder, err)
	}
	return out, nil
}

// parse reads what a benchmark prints: its name, how often it ran, and then pairs of
// values and units.
func parse(out []byte) map[reading]float64 {
	processors := regexp.MustCompile(`-\d+$`) // what the name of a benchmark ends with
	values := map[reading]float64{}
	for lines := bufio.NewScanner(bytes.NewReader(out)); lines.Scan(); {
		words := strings.Fields(lines.Text())
		if len(words) < 4 || !strings.HasPrefix(words[0], "Benchmark") {
			continue
		}
		name := processors.ReplaceAllString(words[0], "")
		for i := 2; i+1 < len(words); i += 2 {
			if value, err := strconv.ParseFloat(words[i], 64); err == nil {
				values[reading{name, words[i+1]}] = value
			}
		}
	}
	return values
}

// median is the middle of some values; false if there are none.
func median(values []float64) (float64, bool) {
	if len(values) == 0 {
		return 0, false
	}
	values = slices.Sorted(slices.Values(values))
	return (values[(len(values)-1)/2] + values[len(values)/2]) / 2, true
}

// machine says on what the benchmarks ran, and how busy it was.
func machine() string {
	on := fmt.Sprintf("%d processors, %s, %s/%s", runtime.NumCPU(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
	text, err := os.ReadFile("/proc/loadavg")
	if loads := strings.Fields(string(text)); err == nil && len(loads) > 2 {
		on += ", at a load average of " + loads[2] + " in the last quarter of an hour"
	}
	return on
}
