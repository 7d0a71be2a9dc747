package config

import (
	"encoding"
	"errors"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"go.yaml.in/yaml/v4"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/probes/calendar"
)

// file reports whether a text names a file or a folder, which is looked for beside the
// configuration.
func (at spot) file() bool { return strings.HasSuffix(at.path, "_file") || at.field.form == "folder" }

// text reads a value that is written as one text.
func (d *decoder) text(at spot, v reflect.Value) {
	if at.node.Kind != yaml.ScalarNode {
		d.misread(at.path, "must be %s, not %s", wanted(v), kindOf(at.node))
		return
	}
	if err := setText(v, at.node); err != nil {
		d.misread(at.path, "%s", err)
		return
	}
	if v.Type() == reflect.TypeFor[channels.Secret]() {
		d.inline = append(d.inline, at.path)
		return
	}
	if stands, ok := d.places[at.path]; ok {
		stands.text = written(v)
		d.places[at.path] = stands
	}
	if v.Kind() != reflect.String || v.String() == "" {
		return
	}
	if err := allowed(v.String(), at.field); err != nil {
		d.misread(at.path, "%s", err)
		return
	}
	if at.file() && !filepath.IsAbs(v.String()) {
		v.SetString(filepath.Join(d.dir, v.String()))
	}
	made := []string{"companies_file", "ledger.heads_file", "web.push_file", secretPath} // or read elsewhere
	if strings.HasSuffix(at.path, "_file") && !slices.Contains(made, at.path) {
		d.secrets = append(d.secrets, secretFile{at.path, v.String()})
	}
}

// setText parses a node's text into v. The text is taken as it is written,
// whatever YAML would make of it.
func setText(v reflect.Value, n *yaml.Node) error {
	switch into := v.Addr().Interface().(type) {
	case *channels.Secret:
		*into = channels.Inline(n.Value)
		return nil
	case *time.Duration:
		d, err := calendar.ParseDuration(n.Value)
		*into = d
		return err
	case **time.Location:
		return setZone(into, n.Value)
	case encoding.TextUnmarshaler:
		return trimmed(into.UnmarshalText([]byte(n.Value)))
	}
	if v.Kind() == reflect.String {
		v.SetString(n.Value)
		return nil
	}
	if n.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle|yaml.LiteralStyle|yaml.FoldedStyle) != 0 {
		return errors.New("must be " + wanted(v) + ", not a text in quotes")
	}
	return setNumber(v, n.Value)
}

// trimmed leaves out the name that package calendar gives to what it reads
// where the key says it better.
func trimmed(err error) error {
	if err == nil {
		return nil
	}
	text := strings.TrimPrefix(err.Error(), "within ")
	return errors.New(strings.TrimPrefix(text, "within: "))
}

// setZone loads a zone of the IANA database. The machine's own is refused,
// because the plan must be the same on every machine.
func setZone(into **time.Location, name string) error {
	zone, err := time.LoadLocation(name)
	if err != nil || name == "" || strings.EqualFold(name, "local") {
		return errors.New(strconv.Quote(name) + " is no time zone; want a name such as Europe/Oslo")
	}
	*into = zone
	return nil
}

// setNumber reads a number in plain decimals, or true or false. Octal numbers,
// underscores, NaN and the like are refused.
func setNumber(v reflect.Value, text string) error {
	var err error
	switch v.Kind() {
	case reflect.Int:
		var i int64
		i, err = strconv.ParseInt(text, 10, strconv.IntSize)
		v.SetInt(i)
	case reflect.Float64:
		var f float64
		f, err = strconv.ParseFloat(text, 64)
		v.SetFloat(f)
	case reflect.Bool:
		v.SetBool(text == "true")
		if text == "true" || text == "false" {
			return nil
		}
	}
	if err != nil || !isDecimal(text) {
		return errors.New("must be " + wanted(v))
	}
	return nil
}

// isDecimal reports whether s is written as people write numbers: no leading
// zero, no exponent, a digit on both sides of the point.
func isDecimal(s string) bool {
	whole, fraction, pointed := strings.Cut(strings.TrimPrefix(s, "-"), ".")
	return isDigits(whole) && (whole == "0" || whole[0] != '0') && (!pointed || isDigits(fraction))
}

// isDigits reports whether s is digits and nothing else.
func isDigits(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}

// wanted names what v is written as, for faults.
func wanted(v reflect.Value) string {
	switch v.Kind() {
	case reflect.Int:
		if v.Type() != reflect.TypeFor[time.Duration]() {
			return "a whole number"
		}
	case reflect.Float64:
		return "a number in plain decimals"
	case reflect.Bool:
		return "true or false"
	}
	return "a text"
}

// allowed says what is wrong with a text by its field's tags, if anything.
func allowed(s string, f field) error {
	if strings.ContainsFunc(s, func(r rune) bool {
		return unicode.IsControl(r) && (f.form != "text" || r != '\n' && r != '\t')
	}) {
		if f.form == "text" {
			return errors.New("holds a control character")
		}
		return errors.New("must be a single line without control characters")
	}
	if len(f.words) > 0 && !slices.Contains(f.words, s) {
		return errors.New(unknownWord(s, f.words))
	}
	return formed(s, f.form)
}
