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
			limit: 3000, unit: "a second", scale: 1,
			because: "judging a letter is the most of it: reading.Read, and what its centre has written before",
		},
		{
			what: "processor time of a mail", folder: "probes/engine", run: "^BenchmarkHear$",
			own: reading{season, "cpu-µs/arrival"}, peer: reading{season, "sqlite-cpu-µs/arrival"},
			beside: "SQLite keeping the same octets", limit: 0.4, most: true, unit: "ms", scale: 1e-3,
			because: "judging a letter is a third of it " +
				"(cutting it into words and finding phrases), writing what was heard and the contact's event a quarter, reading again what its " +
				"centre wrote before a fifth, matching and what was asked a tenth. Letters are not read ahead of the transaction: what they answer " +
				"would have to be looked up twice, which takes as much as is saved",
		},
		{
			what: "a mailbox read to its end, over IMAP", folder: "probes/engine", run: "^BenchmarkMailbox$",
			own: reading{"BenchmarkMailbox", "mails/s"}, peer: reading{"BenchmarkMailbox", "mbsync-mails/s"},
			beside: "mbsync, which copies and syncs the same letters", limit: -10, unit: "a second", scale: 1,
			because: "reading and judging take more than mbsync's sync of each file does on a disk whose fsync is cheap",
		},
		{
			what: "signed hooks, durable, judged and matched, 64 senders", folder: "cmd/svartid", run: "^BenchmarkHooks$",
			own: reading{"BenchmarkHooks", "hooks/s"}, peer: reading{"BenchmarkHooks", "sqlite-hooks/s"},
			beside: "SQLite keeping the same bodies, 64 in a transaction", limit: -0.33, unit: "a second", scale: 1,
			because: "an event is folded with all others of its contact (a fifth), JSON is read and written (a fifth), a reply is read (a tenth), " +
				"and the senders and the receiver share the processors",
		},
		{
			what: "the same beside a handler that only syncs each body", folder: "cmd/svartid", run: "^BenchmarkHooks$",
			own: reading{"BenchmarkHooks", "hooks/s"}, peer: reading{"BenchmarkHooks", "bare-hooks/s"},
			beside: "a bare handler with fsync", limit: -0.33, unit: "a second", scale: 1, because: "the same",
		},
		{
			what: "99 of 100 hooks, at 400 a second, take", folder: "cmd/svartid", run: "^BenchmarkHooks$",
			own: reading{"BenchmarkHooks", "p99-ms"}, peer: reading{"BenchmarkHooks", "bare-p99-ms"},
			beside: "a bare handler with fsync", limit: 50, most: true, unit: "ms", scale: 1,
			because: "at more than half a processor's work for 400 a second there is no room left on a machine that does other work too",
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
			what: "scrape of 192 companies, text", folder: "probes/metrics", run: "^BenchmarkScrape$",
			own: reading{usual + "text", "cpu-µs/scrape"}, peer: reading{usual + "registry", "cpu-µs/scrape"},
			beside: "the same series by client_golang's registry",
			limit:  5, most: true, unit: "ms", scale: 1e-3, because: "the paused series of each company, and formatting",
		},
		{
			what: "allocations of a scrape after one verdict, at 100,000 contacts", folder: "probes/metrics", run: "^BenchmarkHistory$",
			own: reading{"BenchmarkHistory", "allocs/scrape-at-100000"}, peer: reading{"BenchmarkHistory", "allocs/scrape-at-1000"},
			beside: "the same at 1,000 contacts", limit: -1.25, most: true, scale: 1,
			because: "the counts of waits in the one tally that changed",
		},
	}
}

// pages are the aims of pages and of the API.
func pages() []aim {
	fifty := func(what, line string) aim {
		return aim{
			what: what, folder: "probes/report", run: "^BenchmarkClasses$", own: reading{"BenchmarkClasses/" + line, "ns/op"},
			limit: 100, most: true, unit: "ms", scale: 1e-6,
			because: "one class is folded anew from its events: JSON and SQLite's rows, then what hangs on single contacts",
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
			own: reading{line, "cpu-µs/contact"}, peer: reading{line, "duckdb-cpu-µs/contact"},
			beside: "DuckDB's COPY of the same rows from memory", limit: -3, most: true, unit: "CPU-µs", scale: 1,
			because: "DuckDB copies rows that are made; ours are made of events: rows that are read (a fifth), their JSON (an eighth), evidence that " +
				"is unpacked and proven (a tenth), mails that are parsed and cut (a quarter), names that are taken out (a seventh). To keep the words as rows when they are heard " +
				"would need an erasure of them there too",
		})
	}
	return all
}

// footprint are the aims of the whole program.
func footprint() []aim {
	of := func(what, unit string, limit float64) aim {
		return aim{
			what: "192 companies, each asked every 10 s: " + what, folder: "cmd/svartid", run: "^BenchmarkFootprint$",
			own: reading{"BenchmarkFootprint", unit}, limit: limit, most: true, scale: 1,
		}
	}
	cpu, memory := of("processor time of a minute", "cpu-%", 2.5), of("memory", "RSS-MB", 45)
	scrape := of("a scrape over HTTP", "scrape-ms", 25)
	cpu.peer, cpu.beside = reading{"BenchmarkFootprint", "mailexporter-cpu-%"}, "mail_exporter, which sends as many and looks whether they come"
	memory.peer, memory.beside = reading{"BenchmarkFootprint", "mailexporter-RSS-MB"}, cpu.beside
	cpu.unit, cpu.scale = "CPU-s", 0.6
	cpu.because = "of 19 openers and 50 mails a second each is fetched, kept and judged, and no part of that stands out: hearing takes 45 % (reading a " +
		"letter a quarter of it), handing over 30 % (SMTP a sixth of it), SQLite's statements a third of both, making them durable 11 %, " +
		"collecting memory 8 %"
	memory.unit = "MB"
	memory.because = "35 MB are pages of the binary that were looked at (25 MB come back if they are taken away), 18 MB the heap (9 MB live), 15 MB " +
		"SQLite's caches and statements on five connections, the rest Go's own"
	scrape.unit = "ms"
	scrape.because = "it waits its turn on a busy machine"
	start := aim{
		what: "from the start until it is ready, with a season of 4,800 contacts", folder: "cmd/svartid", run: "^BenchmarkStart$",
		own: reading{"BenchmarkStart", "ready-ms"}, limit: 300, most: true, unit: "ms", scale: 1,
		because: "the clock runs on a busy machine too: see the processor time below",
	}
	work := start
	work.what, work.own.unit = "processor time of that", "cpu-ms"
	work.because = "the season's plan is drawn once, which is a third of it"
	return []aim{cpu, memory, scrape, start, work}
}
