package main

import (
	"errors"
	gobuild "go/build"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"runtime/debug"
	"slices"
	"strings"
	"testing"
	"unicode"
)

// TestNotice holds NOTICE against the modules that the program is built with:
// each is named once, under the licence that the module itself carries, and
// what a module asks to be said is said.
func TestNotice(t *testing.T) {
	text, err := os.ReadFile("../../NOTICE")
	if err != nil {
		t.Fatal(err)
	}
	built, ok := debug.ReadBuildInfo()
	if !ok || len(built.Deps) < 20 {
		t.Fatal("the test does not know what it is built with")
	}
	named := licences(string(text))
	for _, module := range built.Deps {
		heading, ok := named[module.Path]
		delete(named, module.Path)
		if !ok {
			t.Errorf("NOTICE does not name %s", module.Path)
			continue
		}
		faults, err := unfit(*module, heading, string(text))
		if errors.Is(err, fs.ErrNotExist) {
			t.Logf("%s is not in the module cache: its licence was not compared", module.Path)
		} else if err != nil {
			t.Fatal(err)
		}
		for _, what := range faults {
			t.Errorf("%s: %s", module.Path, what)
		}
	}
	for _, path := range slices.Sorted(maps.Keys(named)) {
		t.Errorf("NOTICE names %s, with which the program is not built", path)
	}
}

// licences reads which heading of NOTICE each module stands under.
func licences(notice string) map[string]string {
	named, heading := map[string]string{}, ""
	for line := range strings.Lines(notice) {
		line = strings.TrimRight(line, "\n")
		name, indented := strings.CutPrefix(line, "  ")
		switch {
		case !indented:
			heading = line
		case strings.Contains(name, "/") && !strings.Contains(name, " "):
			named[name] = heading
		}
	}
	return named
}

// major is the last element of a module's path from its second major version on.
var major = regexp.MustCompile(`/v[0-9]+$`)

// unfit says in what NOTICE is not as the module's own files say.
func unfit(module debug.Module, heading, notice string) (all []string, err error) {
	files, err := os.ReadDir(cached(module))
	if err != nil {
		return nil, err
	}
	licensed := false
	for _, f := range files {
		switch name, _, _ := strings.Cut(strings.ToUpper(f.Name()), "."); name {
		case "LICENSE", "COPYING":
			text, err := os.ReadFile(filepath.Join(cached(module), f.Name()))
			if err != nil {
				return nil, err
			}
			licensed = licensed || strings.Contains(strings.Join(strings.Fields(string(text)), " "), phrase(heading))
		case "NOTICE":
			short := strings.TrimPrefix(major.ReplaceAllString(module.Path, ""), "github.com/")
			if !regexp.MustCompile(`(?m)^  - .*` + regexp.QuoteMeta(short) + `\b.*:`).MatchString(notice) {
				all = append(all, "it carries a NOTICE, which ours does not repeat")
			}
		}
	}
	if !licensed {
		all = append(all, "its licence does not say "+phrase(heading)+", as "+heading+" does")
	}
	return all, nil
}

// phrase returns words that each text of the licence holds, whatever its title.
func phrase(heading string) string {
	name, _, _ := strings.Cut(heading, " ")
	switch name {
	case "Mozilla":
		return "Mozilla Public License Version 2.0"
	case "Apache":
		return "Apache License Version 2.0"
	case "BSD,":
		return "Redistribution and use in source and binary forms"
	case "ISC":
		return "Permission to use, copy, modify, and distribute this software for any purpose"
	case "MIT":
		return "Permission is hereby granted, free of charge, to any person obtaining a copy"
	}
	return "a licence that the test knows"
}

// cached returns the folder of the module cache that holds a module; capital
// letters are escaped there.
func cached(module debug.Module) string {
	root := os.Getenv("GOMODCACHE")
	if root == "" {
		root = filepath.Join(filepath.SplitList(gobuild.Default.GOPATH)[0], "pkg", "mod")
	}
	var escaped strings.Builder
	for _, r := range module.Path + "@" + module.Version {
		if unicode.IsUpper(r) {
			escaped.WriteByte('!')
		}
		escaped.WriteRune(unicode.ToLower(r))
	}
	return filepath.Join(root, filepath.FromSlash(escaped.String()))
}
