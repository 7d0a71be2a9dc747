package config

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"
)

// TestSchema proves that the schema that is kept with the sources is theirs.
func TestSchema(t *testing.T) {
	schema, err := Schema(".")
	if err != nil {
		t.Fatal(err)
	}
	expect(t, "svartid.schema.json", string(schema))
}

// TestSchemaTakesGood holds that the schema takes what is good, and refuses
// unknown keys.
func TestSchemaTakesGood(t *testing.T) {
	v := newValidator(t)
	for _, name := range append(kindNames(), "svartid.example", "minimal", "timing") {
		if err := v.check(v.root, document(t, source(t, name))); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, text := range map[string]string{
		"unknown key":     strings.Replace(source(t, "minimal"), "port:", "prot:", 1),
		"unknown section": source(t, "minimal") + "colour: green\n",
		"missing key":     strings.Replace(source(t, "minimal"), "name: spring, ", "", 1),
		"wrong type":      strings.Replace(source(t, "minimal"), "2525", "smtp", 1),
		"unknown word":    source(t, "minimal") + "policy: {bot: maybe}\n",
	} {
		if v.check(v.root, document(t, text)) == nil {
			t.Errorf("%s: got no fault", name)
		}
	}
}

func document(t *testing.T, text string) any {
	t.Helper()
	var doc any
	if err := yaml.Load([]byte(text), &doc); err != nil {
		t.Fatal(err)
	}
	return doc
}

// A validator knows as much of JSON Schema as the schema uses.
type validator struct{ root, defs map[string]any }

func newValidator(t *testing.T) validator {
	t.Helper()
	text, err := Schema("")
	if err != nil {
		t.Fatal(err)
	}
	var root map[string]any
	if err := json.Unmarshal(text, &root); err != nil {
		t.Fatal(err)
	}
	return validator{root, root["$defs"].(map[string]any)}
}

func (v validator) check(schema map[string]any, value any) error {
	if ref, ok := schema["$ref"].(string); ok {
		return v.check(v.defs[strings.TrimPrefix(ref, "#/$defs/")].(map[string]any), value)
	}
	for _, key := range []string{"oneOf", "anyOf"} {
		if choices, ok := schema[key].([]any); ok {
			return v.any(choices, value)
		}
	}
	if want, ok := schema["const"]; ok && want != value {
		return fmt.Errorf("%v is not %v", value, want)
	}
	if words, ok := schema["enum"].([]any); ok && !slices.Contains(words, value) {
		return fmt.Errorf("%v is none of %v", value, words)
	}
	switch schema["type"] {
	case "object":
		return v.object(schema, value)
	case "array":
		return v.array(schema, value)
	case "string":
		return text(schema, value)
	case "integer", "number":
		if k := reflect.ValueOf(value).Kind(); k != reflect.Int && k != reflect.Float64 {
			return fmt.Errorf("%v is no number", value)
		}
	}
	return nil
}

func (v validator) any(choices []any, value any) error {
	var errs []error
	for _, choice := range choices {
		err := v.check(choice.(map[string]any), value)
		if err == nil {
			return nil
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

func (v validator) object(schema map[string]any, value any) error {
	object, ok := value.(map[string]any)
	if !ok {
		return fmt.Errorf("%v is no object", value)
	}
	required, _ := schema["required"].([]any)
	for _, key := range required {
		if _, ok := object[key.(string)]; !ok {
			return fmt.Errorf("%s is missing", key)
		}
	}
	properties, _ := schema["properties"].(map[string]any)
	for key, inner := range object {
		property, ok := properties[key].(map[string]any)
		if !ok {
			if property, ok = schema["additionalProperties"].(map[string]any); !ok {
				return fmt.Errorf("%s is not known", key)
			}
		}
		if err := v.check(property, inner); err != nil {
			return fmt.Errorf("%s: %w", key, err)
		}
	}
	return nil
}

func (v validator) array(schema map[string]any, value any) error {
	list, ok := value.([]any)
	if !ok {
		return fmt.Errorf("%v is no list", value)
	}
	for i, inner := range list {
		if err := v.check(schema["items"].(map[string]any), inner); err != nil {
			return fmt.Errorf("%d: %w", i, err)
		}
	}
	return nil
}

// text takes what YAML 1.1 knows for a date as well, as editors do.
func text(schema map[string]any, value any) error {
	s, ok := value.(string)
	if !ok && schema["format"] != "date" {
		return fmt.Errorf("%v is no text", value)
	}
	if pattern, has := schema["pattern"].(string); has && !regexp.MustCompile(pattern).MatchString(s) {
		return fmt.Errorf("%s is not like %s", s, pattern)
	}
	return nil
}
