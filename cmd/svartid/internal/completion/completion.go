// Package completion writes what has a shell complete the command line.
package completion

import (
	"errors"
	"fmt"
	"strings"
)

// A Word is something that may be written next: a verb, a flag or a value.
type Word struct{ Name, Help string }

// A Verb is one verb, with the words that may follow it.
type Verb struct {
	Word
	Flags []Word // with their dashes
	Next  []Word // verbs of its own
}

// ErrShell says that a shell is not known.
var ErrShell = errors.New("want bash, zsh or fish")

// Script returns the script for a shell that completes the verbs and flags of a
// program, and else names of files. The error wraps ErrShell.
func Script(shell, program string, verbs []Verb, global []Word) (string, error) {
	switch shell {
	case "bash":
		return bash(program, verbs, global), nil
	case "zsh":
		return "#compdef " + program + "\nautoload -U +X bashcompinit && bashcompinit\n" + bash(program, verbs, global), nil
	case "fish":
		return fish(program, verbs, global), nil
	}
	return "", fmt.Errorf("complete for %q: %w", shell, ErrShell)
}

// names joins the names of words.
func names(words []Word) string {
	all := make([]string, len(words))
	for i, w := range words {
		all[i] = w.Name
	}
	return strings.Join(all, " ")
}

// bash writes a function that finds the verb among the words so far.
func bash(program string, verbs []Verb, global []Word) string {
	var out strings.Builder
	fmt.Fprintf(&out, "# Completion of %s for bash: source <(%[1]s completion bash)\n_%[1]s() {\n", program)
	out.WriteString("  local word=${COMP_WORDS[COMP_CWORD]} verb= i\n" +
		"  for ((i = 1; i < COMP_CWORD; i++)); do\n" +
		"    case ${COMP_WORDS[i]} in -c|--config) ((i++));; -*) ;; *) verb=${COMP_WORDS[i]}; break;; esac\n  done\n  local words\n  case $verb in\n")
	var first []Word
	for _, v := range verbs {
		first = append(first, v.Word)
		fmt.Fprintf(&out, "    %s) words=%q;;\n", v.Name, names(append(append([]Word{}, v.Next...), append(v.Flags, global...)...)))
	}
	fmt.Fprintf(&out, "    *) words=%q;;\n  esac\n", names(append(first, global...)))
	out.WriteString("  mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$word\")\n" +
		"  [[ $word == -* || -z $verb ]] || mapfile -t -O ${#COMPREPLY[@]} COMPREPLY < <(compgen -f -- \"$word\")\n}\n")
	fmt.Fprintf(&out, "complete -o filenames -F _%s %[1]s\n", program)
	return out.String()
}

// fish writes a line for each word.
func fish(program string, verbs []Verb, global []Word) string {
	var out strings.Builder
	line := func(when string, w Word) {
		name := "-a " + w.Name
		if long, ok := strings.CutPrefix(w.Name, "--"); ok {
			name = "-l " + long
		} else if short, ok := strings.CutPrefix(w.Name, "-"); ok {
			name = "-s " + short
		}
		help := strings.NewReplacer(`\`, `\\`, "'", `\'`).Replace(w.Help)
		fmt.Fprintf(&out, "complete -c %s -n '%s' %s -d '%s'\n", program, when, name, help)
	}
	fmt.Fprintf(&out, "# Completion of %s for fish: %[1]s completion fish | source\n", program)
	for _, w := range global {
		line("true", w)
	}
	for _, v := range verbs {
		line("__fish_use_subcommand", v.Word)
		for _, w := range append(append([]Word{}, v.Next...), v.Flags...) {
			line("__fish_seen_subcommand_from "+v.Name, w)
		}
	}
	return out.String()
}
