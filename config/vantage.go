package config

import "slices"

// vantage wants pages that can be looked at, each once. Where every channel ends
// at a server of the companies' own, a season without any could not tell a closed
// door from our own line being down.
func (k *checker) vantage() {
	const key = "vantage"
	for i, page := range k.cfg.Vantage {
		at := item(key, i)
		if err := formedURL(page); err != nil {
			k.misread(at, "%s", err)
		} else if slices.Contains(k.cfg.Vantage[:i], page) {
			k.misread(at, "is there twice")
		}
	}
	if len(k.cfg.Vantage) == 0 && k.onlyTheirs() {
		k.warn(key, "is missing: where every door is a company's own, a company whose door is closed is not told from our own line being down, and is excused")
	}
}

// unproven warns of channels in use whose settings leave something unproven.
func (k *checker) unproven() {
	for _, name := range names(k.cfg.Channels) {
		used := slices.ContainsFunc(k.cfg.Companies, func(co Company) bool { return co.Reach[name] != nil })
		if ch, may := k.cfg.Channels[name].Settings.(doubtful); may && used {
			for _, f := range ch.Doubts() {
				k.warn(below(below("channels", name), f.Key), "%s", f.Text)
			}
		}
	}
}

// onlyTheirs reports whether no channel has a server that is not a company's.
func (k *checker) onlyTheirs() bool {
	for _, ch := range k.cfg.Channels {
		if ch.Type != "webhook" && ch.Type != "browser" {
			return false
		}
	}
	return len(k.cfg.Channels) > 0
}
