// Package metrics shows the ledger to Prometheus.
//
// Nothing is counted here: every figure is read from the ledger's running
// totals, so a restart loses and repeats nothing, and two replicas say the
// same. A scrape reads what has changed since the last one.
//
// Counters and histograms follow events as they fell and never go down. Gauges
// tell what is true today, amendments and changed rules included. Never read
// a wait without reach beside it: who never answers has no wait.
package metrics
