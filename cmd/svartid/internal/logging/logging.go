// Package logging makes the program's log: structured, with names of our own and
// no personal content.
package logging

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"regexp"
	"strings"
)

// Flags are how a verb that logs is told how.
type Flags struct {
	Level  string `name:"log-level" default:"info" enum:"debug,info,warn,error" help:"What is logged: debug, info, warn or error." placeholder:"LEVEL"`
	Format string `name:"log-format" default:"text" enum:"text,json" help:"How it is written: text (logfmt) or json." placeholder:"FORMAT"`
}

// Logger returns a log that writes to out, by the flags; the zero Flags are info
// and text.
func (f Flags) Logger(out io.Writer) *slog.Logger {
	var level slog.Level
	_ = level.UnmarshalText([]byte(f.Level)) // the flags allow no other; none is info
	addresses := regexp.MustCompile(mailbox + "|" + matrixUser)
	options := &slog.HandlerOptions{Level: level}
	if f.Format == "json" {
		return slog.New(impersonal{slog.NewJSONHandler(out, options), addresses})
	}
	return slog.New(impersonal{slog.NewTextHandler(out, options), addresses})
}

// mostText is how many octets of one text are logged: what a server says may hold a
// whole letter.
const mostText = 1000

// mailbox finds an address as mail and servers' replies have it. The domain is
// kept: it says whose server it was.
const mailbox = `[\p{L}\p{N}._%+'=/~-]+(@|%40|=40)([\p{L}\p{N}-]+\.)`

// matrixUser finds an identifier of a Matrix user.
const matrixUser = `@[\p{L}\p{N}._=/+-]+(:)([\p{L}\p{N}-]+\.)`

// An impersonal is a handler that leaves out who an address belongs to, wherever
// one stands in what is logged.
type impersonal struct {
	slog.Handler
	addresses *regexp.Regexp
}

// Handle logs a record without its addresses.
func (h impersonal) Handle(ctx context.Context, r slog.Record) error {
	clean := slog.NewRecord(r.Time, r.Level, h.redacted(r.Message), r.PC)
	r.Attrs(func(a slog.Attr) bool {
		clean.AddAttrs(h.attr(a))
		return true
	})
	return h.Handler.Handle(ctx, clean)
}

// WithAttrs returns a handler that adds attributes, without their addresses.
func (h impersonal) WithAttrs(attrs []slog.Attr) slog.Handler {
	clean := make([]slog.Attr, len(attrs))
	for i, a := range attrs {
		clean[i] = h.attr(a)
	}
	return impersonal{h.Handler.WithAttrs(clean), h.addresses}
}

// WithGroup returns a handler that puts what follows into a group.
func (h impersonal) WithGroup(name string) slog.Handler {
	return impersonal{h.Handler.WithGroup(name), h.addresses}
}

// attr returns an attribute without the addresses in its value.
func (h impersonal) attr(a slog.Attr) slog.Attr {
	switch value := a.Value.Resolve(); value.Kind() {
	case slog.KindString:
		return slog.String(a.Key, h.redacted(value.String()))
	case slog.KindAny:
		return slog.String(a.Key, h.redacted(fmt.Sprint(value.Any())))
	case slog.KindGroup:
		group := make([]slog.Attr, len(value.Group()))
		for i, inner := range value.Group() {
			group[i] = h.attr(inner)
		}
		return slog.Attr{Key: a.Key, Value: slog.GroupValue(group...)}
	default:
		return a
	}
}

// redacted returns a text, not too long, without the local parts of addresses.
func (h impersonal) redacted(text string) string {
	if len(text) > mostText {
		text = strings.ToValidUTF8(text[:mostText], "") + "…"
	}
	return h.addresses.ReplaceAllString(text, "…$1$2$3$4")
}
