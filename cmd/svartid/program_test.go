package main

import (
	"context"
	"reflect"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/svartid/svartid/cmd/svartid/internal/public"
	"github.com/svartid/svartid/config"
)

// run runs the engine and serves what it knows on l, until ctx ends.
func (p *program) run(ctx context.Context, open listeners, web webOptions) error {
	p.prepare()
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return p.engine.Run(ctx) })
	g.Go(func() error { return serveWeb(ctx, open.board, p.handler(ctx), web) })
	if open.hooks != nil {
		g.Go(func() error { return public.Serve(ctx, open.hooks, p.hooks.Handler(p.channels, nil)) })
	}
	return g.Wait()
}

// TestTimingOf hands every one of the engine's times on.
func TestTimingOf(t *testing.T) {
	var given config.Timing
	for i := range reflect.TypeOf(given).NumField() {
		reflect.ValueOf(&given).Elem().Field(i).SetInt(int64(i+1) * int64(time.Second))
	}
	got, seen := reflect.ValueOf(timingOf(given)), map[time.Duration]string{0: "nothing"}
	for i := range got.NumField() {
		name, d := got.Type().Field(i).Name, time.Duration(got.Field(i).Int())
		if other, twice := seen[d]; twice {
			t.Errorf("%s is %v, as %s", name, d, other)
		}
		seen[d] = name
	}
}
