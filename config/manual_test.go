package config

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"

	"github.com/svartid/svartid/channels"
)

// TestManual holds docs/configuration.md against what it is made of: the fields and
// their tags, the comments that the schema has, and for each key an example from a file
// that must load. -update writes it anew.
func TestManual(t *testing.T) {
	m := manual{t: t, comments: comments(t), examples: map[string]string{}}
	files, err := filepath.Glob("testdata/good/*.yml")
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(files)
	for _, file := range append([]string{"testdata/good/svartid.example.yml", "testdata/good/grammar.yml"}, files...) {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var doc yaml.Node
		if err := yaml.Load(text, &doc); err != nil {
			t.Fatal(err)
		}
		m.kinds = map[string]string{}
		m.learn(doc.Content[0])
		m.collect("", doc.Content[0])
	}
	m.out.WriteString(manualHead)
	m.heading("The sections")
	m.table("", reflect.TypeFor[Config]())
	for _, f := range fieldsOf(reflect.TypeFor[Config]()) {
		if section := inside(typeOf(reflect.TypeFor[Config](), f)); section.Kind() == reflect.Struct && !isText(section) && f.key != "channels" {
			m.section(f.key, section)
		}
	}
	for _, k := range kinds() {
		m.section("channels, type: "+k.name, reflect.TypeOf(k.settings).Elem())
		m.section("companies.reach, on a channel of type "+k.name, reflect.TypeOf(k.reach).Elem())
	}
	m.heading("The table of companies")
	m.out.WriteString(manualTable)
	m.out.WriteString("| column | what it is |\n|---|---|\n")
	for _, name := range names(companyColumns()) {
		fmt.Fprintf(&m.out, "| `%s` | %s |\n", name, companyColumns()[name])
	}
	m.out.WriteString("| a channel's name | where the company is reached on it |\n")
	expect(t, "../docs/configuration.md", m.out.String())
}

const manualHead = `# Configuration

One YAML file, and a table of companies beside it. This page is made from the program: TestManual in package config writes it
with ` + "`-update`" + `, and compares it else. ` + "`svartid check`" + ` says all that is wrong with a file at once, then every setting as it
stands. Editors complete keys by [svartid.schema.json](../config/svartid.schema.json).

A key without a default may be left out unless it is marked **needed**. Times are written as 30m, 2h or 1d, working days as
3 working days, hours as Mon-Fri 09:00-15:00, days as 2027-03-24. A key that ends in _file names a file, relative to the
folder of the file that names it.
`

const manualTable = `companies_file names a table as a spreadsheet saves it: columns parted by semicolons, commas or tabs, in UTF-8, UTF-16 or
windows-1252, days as 2026-11-01 or 01.11.2026. The first row names the columns, in any order; check shows how each was read.
A column has the name of a channel, or of a key of where it reaches companies, as chat.url: so each company may have a server
of its own. A secret is not in the table, but in a file that it names, as chat.hmac_file.
A row whose consent is empty is a company that takes part in no round and is named by check.

`

// A manual is the page in the making.
type manual struct {
	t        *testing.T
	comments map[string]string // by definition and key
	examples map[string]string // by path
	kinds    map[string]string // of the channels of the file at hand, by name
	out      strings.Builder
}

// comments returns what the schema says of each key.
func comments(t *testing.T) map[string]string {
	t.Helper()
	type property struct {
		Description string `json:"description"`
	}
	type definition struct {
		Properties map[string]property `json:"properties"`
	}
	var schema struct {
		definition
		Definitions map[string]definition `json:"$defs"`
	}
	text, err := Schema(".")
	if err == nil {
		err = json.Unmarshal(text, &schema)
	}
	if err != nil {
		t.Fatal(err)
	}
	schema.Definitions["Config"] = schema.definition
	all := map[string]string{}
	for name, def := range schema.Definitions {
		for key, p := range def.Properties {
			all[name+"."+key] = strings.Join(strings.Fields(p.Description), " ")
		}
	}
	return all
}

// learn notes the types of a file's channels.
func (m *manual) learn(root *yaml.Node) {
	for i := 0; i+1 < len(root.Content); i += 2 {
		if root.Content[i].Value != "channels" {
			continue
		}
		named := root.Content[i+1].Content
		for j := 0; j+1 < len(named); j += 2 {
			settings := named[j+1].Content
			for k := 0; k+1 < len(settings); k += 2 {
				if settings[k].Value == "type" {
					m.kinds[named[j].Value] = settings[k+1].Value
				}
			}
		}
	}
}

// collect keeps the first example of each path of a file.
func (m *manual) collect(path string, n *yaml.Node) {
	if text := example(n); m.examples[path] == "" && text != `""` {
		m.examples[path] = text
	}
	switch n.Kind {
	case yaml.SequenceNode:
		for _, inner := range n.Content {
			m.collect(path, inner)
		}
	case yaml.MappingNode:
		for i := 0; i+1 < len(n.Content); i += 2 {
			m.collect(m.path(path, n.Content[i].Value), n.Content[i+1])
		}
	}
}

// path names a key below a path as the page does: channels by their types.
func (m *manual) path(above, key string) string {
	kind := m.kinds[key]
	switch above {
	case "channels":
		return "channels, type: " + kind
	case "companies.reach":
		return "companies.reach, on a channel of type " + kind
	}
	return below(above, key)
}

// example writes a value in one line, as a file could have it.
func example(n *yaml.Node) string {
	const longest = 70
	if n.Kind == yaml.MappingNode && len(n.Content) > 4 {
		return "{" + n.Content[0].Value + ": …}"
	}
	var flat func(n *yaml.Node) string
	flat = func(n *yaml.Node) string {
		var parts []string
		switch n.Kind {
		case yaml.SequenceNode:
			for _, inner := range n.Content {
				parts = append(parts, flat(inner))
			}
			return "[" + strings.Join(parts, ", ") + "]"
		case yaml.MappingNode:
			for i := 0; i+1 < len(n.Content); i += 2 {
				parts = append(parts, n.Content[i].Value+": "+flat(n.Content[i+1]))
			}
			return "{" + strings.Join(parts, ", ") + "}"
		}
		if n.Value == "" || strings.ContainsAny(n.Value[:1], "*&!|>'\"%@`{[#") || strings.ContainsAny(n.Value, ",{}") || strings.Contains(n.Value, ": ") {
			return fmt.Sprintf("%q", n.Value)
		}
		return n.Value
	}
	text := []rune(flat(n))
	if len(text) > longest {
		return string(text[:longest]) + "…"
	}
	return string(text)
}

// typeOf returns the type of a struct's field.
func typeOf(t reflect.Type, f field) reflect.Type { return t.FieldByIndex(f.index).Type }

// inside returns what a list, a map or a pointer is of.
func inside(t reflect.Type) reflect.Type {
	for !isText(t) && (t.Kind() == reflect.Slice || t.Kind() == reflect.Map || t.Kind() == reflect.Pointer) {
		t = t.Elem()
	}
	return t
}

func (m *manual) heading(text string) { fmt.Fprintf(&m.out, "\n## %s\n\n", text) }

// section writes a type's keys under a heading.
func (m *manual) section(path string, t reflect.Type) {
	m.heading(path)
	m.table(path, t)
}

// table writes the keys of a type, and those below them.
func (m *manual) table(path string, t reflect.Type) {
	m.out.WriteString("| key | what it is | default | example |\n|---|---|---|---|\n")
	m.rows(path, "", t)
}

// rows writes the keys of a type; within is the path inside the section.
func (m *manual) rows(path, within string, t reflect.Type) {
	cell := func(text string) string { return strings.ReplaceAll(text, "|", `\|`) }
	for _, f := range fieldsOf(t) {
		at, inner := below(path, f.key), inside(typeOf(t, f))
		key := below(within, f.key)
		given := m.examples[at]
		if inner == reflect.TypeFor[channels.Secret]() {
			given = "the secret itself; better " + f.key + "_file"
		} else if given == "" {
			m.t.Errorf("%s: no file of testdata/good gives an example", at)
		} else {
			given = "`" + given + "`"
		}
		said := m.comments[m.definition(t)+"."+f.key]
		if rest, named := strings.CutPrefix(said, t.FieldByIndex(f.index).Name+" "); named {
			said = "`" + f.key + "` " + rest
		}
		if f.need {
			said = strings.TrimSpace("**needed** " + said)
		}
		if len(f.words) > 0 {
			said = strings.TrimSpace(said + " One of " + strings.Join(f.words, ", ") + ".")
		}
		preset := f.preset
		if preset != "" {
			preset = "`" + preset + "`"
		}
		fmt.Fprintf(&m.out, "| `%s` | %s | %s | %s |\n", key, cell(said), cell(preset), cell(given))
		if path != "" && inner.Kind() == reflect.Struct && !isText(inner) && inner != reflect.TypeFor[Channel]() {
			m.rows(at, key, inner)
		}
	}
}

// definition names a type as the schema does.
func (m *manual) definition(t reflect.Type) string {
	s := schemer{types: map[string]reflect.Type{}}
	name := s.named(t)
	kind, plain, _ := strings.Cut(name, ".")
	switch plain {
	case "Config":
		return "channel." + kind
	case "Reach":
		return "reach." + kind
	}
	return name
}
