package main

import (
	"github.com/svartid/svartid/config"
	"github.com/svartid/svartid/probes/engine"
)

// timingOf returns the engine's times as the configuration has them.
func timingOf(t config.Timing) engine.Timing {
	return engine.Timing{
		Plan: t.Plan, Horizon: t.Horizon, Open: t.Open, Drain: t.Drain, Settle: t.Settle, Lost: t.Lost,
		Grace: t.Grace, Again: t.Again, Prompt: t.Prompt, Seen: t.Seen, Canary: t.Canary,
		Retry: t.Reconnect, RetryTo: t.ReconnectMost, Follow: t.Follow,
	}
}
