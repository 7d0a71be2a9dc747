package config

import (
	"encoding"
	"reflect"
	"strings"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/probes/fairness"
)

// A field is one key that a mapping may have, as the struct's tags tell.
type field struct {
	key    string
	index  []int // of reflect.Value.FieldByIndex
	short  bool  // a bare text in place of the mapping is this field
	need   bool
	why    string   // it is needed; may be empty
	preset string   // the default, as it would be written
	words  []string // allowed; none: any
	form   string
}

// reason continues a sentence that says that the field is not there.
func (f field) reason() string {
	if f.why == "" {
		return ""
	}
	return ": " + f.why
}

// fieldsOf returns the keys that a struct may be read from, in its order.
func fieldsOf(t reflect.Type) []field {
	var fields []field
	for sf := range t.Fields() {
		key, option, _ := strings.Cut(sf.Tag.Get("yaml"), ",")
		if option == "inline" {
			for _, inner := range fieldsOf(sf.Type) {
				inner.index = append([]int{sf.Index[0]}, inner.index...)
				fields = append(fields, inner)
			}
			continue
		}
		if key == "" || key == "-" {
			continue
		}
		f := field{
			key: key, index: sf.Index, short: option == "short",
			preset: sf.Tag.Get("default"), form: sf.Tag.Get("form"),
		}
		f.why, f.need = sf.Tag.Lookup("need")
		if enum := sf.Tag.Get("enum"); enum != "" {
			f.words = strings.Split(enum, "|")
		}
		if f.form == "policy" {
			f.words = policies()
			f.preset = f.words[0]
		}
		fields = append(fields, f)
	}
	return fields
}

// policies are the names of what companies are ranked by, the default first.
func policies() []string {
	var names []string
	for _, p := range fairness.Policies() {
		names = append(names, string(p))
	}
	return names
}

// isText reports whether values of a type are written as one text.
func isText(t reflect.Type) bool {
	switch t {
	case reflect.TypeFor[time.Duration](), reflect.TypeFor[*time.Location](), reflect.TypeFor[channels.Secret]():
		return true
	}
	if reflect.PointerTo(t).Implements(reflect.TypeFor[encoding.TextUnmarshaler]()) {
		return true
	}
	switch t.Kind() {
	case reflect.String, reflect.Int, reflect.Float64, reflect.Bool:
		return true
	}
	return false
}
