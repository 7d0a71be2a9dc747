package config

import (
	"encoding/json"
	"fmt"
	"path"
	"reflect"
	"strings"
	"time"

	"github.com/invopop/jsonschema"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/probes/calendar"
)

//go:generate go test -run ^Test(Schema|Manual)$ -update

const module = "github.com/svartid/svartid"

// Schema returns the JSON Schema of the configuration, for editors, made from
// the same structs and tags that it is read by. sources is this package's
// folder, whose comments become descriptions; empty: there are none.
func Schema(sources string) ([]byte, error) {
	s := schemer{types: map[string]reflect.Type{}}
	s.reflector = jsonschema.Reflector{
		BaseSchemaID: "https://" + module + "/config", FieldNameTag: "yaml",
		ExpandedStruct: true, RequiredFromJSONSchemaTags: true,
		Mapper: s.mapped, Namer: s.named,
	}
	if sources != "" {
		for _, folder := range []string{sources, path.Join(sources, "../channels")} {
			if err := s.reflector.AddGoComments(module+"/config", folder); err != nil {
				return nil, fmt.Errorf("read comments of %s: %w", folder, err)
			}
		}
	}
	root := s.reflector.Reflect(&Config{})
	root.ID = jsonschema.ID("https://" + module + "/config/svartid.schema.json")
	root.Title = "svartid"
	var settings, reaches []*jsonschema.Schema
	for _, k := range kinds() {
		settings = append(settings, s.settings(root, k))
		reaches = append(reaches, s.reach(root, k))
	}
	root.Definitions["Channel"] = &jsonschema.Schema{OneOf: settings}
	root.Definitions["Reach"] = &jsonschema.Schema{AnyOf: reaches}
	for name, t := range s.types {
		if def, ok := root.Definitions[name]; ok && t.Kind() == reflect.Struct {
			tagged(def, t)
		}
	}
	tagged(root, reflect.TypeFor[Config]())
	text, err := json.MarshalIndent(root, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("write schema: %w", err)
	}
	return append(text, '\n'), nil
}

// A schemer makes a schema of types, and remembers them by their names in it.
type schemer struct {
	reflector jsonschema.Reflector
	types     map[string]reflect.Type
}

// named gives types of channels their channel's name, because each has a Config
// and a Reach.
func (s schemer) named(t reflect.Type) string {
	name := t.Name()
	if folder, ok := strings.CutPrefix(t.PkgPath(), module+"/channels/"); ok {
		folder, _, _ = strings.Cut(folder, "/")
		name = folder + "." + name
	}
	s.types[name] = t
	return name
}

// mapped is the schema of types that are written otherwise than they are kept.
func (s schemer) mapped(t reflect.Type) *jsonschema.Schema {
	switch t {
	case reflect.TypeFor[Channel]():
		return &jsonschema.Schema{Ref: "#/$defs/Channel"}
	case reflect.TypeFor[map[string]Reach]():
		return &jsonschema.Schema{Type: "object", AdditionalProperties: &jsonschema.Schema{Ref: "#/$defs/Reach"}}
	case reflect.TypeFor[calendar.Date]():
		return &jsonschema.Schema{Type: "string", Format: "date"}
	case reflect.TypeFor[time.Location](), reflect.TypeFor[channels.Secret](), reflect.TypeFor[time.Duration]():
		return &jsonschema.Schema{Type: "string"}
	}
	if t.Kind() == reflect.Struct && isText(t) || t == reflect.TypeFor[calendar.Clock]() {
		return &jsonschema.Schema{Type: "string"}
	}
	return nil
}

// settings adds what a type of channel may be configured with, and returns a
// reference to it.
func (s schemer) settings(root *jsonschema.Schema, k kind) *jsonschema.Schema {
	def := s.define(root, k.settings)
	tagged(def, reflect.TypeOf(k.settings).Elem())
	def.Properties.Set("type", &jsonschema.Schema{Const: k.name})
	def.Required = append([]string{"type"}, def.Required...)
	name := "channel." + k.name
	root.Definitions[name] = def
	return &jsonschema.Schema{Ref: "#/$defs/" + name}
}

// reach adds how a company may be met on a type of channel, and returns a
// reference to it: a text, or a mapping.
func (s schemer) reach(root *jsonschema.Schema, k kind) *jsonschema.Schema {
	def := s.define(root, k.reach)
	tagged(def, reflect.TypeOf(k.reach).Elem())
	name := "reach." + k.name
	root.Definitions[name] = &jsonschema.Schema{AnyOf: []*jsonschema.Schema{{Type: "string"}, def}}
	return &jsonschema.Schema{Ref: "#/$defs/" + name}
}

// define returns the schema of v's type, and adds what it refers to.
func (s schemer) define(root *jsonschema.Schema, v any) *jsonschema.Schema {
	def := s.reflector.Reflect(v)
	for name, inner := range def.Definitions {
		root.Definitions[name] = inner
	}
	def.Definitions, def.Version, def.ID = nil, "", ""
	return def
}

// tagged adds to a struct's schema what our own tags say of its fields.
func tagged(def *jsonschema.Schema, t reflect.Type) {
	for _, f := range fieldsOf(t) {
		property, ok := def.Properties.Get(f.key)
		if !ok {
			continue
		}
		if f.need {
			def.Required = append(def.Required, f.key)
		}
		if f.preset != "" {
			property.Default = f.preset
			if property.Type == "integer" || property.Type == "number" {
				property.Default = json.Number(f.preset)
			}
		}
		for _, word := range f.words {
			property.Enum = append(property.Enum, word)
		}
		switch f.form {
		case "id":
			property.Pattern = "^[a-z0-9][a-z0-9-]{0,62}$"
		case "country":
			for _, country := range calendar.Countries() {
				property.Enum = append(property.Enum, country)
			}
		}
	}
}
