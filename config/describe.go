package config

import (
	"bufio"
	"encoding"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/probes/calendar"
)

// moment is how Describe writes instants, in the edition's zone.
const moment = "Mon 2006-01-02 15:04"

// Describe writes every setting as it stands, one a line with its key's path,
// defaults and what is not set marked as such, and then what the edition will do. Companies
// are counted, not listed. Secrets are written as ***.
func (c *Config) Describe(w io.Writer) error {
	out := bufio.NewWriter(w)
	settings := *c
	settings.Companies = nil
	describer{out: out, report: c.places()}.settings("", reflect.ValueOf(settings))
	fmt.Fprintln(out)
	c.table.write(out)
	c.story(out)
	return out.Flush()
}

// A describer writes settings as they stand.
type describer struct {
	out    io.Writer
	report *report
}

// setting writes a value, or what is below it.
func (d describer) setting(path string, v reflect.Value) {
	if ch, ok := v.Interface().(Channel); ok {
		d.line(below(path, "type"), ch.Type)
		v = reflect.ValueOf(ch.Settings).Elem()
	}
	switch {
	case isText(v.Type()):
		d.line(path, written(v))
	case v.Kind() == reflect.Pointer:
		if !v.IsNil() {
			d.setting(path, v.Elem())
		}
	case v.Kind() == reflect.Struct:
		d.settings(path, v)
	case v.Kind() == reflect.Slice:
		for i := range v.Len() {
			d.setting(item(path, i), v.Index(i))
		}
	case v.Kind() == reflect.Map:
		d.table(path, v)
	}
}

// settings writes the fields of a struct. What is not given and has no default is
// none, but for a secret, which may be kept in a file, and for what is an item of a
// list: these are many.
func (d describer) settings(path string, v reflect.Value) {
	for _, f := range fieldsOf(v.Type()) {
		inner, key := v.FieldByIndex(f.index), below(path, f.key)
		_, secret := inner.Interface().(channels.Secret)
		switch {
		case d.report.given(key) || f.preset != "" || !secret && !inner.IsZero():
			d.setting(key, inner)
		case inner.Kind() == reflect.Struct && !isText(inner.Type()):
			d.settings(key, inner)
		case secret || strings.Contains(key, "[") || key == "companies":
		default:
			d.none(key, inner)
		}
	}
}

// none writes a setting that is not given and has no default.
func (d describer) none(key string, v reflect.Value) {
	switch {
	case strings.HasPrefix(key, "timing."):
		fmt.Fprintf(d.out, "%s:  (what suits a season)\n", key)
	case v.Kind() == reflect.Bool:
		d.line(key, written(v))
	default:
		fmt.Fprintf(d.out, "%s:  (none)\n", key)
	}
}

// table writes a map in the order of its keys.
func (d describer) table(path string, v reflect.Value) {
	inner := map[string]reflect.Value{}
	for _, key := range v.MapKeys() {
		inner[key.String()] = v.MapIndex(key)
	}
	for _, key := range names(inner) {
		d.setting(below(path, key), inner[key])
	}
}

// line writes one setting.
func (d describer) line(path, text string) {
	if strings.Contains(text, "\n") {
		text = strconv.Quote(text)
	}
	mark := ""
	if !d.report.given(path) {
		mark = "  (default)"
	}
	fmt.Fprintf(d.out, "%s: %s%s\n", path, text, mark)
}

// written is a value as the configuration would have it; secrets are ***.
// What is optional and not there is empty.
func written(v reflect.Value) string {
	switch value := v.Interface().(type) {
	case time.Duration:
		return calendar.FormatDuration(value)
	case *time.Location:
		if value == nil {
			return ""
		}
		return value.String()
	case encoding.TextMarshaler:
		text, err := value.MarshalText()
		if err != nil {
			return ""
		}
		return string(text)
	}
	return fmt.Sprint(v.Interface())
}

// story writes what the edition will do.
func (c *Config) story(w io.Writer) {
	ed := c.Edition
	fmt.Fprintf(w, "%s: %s to %s in %s, %s on which openers may leave\n", ed.Name, weekday(ed.From), weekday(ed.To),
		ed.Zone, counted(c.openDays(), "day", "days"))
	fmt.Fprintf(w, "%s: %s\n", counted(len(c.Companies), "company", "companies"), c.classes())
	for _, p := range c.Probes {
		c.series(w, p)
	}
	most, planned, bound := 0, c.planned(), "at most"
	for _, n := range planned.contacts {
		most = max(most, n)
	}
	if planned.more {
		bound = "more than"
	}
	fmt.Fprintf(w, "%s %s a company\n", bound, counted(most, "contact", "contacts"))
}

// series writes what a probe will do.
func (c *Config) series(w io.Writer, p Probe) {
	n, companies, plus := c.rounds(p), c.reached(p.Channel), ""
	if n.many {
		plus = " or more"
	}
	fmt.Fprintf(w, "probe %s, channel %s: %s × %s = %s%s\n", p.Name, p.Channel,
		counted(companies, "company", "companies"), counted(n.open, "round", "rounds"),
		counted(companies*n.open, "contact", "contacts"), plus)
	if n.open == 0 {
		return
	}
	zone := c.Edition.Zone
	fmt.Fprintf(w, "  first round %s; openers leave from %s to %s\n", n.first.In(zone).Format(moment),
		n.window.From.In(zone).Format(moment), n.window.To.In(zone).Format(moment))
	last := n.window.To.Add(-time.Minute)
	if !last.After(n.window.From) {
		last = n.window.From
	}
	for _, sent := range slices.Compact([]time.Time{n.window.From, last}) {
		deadline := c.Edition.Calendar().Deadline(sent, p.promise())
		fmt.Fprintf(w, "  sent %s: in time until %s\n", sent.In(zone).Format(moment), deadline.In(zone).Format(moment))
	}
}

// weekday writes a date with its day of the week.
func weekday(d calendar.Date) string { return d.Weekday().String()[:3] + " " + d.String() }
