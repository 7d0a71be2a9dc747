package config

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/svartid/svartid/channels/email"
	"github.com/svartid/svartid/channels/prompt"
	"github.com/svartid/svartid/probes/calendar"
	"github.com/svartid/svartid/probes/plan"
	"github.com/svartid/svartid/probes/reading"
)

// channels asks each channel's own package what is wrong with its settings.
func (k *checker) channels() {
	for _, name := range names(k.cfg.Channels) {
		path := below("channels", name)
		if err := formedID(name); err != nil {
			k.fault(path, "%s", err)
		}
		if _, own := companyColumns()[name]; own {
			k.fault(path, "is the name of a column that companies have; choose another")
		}
		for _, f := range k.cfg.Channels[name].Settings.Check() {
			k.fault(below(path, f.Key), "%s", f.Text)
		}
		k.hearer(path, k.cfg.Channels[name])
	}
}

// personas wants each persona once a channel, and with an address of its own
// where the channel has addresses.
func (k *checker) personas() {
	seen := map[string]string{}
	once := func(path, what string) {
		if first, ok := seen[what]; ok {
			k.fault(path, "is the same as %s", first)
			return
		}
		seen[what] = path
	}
	for i, p := range k.cfg.Personas {
		path := item("personas", i)
		ch, ok := k.cfg.Channels[p.Channel]
		if !ok {
			k.undefined(below(path, "channel"), p.Channel, names(k.cfg.Channels))
			continue
		}
		once(below(path, "name"), p.Channel+"\x00"+p.Name)
		if !k.addressed(ch) {
			k.faceless(path, p, ch)
			continue
		}
		local, _, _ := strings.Cut(p.Address, "@")
		switch address := below(path, "address"); {
		case p.Address == "":
			k.fault(address, "is missing: what is asked on channel %s is answered by mail", p.Channel)
		case p.Tag == "plus" && strings.Contains(local, "+"):
			k.fault(address, "holds a + already, which the tag is set off with")
		default:
			once(address, "\x00"+strings.ToLower(p.Address))
		}
		k.signed(p, ch)
	}
}

// signed wants a signature of openers to be of the domain that a persona writes from:
// receivers count no other.
func (k *checker) signed(p Persona, ch Channel) {
	mail, ok := ch.Settings.(*email.Config)
	_, domain, from := strings.Cut(p.Address, "@")
	if !ok || !from || mail.DKIM == nil || !strings.Contains(mail.DKIM.Domain, ".") || mail.DKIM.Covers(domain) {
		return
	}
	k.fault(below(below("channels", p.Channel), "dkim.domain"), "is %s, which proves nothing of letters from %s, as %s's are; want %s or a domain above it",
		mail.DKIM.Domain, domain, p.Name, domain)
}

// hearer wants the channel that hears a form's answers to be one of mail.
func (k *checker) hearer(path string, ch Channel) {
	form, ok := ch.Settings.(*prompt.Config)
	if !ok || form.Mail == "" {
		return
	}
	by, known := k.cfg.Channels[form.Mail]
	switch {
	case !known:
		k.undefined(below(path, "mail"), form.Mail, names(k.cfg.Channels))
	case by.Type != "email":
		k.fault(below(path, "mail"), "channel %s is of type %s; want one of type email", form.Mail, by.Type)
	}
}

// addressed reports whether who asks on a channel has an address of its own:
// where it is answered by mail.
func (k *checker) addressed(ch Channel) bool {
	form, ok := ch.Settings.(*prompt.Config)
	return ch.Type == "email" || ok && form.Mail != ""
}

// faceless complains of an address on a channel that has none.
func (k *checker) faceless(path string, p Persona, ch Channel) {
	const text = "channel %s is of type %s, which has no senders' addresses"
	if p.Address != "" {
		k.fault(below(path, "address"), text, ch.Name, ch.Type)
	} else if p.Tag != "" {
		k.fault(below(path, "tag"), text, ch.Name, ch.Type)
	}
}

// scenarios wants text that can be filled in, for classes that there are.
func (k *checker) scenarios() {
	classes := k.classes()
	seen := map[string]int{}
	for i, s := range k.cfg.Scenarios {
		path := item("scenarios", i)
		if first, ok := seen[s.Name]; ok && s.Name != "" {
			k.fault(below(path, "name"), "%q is given twice, first as %s", s.Name, item("scenarios", first))
		} else {
			seen[s.Name] = i
		}
		for j, class := range s.Classes {
			if !slices.Contains(classes, class) && !k.tableless {
				k.fault(item(below(path, "classes"), j), "no company is of class %q%s", class, suggestion(class, classes))
			}
		}
		k.letters(path, s)
		k.expects(path, s)
		if name, ok := k.mailProbed(); ok && len(s.Subject) == 0 {
			k.fault(below(path, "subject"), "is missing: channel %s is of type email", name)
		}
	}
}

// fewestLetters is how many different letters a scenario should make: a company
// that has seen some of them must not know the next.
const fewestLetters = 200

// letters wants texts that can be filled in, and many of them.
func (k *checker) letters(path string, s Scenario) {
	names := slices.Sorted(maps.Keys(s.Details))
	for _, name := range names {
		if at := below(below(path, "details"), name); len(s.Details[name]) == 0 {
			k.fault(at, "is empty")
		} else if slices.Contains(placeholders(), name) || !isWord(name) {
			k.fault(at, "is no name for a detail; want small letters")
		}
	}
	for j, subject := range s.Subject {
		k.braces(item(below(path, "subject"), j), subject, names)
	}
	k.braces(below(path, "body"), s.Body, names)
	for j, body := range s.Bodies {
		k.braces(item(below(path, "bodies"), j), body, names)
	}
	if n := s.Letters(); n < fewestLetters && k.sends(s) {
		k.warn(below(path, "body"), "makes %d different letters; a company that knows them knows the survey: want %d, by {a|b}, bodies and details",
			n, fewestLetters)
	}
}

// sends reports whether a scenario is sent by mail.
func (k *checker) sends(s Scenario) bool {
	_, mailed := k.mailProbed()
	return mailed && len(s.Subject) > 0
}

// isWord reports whether s is small letters alone.
func isWord(s string) bool {
	return s != "" && strings.IndexFunc(s, func(r rune) bool { return r < 'a' || r > 'z' }) < 0
}

// Letters returns how many different letters the scenario can make; 2,000 where it is
// more.
func (s Scenario) Letters() int {
	subjects := s.Subject
	if len(subjects) == 0 {
		subjects = []string{""}
	}
	var whole []string
	for _, body := range append([]string{s.Body}, s.Bodies...) {
		for _, subject := range subjects {
			whole = append(whole, subject+"\n"+body)
		}
	}
	return plan.Variants(whole, s.Details)
}

// expects wants kinds of fact that the reader knows.
func (k *checker) expects(path string, s Scenario) {
	facts := factNames()
	for j, fact := range s.Expects {
		if !slices.Contains(facts, fact) {
			k.fault(item(below(path, "expects"), j), "%s", unknownWord(fact, facts))
		}
	}
}

// factNames are what a scenario may expect of an answer.
func factNames() (names []string) {
	for _, f := range reading.Facts() {
		names = append(names, string(f))
	}
	return names
}

// braces complains of a text's braces, each on its own line of a block.
func (k *checker) braces(path, text string, details []string) {
	for _, b := range braces(text, details...) {
		f := k.at(path, b.text)
		if strings.Contains(text, "\n") && f.Key == path {
			f.Line += b.line + 1
		}
		k.add(f)
	}
}

// mailProbed returns a channel of type email that some probe uses.
func (k *checker) mailProbed() (string, bool) {
	for _, p := range k.cfg.Probes {
		if k.cfg.Channels[p.Channel].Type == "email" {
			return p.Channel, true
		}
	}
	return "", false
}

// classes returns the classes that companies are of.
func (k *checker) classes() []string {
	var classes []string
	for _, co := range k.cfg.Companies {
		if !slices.Contains(classes, co.Class) {
			classes = append(classes, co.Class)
		}
	}
	return classes
}

// probes wants series that can open something and a promise that can be kept.
func (k *checker) probes() {
	seen := map[string]int{}
	for i := range k.cfg.Probes {
		p, path := &k.cfg.Probes[i], item("probes", i)
		if first, ok := seen[p.Name]; ok && p.Name != "" {
			k.fault(below(path, "name"), "%q is given twice, first as %s", p.Name, item("probes", first))
		} else {
			seen[p.Name] = i
		}
		if _, ok := k.cfg.Channels[p.Channel]; !ok {
			k.undefined(below(path, "channel"), p.Channel, names(k.cfg.Channels))
		} else if !k.appears(p.Channel) {
			k.fault(below(path, "channel"), "no persona is on channel %s", p.Channel)
		}
		if p.Within == (calendar.Within{DayEnds: p.DayEnds}) {
			k.fault(below(path, "within"), "is nothing; want a duration, as 5m, or days, as 3 working days")
		}
		if p.Attempts < 1 || p.Attempts > 2 {
			k.fault(below(path, "attempts"), "is %d; want 1 or 2", p.Attempts)
		}
		if p.Late != "" && p.Attempts == 1 {
			k.fault(below(path, "late"), "there is no next attempt: attempts is 1")
		}
		k.closings(path, p)
		k.series(path, p)
	}
}

// closings wants each in a language that scenarios are in.
func (k *checker) closings(path string, p *Probe) {
	for _, tag := range names(p.Closings) {
		at := below(below(path, "closings"), tag)
		if err := formedLanguage(tag); err != nil {
			k.fault(at, "%s", err)
		} else if !slices.ContainsFunc(k.cfg.Scenarios, func(s Scenario) bool { return s.Language == tag }) {
			k.warn(at, "no scenario is in this language")
		}
	}
}

// appears reports whether a channel has a persona, or may be meant by one whose
// channel is not known.
func (k *checker) appears(channel string) bool {
	return k.unread("personas") || slices.ContainsFunc(k.cfg.Personas, func(p Persona) bool {
		_, known := k.cfg.Channels[p.Channel]
		return p.Channel == channel || !known
	})
}

// series reads a probe's cron line, and asks whether it ever opens anything.
func (k *checker) series(path string, p *Probe) {
	cron, hours := below(path, "cron"), below(path, "hours")
	ticks, err := calendar.ParseCron(p.Cron, k.cfg.Edition.Zone)
	if err != nil {
		k.misread(cron, "%s", err)
	} else if hurried(ticks, k.cfg.Edition.Span().From) {
		k.warn(cron, "%q ticks more often than once a minute, as only a rehearsal should", p.Cron)
	}
	p.Ticks = ticks
	if !k.dated() || k.unread("edition.hours") || k.unread("edition.days_off") || k.unread(hours) {
		return
	}
	if !k.opens(k.cfg.Edition.Hours, p.Hours) {
		k.fault(hours, "%s lie outside the edition's, %s: no opener could leave", p.Hours, k.cfg.Edition.Hours)
		return
	}
	k.nightly(hours, *p)
	if !k.unread(cron) && !k.unread(below(path, "spread")) {
		k.rounds(cron, *p)
	}
}

// nightly warns of hours that pass midnight where the edition's do not.
func (k *checker) nightly(path string, p Probe) {
	if ed := k.cfg.Edition.Hours; overnight(p.Hours) && !overnight(ed) && !ed.Always() {
		k.warn(path, "%s pass midnight, and the edition's, %s, do not; is it the other way round?", p.Hours, ed)
	}
}

// hurried reports whether ticks follow each other within less than a minute.
func hurried(ticks calendar.Ticks, from time.Time) bool {
	first := ticks.Next(from)
	second := ticks.Next(first)
	return !first.IsZero() && !second.IsZero() && second.Sub(first) < time.Minute
}

// rounds complains of a probe whose rounds come to nothing.
func (k *checker) rounds(path string, p Probe) {
	n, ed := k.cfg.rounds(p), k.cfg.Edition
	switch {
	case n.ticks == 0 && p.Ticks.Next(time.Unix(0, 0)).IsZero():
		k.fault(path, "%q never ticks", p.Cron)
	case n.ticks == 0:
		k.fault(path, "%q does not tick from %s to %s", p.Cron, ed.From, ed.To)
	case n.many:
	case n.open == 0:
		k.fault(path, "%q ticks %d times, and no opener could leave inside the spread of %s", p.Cron, n.ticks, p.Spread)
	case n.open < n.ticks:
		k.warn(path, "of %d rounds %d have no time inside the hours and are left out", n.ticks, n.ticks-n.open)
	}
}
