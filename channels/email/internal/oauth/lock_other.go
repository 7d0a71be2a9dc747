//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd)

package oauth

import "context"

// alone does nothing where there is no flock: the operator has to see that only
// one process uses the tokens.
func (*Tokens) alone(context.Context) (unlock func(), err error) { return func() {}, nil }
