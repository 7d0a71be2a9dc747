package lexicon

import "strings"

// workers are the beginnings of words for who works at a desk, folded: beside "digital" or "AI" they name a machine.
func workers() []string {
	return []string{
		"assist", "medarb", "medhj", "kolleg", "colleag", "agent", "hjelp", "hjalp", "helper", "radgiv", "rådgiv", "adviser", "advisor",
		"vejled", "veiled", "vagled", "guide", "vert", "vaert", "vard", "host", "concierg", "kundeb", "kundeve", "kundtj", "kundeserv",
		"resev", "reise", "apula", "apuri", "avust", "neuvoj", "asiakasp", "tyonteki", "team", "system", "modell", "model",
		"butler", "venn", "pilot", "employee", "representative", "receptionist",
		"sekret", "ekspert", "expert", "konsulent", "konsult", "stemme", "rost", "person",
	}
}

// Machine returns how many words at i name a machine that can write, 0 for none: "chatbot", "KI-agent", "digital kollega",
// "kunstig intelligens".
func Machine(list []Word, i int) int {
	w := list[i].Folded
	if Default().machines.Has(stripped(w)) || madeOf(w) {
		return 1
	}
	if i+1 == len(list) {
		return 0
	}
	next := list[i+1].Folded
	if w == "language" && next == "model" {
		return 2
	}
	for _, kind := range []string{"digita", "virtu", "syntet", "synthet", "automat", "elektron", "kunstig", "artific", "dataass", "generativ"} {
		if strings.HasPrefix(w, kind) && (worker(next) || strings.HasPrefix(next, "intellig")) {
			return 2
		}
	}
	return 0
}

// stripped returns a word without the ending that makes it one that is known, or somebody's.
func stripped(w string) string {
	for _, ending := range []string{"'s", "en", "et", "n", "s"} {
		if bare, ok := strings.CutSuffix(w, ending); ok && len(bare) > 3 && Default().machines.Has(bare) {
			return bare
		}
	}
	return w
}

// madeOf reports whether a word is made of one for a machine and another: "rørbot", "KI-agent", "BoligGPT".
func madeOf(w string) bool {
	for _, end := range []string{"bot", "robot", "roboten", "gpt", "botti", "copilot", "autopilot", "automaten"} {
		if len(w) > len(end)+2 && strings.HasSuffix(w, end) {
			return true
		}
	}
	for _, begin := range []string{"ai", "ki", "gpt"} {
		rest, ok := strings.CutPrefix(w, begin)
		if !ok || len(rest) <= 2 {
			continue
		}
		for _, driven := range []string{"dre", "driv", "power"} {
			if strings.HasPrefix(rest, driven) {
				return true
			}
		}
		if worker(rest) {
			return true
		}
	}
	return false
}

// worker reports whether a word names somebody who works at a desk.
func worker(w string) bool {
	for _, begin := range Default().workers {
		if strings.HasPrefix(w, begin) {
			return true
		}
	}
	return false
}
