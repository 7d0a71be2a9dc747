package main

import (
	"context"

	"golang.org/x/sync/errgroup"
)

// run runs the engine and serves what it knows on l, until ctx ends.
func (p *program) run(ctx context.Context, doors listeners, web webOptions) error {
	p.prepare()
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return p.engine.Run(ctx) })
	g.Go(func() error { return serveWeb(ctx, doors.board, p.handler(ctx), web) })
	if doors.hooks != nil {
		g.Go(func() error { return serveHooks(ctx, doors.hooks, p.hooks.handler(p.channels)) })
	}
	return g.Wait()
}
