package config

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
)

// companyColumns are the columns of a table that are not channels.
func companyColumns() []string {
	return []string{"id", "name", "class", "language", "consent", "country", "time_zone", "hours"}
}

// companies reads the table of companies behind those of the configuration. A
// row is made a mapping and read like any other, so that the same rules hold.
func (d *decoder) companies(cfg *Config) {
	file := cfg.CompaniesFile
	if _, err := os.Stat(file); err != nil {
		d.noTable(cfg, err)
		return
	}
	text, ok := d.read(file)
	if !ok {
		return
	}
	table := &decoder{report: d.report, file: file, dir: filepath.Dir(file), columns: true}
	rows := table.rows(text, cfg.Channels)
	fresh := make([]Company, len(rows))
	for i, n := range rows {
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

// rows returns each row of a table as a mapping.
func (d *decoder) rows(text []byte, known map[string]Channel) []*yaml.Node {
	r := csv.NewReader(bytes.NewReader(text))
	r.FieldsPerRecord = -1
	r.TrimLeadingSpace = true
	var header []string
	var rows []*yaml.Node
	for {
		cells, err := r.Read()
		line := 0
		if err == nil {
			line, _ = r.FieldPos(0)
		}
		var broken *csv.ParseError
		switch {
		case errors.Is(err, io.EOF):
			if header == nil {
				d.add(Fault{File: d.file, Text: "is empty"})
			}
			return rows
		case errors.As(err, &broken):
			d.add(Fault{File: d.file, Line: broken.Line, Text: fmt.Sprintf("column %d: %s", broken.Column, broken.Err)})
		case err != nil:
			d.add(Fault{File: d.file, Text: cause(err)})
			return rows
		case header == nil:
			if header = cells; !d.header(header, line, known) {
				return nil
			}
		case strings.Join(cells, "") == "":
		case len(cells) != len(header):
			text := fmt.Sprintf("has %d columns; the first line has %d", len(cells), len(header))
			d.add(Fault{File: d.file, Line: line, Text: text})
		default:
			rows = append(rows, row(header, cells, line))
		}
	}
}

// header checks the first line of a table.
func (d *decoder) header(header []string, line int, known map[string]Channel) bool {
	if len(header) == 1 && strings.Contains(header[0], ";") {
		d.add(Fault{File: d.file, Line: line, Text: "the columns must be parted by commas, not semicolons"})
		return false
	}
	whole := true
	fault := func(key, text string) {
		d.add(Fault{File: d.file, Line: line, Key: key, Text: text})
		whole = false
	}
	all := append(companyColumns(), names(known)...)
	for i, name := range header {
		header[i] = strings.TrimSpace(name)
		switch {
		case slices.Contains(header[:i], header[i]):
			fault(header[i], "the column is given twice")
		case d.unread(below("channels", header[i])):
		case !slices.Contains(all, header[i]):
			fault(header[i], "the column is neither one of a company's own nor a channel"+suggestion(header[i], all))
		}
	}
	for _, f := range fieldsOf(reflect.TypeFor[Company]()) {
		if f.need && f.key != "reach" && !slices.Contains(header, f.key) {
			fault(f.key, "the column is missing"+f.reason())
		}
	}
	return whole
}

// row makes a mapping of a row: the company's id first, and what is neither a
// column of its own nor empty as its reach.
func row(header, cells []string, line int) *yaml.Node {
	text := func(s string) *yaml.Node {
		n := &yaml.Node{Kind: yaml.ScalarNode, Value: strings.TrimSpace(s), Line: line}
		if n.Value == "" {
			n.Tag = "!!null"
		}
		return n
	}
	company := &yaml.Node{Kind: yaml.MappingNode, Line: line}
	reach := &yaml.Node{Kind: yaml.MappingNode, Line: line}
	for i, name := range header {
		value := text(cells[i])
		switch {
		case name == "id":
			company.Content = append([]*yaml.Node{text(name), value}, company.Content...)
		case slices.Contains(companyColumns(), name):
			company.Content = append(company.Content, text(name), value)
		case !isNull(value):
			reach.Content = append(reach.Content, text(name), value)
		}
	}
	company.Content = append(company.Content, text("reach"), reach)
	return company
}
