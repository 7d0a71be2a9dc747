package main

// An aim is what a figure should reach.
type aim struct {
	what    string  // is measured
	folder  string  // of the package, from the module's root
	run     string  // the benchmark, as -bench takes it
	own     reading // ours
	peer    reading // whose figure stands beside it; zero: none does
	beside  string  // who that is
	limit   float64 // the most, or the least where most is false: of the ratio to the peer, else of the figure itself
	most    bool
	unit    string // of the figure, once it is multiplied by scale
	scale   float64
	because string // what a profile says where the aim is not reached
}

// A reading names one figure of a benchmark's output: the line, without the number of
// processors, and the unit.
type reading struct{ line, unit string }

// aims are all there are, in the order of the page.
func aims() []aim {
	return concat(hearing(), scrapes(), pages(), exports(), footprint())
}

// concat puts lists together.
func concat(lists ...[]aim) (all []aim) {
	for _, list := range lists {
		all = append(all, list...)
	}
	return all
}

// hearing are the aims of arrivals.
func hearing() []aim {
	const season = "BenchmarkHear/contacts=4800"
	return []aim{
		{
			what: "mail, durable, judged and matched", folder: "probes/engine", run: "^BenchmarkHear$",
			own: reading{season, "arrivals/s"}, peer: reading{season, "sqlite-arrivals/s"}, beside: "SQLite keeping the same octets",
			limit: 3000, unit: "a second", scale: 1, because: "judging a letter is the most of it: reading.Read, and what its centre has written before",
		},
		{
			what: "processor time of a mail", folder: "probes/engine", run: "^BenchmarkHear$",
			own: reading{season, "cpu-µs/arrival"}, peer: reading{season, "sqlite-cpu-µs/arrival"}, beside: "SQLite keeping the same octets",
			limit: 0.4, most: true, unit: "ms", scale: 1e-3, because: "the same",
		},
	}
}

// scrapes are the aims of metrics.
func scrapes() []aim {
	const large, usual = "BenchmarkScrape/10000x3/", "BenchmarkScrape/192x1/"
	cost := func(what, line string) aim {
		return aim{
			what: what, folder: "probes/metrics", run: "^BenchmarkScrape$", own: reading{large + line, "cpu-µs/scrape"},
			peer: reading{large + "registry", "cpu-µs/scrape"}, beside: "the same series by client_golang's registry, as text",
			limit: 400, most: true, unit: "ms", scale: 1e-3, because: "writing the digits and labels of 3.3 million series",
		}
	}
	return []aim{
		cost("scrape of 10,000 companies on 3 channels, text", "text"),
		cost("the same, packed by gzip", "gzip"),
		cost("the same, protocol buffers with native histograms", "protobuf"),
		{
			what: "memory that this keeps", folder: "probes/metrics", run: "^BenchmarkScrape$", own: reading{large + "kept", "MB-kept"},
			limit: 100, most: true, unit: "MB", scale: 1, because: "rows of 30,000 places, three histograms each",
		},
		{
			what: "scrape of 192 companies, text", folder: "probes/metrics", run: "^BenchmarkScrape$", own: reading{usual + "text", "cpu-µs/scrape"},
			peer: reading{usual + "registry", "cpu-µs/scrape"}, beside: "the same series by client_golang's registry",
			limit: 5, most: true, unit: "ms", scale: 1e-3, because: "the paused series of each company, and formatting",
		},
		{
			what: "allocations of a scrape after one verdict, at 100,000 contacts", folder: "probes/metrics", run: "^BenchmarkHistory$",
			own: reading{"BenchmarkHistory", "allocs/scrape-at-100000"}, peer: reading{"BenchmarkHistory", "allocs/scrape-at-1000"},
			beside: "the same at 1,000 contacts", limit: -1.25, most: true, unit: "", scale: 1, because: "the counts of waits in the one tally that changed",
		},
	}
}

// pages are the aims of pages and of the API.
func pages() []aim {
	fifty := func(what, line string) aim {
		return aim{
			what: what, folder: "probes/report", run: "^BenchmarkClasses$", own: reading{"BenchmarkClasses/" + line, "ns/op"},
			limit: 100, most: true, unit: "ms", scale: 1e-6, because: "one class is folded anew from its events: JSON and SQLite's rows, then what hangs on single contacts",
		}
	}
	return []aim{
		fifty("50 people at once on the pages of 24 classes", "unchanged"),
		fifty("the same, after a contact of one class has changed", "changed"),
	}
}

// exports are the aims of files.
func exports() (all []aim) {
	for _, format := range []string{"csv", "ndjson", "parquet"} {
		line := "BenchmarkExportKept/" + format
		all = append(all, aim{
			what: "export of a contact with a receipt and a letter, " + format, folder: "probes/export", run: "^BenchmarkExportKept$",
			own: reading{line, "cpu-µs/contact"}, peer: reading{line, "duckdb-cpu-µs/contact"}, beside: "DuckDB's COPY of the same rows from memory",
			limit: -3, most: true, unit: "CPU-µs", scale: 1,
			because: "DuckDB copies rows that are made; ours are made of events: their JSON (a quarter), evidence that is unpacked and proven (a quarter), " +
				"mails that are parsed and cut (a third), names that are taken out. To keep the words as rows when they are heard would need an erasure of them there too",
		})
	}
	return all
}

// footprint are the aims of the whole program.
func footprint() []aim {
	program := aim{folder: "cmd/svartid", run: "^BenchmarkFootprint$", most: true}
	cpu, memory, scrape := program, program, program
	cpu.what, cpu.own, cpu.limit, cpu.unit, cpu.scale = "192 companies, each asked every 10 s: processor time of a minute", reading{"BenchmarkFootprint", "cpu-%"}, 2.5, "CPU-s", 0.6
	cpu.because = "SQLite's statements and the JSON of contacts and tallies at each event"
	memory.what, memory.own, memory.limit, memory.unit, memory.scale = "the same: memory", reading{"BenchmarkFootprint", "RSS-MB"}, 45, "MB", 1
	memory.because = "the pages of the binary, of which the tables that the reader has learnt are the most, and SQLite's caches"
	scrape.what, scrape.own, scrape.limit, scrape.unit, scrape.scale = "the same: a scrape over HTTP", reading{"BenchmarkFootprint", "scrape-ms"}, 25, "ms", 1
	scrape.because = "it waits its turn on a busy machine"
	return []aim{cpu, memory, scrape}
}
