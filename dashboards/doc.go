// Package dashboards holds what operators load into their own tools: Grafana's
// dashboards, the rules and alerts of Prometheus, an example each of how
// Prometheus and Alertmanager are told of them, and the runbook that every
// alert links to.
//
// Queries fold the replicas by `max without (instance, pod)`; what is summed
// over a class is recorded, so that a season of 192 companies stays light.
// Alerts about companies are silent while listening is down on their channel, both
// in their expression and by Alertmanager's inhibition.
//
// The dashboards are written by this package's tests, which also run each of
// their queries on a real Prometheus:
//
//	go test ./dashboards -run TestGrafana -update
package dashboards
