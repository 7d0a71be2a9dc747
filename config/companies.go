package config

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"text/tabwriter"

	"go.yaml.in/yaml/v4"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/config/sheet"
)

// companyColumns are the columns of a table that are not channels, each with what it
// holds.
func companyColumns() map[string]string {
	return map[string]string{
		"id": "the company's id", "name": "its name", "class": "its class", "language": "what it is asked in",
		"consent": "day of consent; empty: never asked", "withdrawn": "first day without consent",
		"pause_from": "first day of a pause", "pause_to": "last day of the pause", "pause_reason": "why it is paused",
		"country": "its country", "time_zone": "its time zone", "hours": "when it is asked",
	}
}

// pauseColumn returns the key of a pause that a column stands for.
func pauseColumn(name string) (key string, ok bool) { return strings.CutPrefix(name, "pause_") }

// isDay reports whether a column holds days.
func isDay(name string) bool {
	return slices.Contains([]string{"consent", "withdrawn", "pause_from", "pause_to"}, name)
}

// A tablePreview is how a table of companies was read. Its zero value is none.
type tablePreview struct {
	file string
	sheet.Table
}

// companies reads the table of companies behind those of the configuration. A
// row is made a mapping and read like any other, so that the same rules hold.
func (d *decoder) companies(cfg *Config) {
	file := cfg.CompaniesFile
	if _, err := os.Stat(file); err != nil {
		d.noTable(cfg, err)
		return
	}
	raw, ok := d.raw(file)
	if !ok {
		return
	}
	table := &decoder{report: d.report, file: file, dir: filepath.Dir(file), columns: true}
	read, err := sheet.Read(raw)
	var broken sheet.Fault
	if errors.As(err, &broken) {
		read.Faults = append(read.Faults, broken)
	}
	for _, f := range read.Faults {
		d.add(Fault{File: file, Line: f.Line, Text: f.Text})
	}
	if err != nil || !table.header(read.Header, cfg.Channels) {
		return
	}
	cfg.table = tablePreview{file, read}
	fresh := make([]Company, len(read.Rows))
	for i, r := range read.Rows {
		n := row(read.Header.Cells, r, func(channel string) string { return shortOf(cfg.Channels, channel) })
		path := item("companies", len(cfg.Companies)+i)
		d.places[path] = place{file: file, line: n.Line, key: n.Content[1].Value}
		table.value(spot{node: n, path: path}, reflect.ValueOf(&fresh[i]).Elem())
	}
	table.reaches(cfg.Channels)
	cfg.Companies = append(cfg.Companies, fresh...)
}

// noTable takes note of a table that cannot be read. Where there are companies
// without it the configuration can be checked, like one whose secrets are
// elsewhere, and not be run.
func (d *decoder) noTable(cfg *Config, err error) {
	if len(cfg.Companies) > 0 && errors.Is(err, fs.ErrNotExist) {
		d.secrets = append(d.secrets, secretFile{"companies_file", cfg.CompaniesFile})
		d.tableless = true
		return
	}
	d.fault("companies_file", "%s: %s", cfg.CompaniesFile, cause(err))
}

// header checks the first line of a table, and gives columns that are written in
// other letters, such as ID, their names.
func (d *decoder) header(header sheet.Row, known map[string]Channel) bool {
	whole := true
	fault := func(key, text string) {
		d.add(Fault{File: d.file, Line: header.Line, Key: key, Text: text})
		whole = false
	}
	own := names(companyColumns())
	cells := header.Cells
	for i, name := range cells {
		if lower := strings.ToLower(name); !slices.Contains(names(known), name) && slices.Contains(own, lower) {
			name, cells[i] = lower, lower
		}
		if wrong := d.columnFault(cells[:i], name, known); wrong != "" {
			fault(name, wrong)
		}
	}
	for _, f := range fieldsOf(reflect.TypeFor[Company]()) {
		if (f.need || f.key == "consent") && !slices.Contains(cells, f.key) {
			fault(f.key, "the column is missing"+f.reason())
		}
	}
	return whole
}

// columnFault returns what is wrong with a column, if anything is, behind those before it.
func (d *decoder) columnFault(before []string, name string, known map[string]Channel) string {
	all := slices.Concat(names(companyColumns()), names(known), d.reachColumns(known))
	switch {
	case slices.Contains(before, name):
		return "the column is given twice"
	case d.unread(below("channels", channelOf(name))):
		return ""
	case !slices.Contains(all, name):
		return "the column is neither one of a company's own nor a channel" + suggestion(name, all)
	case slices.Contains(names(known), name) && shortOf(known, name) == "":
		return "has a column for each of its keys: " + list(d.reachColumns(map[string]Channel{name: known[name]}))
	}
	return ""
}

// channelOf returns the channel whose column one is: its own, as chat, or of a key of where a company is
// reached over it, as chat.url.
func channelOf(column string) string {
	channel, _, _ := strings.Cut(column, ".")
	return channel
}

// reachColumns returns the columns that a table may have for the keys of where companies are reached over
// the channels named. A secret is none of them: it stands in a file that a column names.
func (d *decoder) reachColumns(known map[string]Channel) (all []string) {
	for _, name := range names(known) {
		k, _ := kindNamed(known[name].Type)
		if k.reach == nil {
			continue
		}
		of := reflect.TypeOf(k.reach).Elem()
		for _, f := range fieldsOf(of) {
			if of.FieldByIndex(f.index).Type != reflect.TypeFor[channels.Secret]() {
				all = append(all, below(name, f.key))
			}
		}
	}
	return all
}

// shortOf returns the key that a channel's own column is, beside others of its keys; empty if it is none.
func shortOf(known map[string]Channel, channel string) string {
	k, _ := kindNamed(known[channel].Type)
	if k.reach == nil {
		return ""
	}
	for _, f := range fieldsOf(reflect.TypeOf(k.reach).Elem()) {
		if f.short {
			return f.key
		}
	}
	return ""
}

// place makes one cell of where a company is reached part of a row: the whole place of a channel, or a key of it.
func (r *reachRow) place(name string, value *yaml.Node, line int) {
	channel, key, inside := strings.Cut(name, ".")
	at := -1
	for i := 0; i < len(r.Content); i += 2 {
		if r.Content[i].Value == channel {
			at = i
		}
	}
	switch {
	case at < 0 && !inside:
		r.Content = append(r.Content, cell(channel, line), value)
		return
	case at < 0:
		at = len(r.Content)
		r.Content = append(r.Content, cell(channel, line), &yaml.Node{Kind: yaml.MappingNode, Line: line})
	}
	into := r.Content[at+1]
	if into.Kind != yaml.MappingNode { // the channel's own column came first
		whole := into
		into = &yaml.Node{Kind: yaml.MappingNode, Line: line}
		into.Content = []*yaml.Node{cell(r.short(channel), line), whole}
		r.Content[at+1] = into
	}
	if !inside {
		key = r.short(channel)
	}
	into.Content = append(into.Content, cell(key, line), value)
}

// A reachRow is the mapping of where one row's company is reached.
type reachRow struct {
	*yaml.Node
	short func(channel string) string
}

// cell makes a node of a cell; an empty one is null.
func cell(text string, line int) *yaml.Node {
	n := &yaml.Node{Kind: yaml.ScalarNode, Value: text, Line: line}
	if text == "" {
		n.Tag = "!!null"
	}
	return n
}

// row makes a mapping of a row: the company's id first, and what is neither a
// column of its own nor empty as its reach.
func row(header []string, r sheet.Row, short func(channel string) string) *yaml.Node {
	mapping := func() *yaml.Node { return &yaml.Node{Kind: yaml.MappingNode, Line: r.Line} }
	company, pause := mapping(), mapping()
	reach := reachRow{mapping(), short}
	for i, name := range header {
		into := company
		if _, own := companyColumns()[name]; !own {
			into = reach.Node
		} else if key, ok := pauseColumn(name); ok {
			into, name = pause, key
		}
		text := r.Cells[i]
		if isDay(header[i]) {
			text = sheet.Date(text)
		}
		set := []*yaml.Node{cell(name, r.Line), cell(text, r.Line)}
		switch {
		case name == "id":
			company.Content = append(set, company.Content...)
		case into == reach.Node && text != "":
			reach.place(name, set[1], r.Line)
		case into == company || into == pause && text != "":
			into.Content = append(into.Content, set...)
		}
	}
	company.Content = append(company.Content, cell("reach", r.Line), reach.Node)
	if len(pause.Content) > 0 {
		list := &yaml.Node{Kind: yaml.SequenceNode, Line: r.Line, Content: []*yaml.Node{pause}}
		company.Content = append(company.Content, cell("pauses", r.Line), list)
	}
	return company
}

// write shows how the table was read: column by column, what it was taken for, how
// many rows have it, and the first that does.
func (t tablePreview) write(out io.Writer) {
	if t.file == "" {
		return
	}
	separator := map[rune]string{',': "commas", ';': "semicolons", '\t': "tabs"}[t.Separator]
	fmt.Fprintf(out, "%s: %s, columns parted by %s, text in %s\n", t.file, counted(len(t.Rows), "row", "rows"), separator, t.Encoding)
	w := tabwriter.NewWriter(out, 0, 8, 2, ' ', 0)
	for i, name := range t.Header.Cells {
		meaning, own := companyColumns()[name]
		if !own {
			meaning = "where channel " + channelOf(name) + " reaches it"
			if _, key, inside := strings.Cut(name, "."); inside {
				meaning += ": " + key
			}
		}
		filled, first := 0, ""
		for _, r := range t.Rows {
			if r.Cells[i] == "" {
				continue
			}
			if filled++; filled == 1 {
				first = r.Cells[i]
			}
		}
		if day := sheet.Date(first); isDay(name) && day != first {
			first += " = " + day
		}
		fmt.Fprintf(w, "  %s\t%s\tin %s\t%s\n", name, meaning, counted(filled, "row", "rows"), clip(first))
	}
	_ = w.Flush() // out keeps its error
	fmt.Fprintln(out)
}

// Unasked names the companies that take part and are not asked: without consent, or
// after they have withdrawn it.
func (c *Config) Unasked() (notes Faults) {
	var without, withdrawn []string
	for _, co := range c.Companies {
		switch {
		case co.Consent.IsZero():
			without = append(without, co.ID)
		case !co.Withdrawn.IsZero() && !co.Consent.After(co.Withdrawn):
			withdrawn = append(withdrawn, fmt.Sprintf("%s from %s", co.ID, co.Withdrawn))
		}
	}
	for _, group := range []struct {
		ids  []string
		what string
	}{{without, "without consent, and never asked"}, {withdrawn, "withdrawn, and not asked any more"}} {
		path := "companies"
		if c.CompaniesFile != "" {
			path = "companies_file"
		}
		if len(group.ids) > 0 {
			text := fmt.Sprintf("%s %s: %s", counted(len(group.ids), "company", "companies"), group.what, strings.Join(group.ids, ", "))
			notes = append(notes, c.places().at(path, text))
		}
	}
	return notes
}
