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
	if len(k.cfg.Vantage) == 0 && k.onlyWebhooks() {
		k.warn(key, "is missing: with webhooks alone, a company whose door is closed is not told from our own line being down, and is excused")
	}
}

// onlyWebhooks reports whether no channel has a server that is not a company's.
func (k *checker) onlyWebhooks() bool {
	for _, ch := range k.cfg.Channels {
		if ch.Type != "webhook" {
			return false
		}
	}
	return len(k.cfg.Channels) > 0
}
