package main

import (
	"encoding/json"
	"fmt"
	"runtime"
	"runtime/debug"
)

type versionCmd struct{}

// Run prints what was built, and with what.
func (versionCmd) Run(g *globals, std streams) error {
	b := build()
	if g.JSON {
		return json.NewEncoder(std.out).Encode(b)
	}
	_, err := fmt.Fprintf(std.out, "svartid %s (%s, %s)\n", b["version"], b["revision"], b["goversion"])
	return err
}

// build returns the labels of svartid_build_info.
func build() map[string]string {
	b := map[string]string{"version": "(devel)", "revision": "unknown", "goversion": runtime.Version()}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return b
	}
	if info.Main.Version != "" {
		b["version"] = info.Main.Version
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			b["revision"] = s.Value
		}
	}
	return b
}
