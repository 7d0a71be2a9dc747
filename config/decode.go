package config

import (
	"reflect"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/svartid/svartid/channels"
)

// A decoder reads nodes into structs by their tags. It goes on after a fault.
type decoder struct {
	*report
	file    string // that the nodes come from
	dir     string // that paths in it are relative to
	columns bool   // the nodes are rows of a table: faults name columns

	waiting []waiting
	secrets []secretFile
	inline  []string // paths of secrets that stand in the configuration itself
}

// A secretFile is a file that a key names.
type secretFile struct{ path, file string }

// A spot is a node, the path of its key, and the field that it is read into.
type spot struct {
	node  *yaml.Node
	path  string
	field field
}

// A pair is one key of a mapping, with its value.
type pair struct {
	key   string
	line  int
	value *yaml.Node
}

type pairs []pair

// find returns the value of a key.
func (ps pairs) find(key string) (*yaml.Node, bool) {
	for _, p := range ps {
		if p.key == key {
			return p.value, true
		}
	}
	return nil, false
}

// without returns the pairs of all keys but one.
func (ps pairs) without(key string) pairs {
	return slices.DeleteFunc(slices.Clone(ps), func(p pair) bool { return p.key == key })
}

// enter goes to a key of the mapping at a spot, and notes where it stands.
func (d *decoder) enter(at spot, p pair) spot {
	path := below(at.path, p.key)
	stands := place{file: d.file, line: p.line}
	if d.columns {
		stands.key = p.key
		if _, column, inside := strings.Cut(path, ".reach."); inside {
			stands.key = column
		}
	}
	d.places[path] = stands
	return spot{node: p.value, path: path, field: at.field}
}

// placed is the place of a node that is no secret.
func (d *decoder) placed(n *yaml.Node) place {
	return place{file: d.file, line: n.Line, text: n.Value}
}

// value reads a node into v by v's type.
func (d *decoder) value(at spot, v reflect.Value) {
	switch t := v.Type(); {
	case t == reflect.TypeFor[Channel]():
		d.channel(at, v)
	case t == reflect.TypeFor[map[string]Reach]():
		d.waiting = append(d.waiting, waiting{at, v})
	case isText(t):
		d.text(at, v)
	case t.Kind() == reflect.Pointer:
		v.Set(reflect.New(t.Elem()))
		d.value(at, v.Elem())
	case t.Kind() == reflect.Struct:
		d.object(at, v)
	case t.Kind() == reflect.Slice:
		d.list(at, v)
	case t.Kind() == reflect.Map:
		d.table(at, v)
	default:
		d.misread(at.path, "cannot be configured")
	}
}

// object reads a mapping into a struct, or a bare text into its short field.
func (d *decoder) object(at spot, v reflect.Value) {
	if at.node.Kind == yaml.ScalarNode {
		for _, f := range fieldsOf(v.Type()) {
			if f.short {
				at.field = f
				d.text(at, v.FieldByIndex(f.index))
				return
			}
		}
	}
	if ps, ok := d.pairs(at); ok {
		d.fields(at, ps, v)
	}
}

// fields reads the keys of a mapping into a struct's fields.
func (d *decoder) fields(at spot, ps pairs, v reflect.Value) {
	fields := fieldsOf(v.Type())
	var known []string
	for _, f := range fields {
		known = append(known, f.key)
	}
	for _, p := range ps {
		if !slices.Contains(known, p.key) {
			d.fault(d.enter(at, p).path, "unknown key%s", suggestion(p.key, known))
		}
	}
	for _, f := range fields {
		i := slices.IndexFunc(ps, func(p pair) bool { return p.key == f.key })
		if i >= 0 && !isNull(ps[i].value) {
			d.present(at, f, ps[i], v.FieldByIndex(f.index))
			continue
		}
		if i >= 0 {
			d.enter(at, ps[i])
		}
		d.absent(at, f, v.FieldByIndex(f.index))
	}
	d.twins(at, fields, v)
}

// present reads a field whose key is there.
func (d *decoder) present(at spot, f field, p pair, v reflect.Value) {
	at.field = f
	at = d.enter(at, p)
	if f.need && isEmpty(p.value) {
		d.misread(at.path, "is empty%s", f.reason())
		return
	}
	d.value(at, v)
}

// absent gives a field whose key is not there its default.
func (d *decoder) absent(at spot, f field, v reflect.Value) {
	path := below(at.path, f.key)
	switch {
	case f.need:
		if d.columns && strings.Contains(at.path, ".reach.") {
			d.enter(at, pair{key: f.key, line: at.node.Line})
		}
		d.misread(path, "is missing%s", f.reason())
	case f.preset != "":
		d.value(spot{node: &yaml.Node{Kind: yaml.ScalarNode, Value: f.preset}, path: path, field: f}, v)
	case v.Kind() == reflect.Struct && !isText(v.Type()):
		d.fields(spot{node: at.node, path: path}, nil, v)
	}
}

// twins gives each secret x that is kept in a file the name of the file, and
// refuses one that is given as x and as x_file.
func (d *decoder) twins(at spot, fields []field, v reflect.Value) {
	for _, f := range fields {
		secret, ok := v.FieldByIndex(f.index).Addr().Interface().(*channels.Secret)
		if !ok {
			continue
		}
		i := slices.IndexFunc(fields, func(twin field) bool { return twin.key == f.key+"_file" })
		if i < 0 {
			continue
		}
		path, file := below(at.path, fields[i].key), v.FieldByIndex(fields[i].index).String()
		switch {
		case file == "":
		case !secret.IsZero():
			d.fault(path, "%s is given as well; keep one of the two", f.key)
		default:
			*secret = channels.InFile(file)
		}
	}
}

// list reads a sequence into a slice.
func (d *decoder) list(at spot, v reflect.Value) {
	if at.node.Kind != yaml.SequenceNode {
		d.misread(at.path, "must be a list, not %s", kindOf(at.node))
		return
	}
	v.Set(reflect.MakeSlice(v.Type(), len(at.node.Content), len(at.node.Content)))
	for i, n := range at.node.Content {
		path := item(at.path, i)
		d.places[path] = place{file: d.file, line: n.Line}
		if isNull(n) || n.Kind == yaml.ScalarNode && n.Value == "" {
			d.misread(path, "is empty")
			continue
		}
		d.value(spot{node: n, path: path, field: at.field}, v.Index(i))
	}
}

// table reads a mapping into a map. What could not be read is left out.
func (d *decoder) table(at spot, v reflect.Value) {
	ps, ok := d.pairs(at)
	if !ok {
		return
	}
	v.Set(reflect.MakeMap(v.Type()))
	for _, p := range ps {
		inner := d.enter(at, p)
		if isNull(p.value) {
			d.misread(inner.path, "is empty")
			continue
		}
		elem := reflect.New(v.Type().Elem()).Elem()
		d.value(inner, elem)
		if !d.unread(inner.path) {
			v.SetMapIndex(reflect.ValueOf(p.key), elem)
		}
	}
}

// pairs returns the keys of a mapping, each once.
func (d *decoder) pairs(at spot) (pairs, bool) {
	if at.node.Kind != yaml.MappingNode {
		d.misread(at.path, "must be a mapping of keys to values, not %s", kindOf(at.node))
		return nil, false
	}
	var ps pairs
	lines := map[string]int{}
	for i := 0; i+1 < len(at.node.Content); i += 2 {
		k, v := at.node.Content[i], at.node.Content[i+1]
		switch {
		case k.Kind != yaml.ScalarNode || isNull(k):
			d.add(Fault{d.file, k.Line, at.path, "a key must be a single word, not " + kindOf(k)})
		case at.node.Style&yaml.FlowStyle != 0 && isNull(v):
			// It may be the tail of a secret that was cut at its comma.
			d.add(Fault{d.file, k.Line, at.path, "a key without a value; put a value that holds a comma in quotes"})
		case lines[k.Value] > 0:
			d.enter(at, pair{k.Value, k.Line, v})
			d.fault(below(at.path, k.Value), "is given twice, first on line %d", lines[k.Value])
		default:
			lines[k.Value] = k.Line
			ps = append(ps, pair{k.Value, k.Line, v})
		}
	}
	return ps, true
}

// isNull reports whether a node is written as nothing, ~ or null.
func isNull(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.Tag == "!!null" }

// isEmpty reports whether a node holds nothing.
func isEmpty(n *yaml.Node) bool { return n.Value == "" && len(n.Content) == 0 }

// kindOf names what a node is, for faults.
func kindOf(n *yaml.Node) string {
	switch {
	case isNull(n):
		return "empty"
	case n.Kind == yaml.MappingNode:
		return "a mapping"
	case n.Kind == yaml.SequenceNode:
		return "a list"
	}
	return "a text"
}

// lastKey is the last part of a path.
func lastKey(path string) string { return path[strings.LastIndexByte(path, '.')+1:] }
