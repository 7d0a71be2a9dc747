package config

import (
	"slices"
	"strings"

	"github.com/svartid/svartid/channels"
)

// companies wants each company once, with a consent that the edition can use,
// wherever it stands.
func (k *checker) companies() {
	if len(k.cfg.Companies) == 0 && k.cfg.CompaniesFile == "" && !k.unread("companies") {
		k.fault("companies", "is missing; want companies or companies_file")
	}
	if len(k.cfg.Companies) == 0 && k.cfg.CompaniesFile != "" && len(k.faults) == 0 {
		k.fault("companies_file", "holds no company")
	}
	seen := map[string]string{}
	met := map[string]string{}
	for i, co := range k.cfg.Companies {
		path := item("companies", i)
		if first, ok := seen[co.ID]; ok && co.ID != "" {
			at := k.at(first, "")
			k.fault(below(path, "id"), "%q is given twice, first on line %d of %s", co.ID, at.Line, at.File)
		} else {
			seen[co.ID] = path
		}
		k.consent(path, co)
		k.told(path, co)
		k.reach(path, co, met)
		k.centres(path, co)
		k.pauses(path, co)
	}
}

// consent wants a consent that the edition can use, a withdrawal of something that was
// given, and of who may be asked somewhere to be met.
func (k *checker) consent(path string, co Company) {
	if ed := k.cfg.Edition; k.dated() && co.Consent.After(ed.To) {
		k.fault(below(path, "consent"), "%s is after the edition's last day, %s", co.Consent, ed.To)
	}
	given := k.consented(path, co)
	if !co.Withdrawn.IsZero() && !given {
		k.fault(below(path, "withdrawn"), "no consent was given that could be withdrawn")
	}
	reach := below(path, "reach")
	if !given || len(co.Reach) > 0 || k.holds(reach) {
		return
	}
	is := "missing"
	if k.given(reach) {
		is = "empty"
	}
	k.misread(reach, "is %s: a company that no channel reaches cannot be asked", is)
}

// consented reports whether the company may be asked, as far as its consent goes: one
// that could not be read is taken for given.
func (k *checker) consented(path string, co Company) bool {
	return !co.Consent.IsZero() || k.unread(below(path, "consent"))
}

// told complains if no scenario may be told to a company that may be asked.
func (k *checker) told(path string, co Company) {
	if !k.consented(path, co) || k.unread("scenarios") || k.unread(path) || co.Class == "" {
		return
	}
	for i, s := range k.cfg.Scenarios {
		unsure := k.unread(item("scenarios", i)) || k.unread(below(item("scenarios", i), "language")) ||
			k.unread(below(item("scenarios", i), "classes"))
		if unsure || s.Language == co.Language && (len(s.Classes) == 0 || slices.Contains(s.Classes, co.Class)) {
			return
		}
	}
	k.fault(below(path, "language"), "no scenario is in %s for class %s", co.Language, co.Class)
}

// reach checks where a company is met. met holds who was met where before.
func (k *checker) reach(path string, co Company, met map[string]string) {
	for _, name := range names(co.Reach) {
		at := below(below(path, "reach"), name)
		faults := co.Reach[name].Check()
		for _, f := range faults {
			k.fault(k.reachKey(at, f), "%s", f.Text)
		}
		if reach, ok := co.Reach[name].(doubtful); ok && len(faults) == 0 {
			for _, f := range reach.Doubts() {
				k.warn(k.reachKey(at, f), "%s", f.Text)
			}
		}
		k.ours(at, co.Reach[name].String(), name)
		where := name + "\x00" + strings.ToLower(co.Reach[name].String())
		if other, ok := met[where]; ok && len(faults) == 0 {
			k.warn(at, "is where %s is met too", other)
		} else {
			met[where] = co.ID
		}
	}
}

// ours complains of an address that is a persona's own, or a plus form of it:
// the opener would come back to us.
func (k *checker) ours(at, address, channel string) {
	if k.cfg.Channels[channel].Type != "email" {
		return
	}
	local, domain, _ := strings.Cut(address, "@")
	local, _, _ = strings.Cut(local, "+")
	for _, p := range k.cfg.Personas {
		if p.Address != "" && (strings.EqualFold(p.Address, address) || strings.EqualFold(p.Address, local+"@"+domain)) {
			k.fault(at, "%s leads to ourselves: %s is persona %s's", address, p.Address, p.Name)
			return
		}
	}
}

// reachKey names the key below the reach only where the reach is a mapping.
func (k *checker) reachKey(at string, f channels.Fault) string {
	if k.places[at].text != "" {
		return at
	}
	return below(at, f.Key)
}

// centres wants each of a company's centres once, and a pattern that can match
// an address.
func (k *checker) centres(path string, co Company) {
	seen := map[string]int{}
	for i, c := range co.Centres {
		at := item(below(path, "centres"), i)
		if first, ok := seen[c.ID]; ok && c.ID != "" {
			k.fault(below(at, "id"), "%q is given twice, first as %s", c.ID, item("centres", first))
		} else {
			seen[c.ID] = i
		}
		if c.Match == (Match{}) {
			k.fault(below(at, "match"), "is nothing; want from, received or signature")
		}
		from := c.Match.From
		if from != "" && (strings.Count(from, "@") != 1 || strings.ContainsAny(from, " <>,;[]?\\")) {
			k.fault(below(at, "match.from"), "%q is no pattern of an address; want one such as *@example.no", from)
		}
	}
}

// pauses wants an end that is not before the beginning.
func (k *checker) pauses(path string, co Company) {
	for i, p := range co.Pauses {
		at := item(below(path, "pauses"), i)
		if _, reached := co.Reach[p.Channel]; p.Channel != "" && !reached {
			k.fault(below(at, "channel"), "%q is no channel that reaches %s", p.Channel, co.ID)
		}
		if p.From.IsZero() || p.To.IsZero() {
			continue
		}
		switch {
		case p.To.Before(p.From):
			k.fault(below(at, "to"), "%s is before from, %s", p.To, p.From)
		case k.dated() && (p.To.Before(k.cfg.Edition.From) || p.From.After(k.cfg.Edition.To)):
			k.warn(at, "is outside the edition")
		}
	}
}

// titles wants each of something that there is, in a language.
func (k *checker) titles() {
	classes := map[string]Company{}
	for _, co := range k.cfg.Companies {
		classes[co.Class] = co
	}
	k.titled("titles.classes", k.cfg.Titles.Classes, names(classes))
	k.titled("titles.channels", k.cfg.Titles.Channels, names(k.cfg.Channels))
}

// titled checks the titles of one kind of thing, of which some are known.
func (k *checker) titled(path string, titles map[string]map[string]string, known []string) {
	for _, name := range names(titles) {
		at := below(path, name)
		if !slices.Contains(known, name) {
			k.warn(at, "there is none of this name%s", suggestion(name, known))
		}
		for _, tag := range names(titles[name]) {
			if err := formedLanguage(tag); err != nil {
				k.fault(below(at, tag), "%s", err)
			}
		}
	}
}

// unreached warns of what nothing leads to.
func (k *checker) unreached() {
	for _, name := range names(k.cfg.Channels) {
		path := below("channels", name)
		if !slices.ContainsFunc(k.cfg.Companies, func(co Company) bool { return co.Reach[name] != nil }) {
			k.warn(path, "reaches no company")
		}
		if !slices.ContainsFunc(k.cfg.Probes, func(p Probe) bool { return p.Channel == name }) {
			k.warn(path, "no probe uses it")
		}
	}
	for i, co := range k.cfg.Companies {
		if !co.Consent.IsZero() && !slices.ContainsFunc(k.cfg.Probes, func(p Probe) bool { return co.Reach[p.Channel] != nil }) {
			k.warn(below(item("companies", i), "reach"), "no probe uses any of its channels: it is never contacted")
		}
	}
}
