package flow

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
	"go.yaml.in/yaml/v4/plugin/loaderlimits"
)

// Most that a flow may hold: none that was ever written comes near.
const (
	largest     = 256 << 10
	deepest     = 10 // levels of a document; the grammar needs six
	mostSteps   = 50
	longestText = 500
)

// Load reads every flow of a folder, by its name. The error holds all that is
// wrong with any of them, as Faults, or says why the folder cannot be read.
func Load(folder string) (map[string]Flow, error) {
	files, err := filepath.Glob(filepath.Join(folder, "*.yml"))
	if err != nil {
		return nil, fmt.Errorf("flows: %w", err)
	}
	if _, err := os.Stat(folder); err != nil {
		return nil, fmt.Errorf("flows: %w", err)
	}
	flows, faults := map[string]Flow{}, Faults(nil)
	for _, file := range files {
		f, err := ReadFile(file)
		var wrong Faults
		switch {
		case errors.As(err, &wrong):
			faults = append(faults, wrong...)
		case err != nil:
			return nil, err
		default:
			flows[f.Name] = f
		}
	}
	if len(faults) > 0 {
		return nil, faults
	}
	return flows, nil
}

// ReadFile reads one flow, which is named as its file is. The error is as Parse has it, or says why the
// file cannot be read.
func ReadFile(file string) (Flow, error) {
	from, err := os.Open(file)
	if err != nil {
		return Flow{}, fmt.Errorf("flow: %w", err)
	}
	defer from.Close()
	text, err := io.ReadAll(io.LimitReader(from, largest+1))
	if err != nil {
		return Flow{}, fmt.Errorf("flow: %w", err)
	}
	f, err := Parse(file, text)
	f.Name = strings.TrimSuffix(filepath.Base(file), filepath.Ext(file))
	return f, err
}

// Parse reads the text of a flow. The error is of type Faults, with all that is
// wrong, each with the file's name, its line and its key.
func Parse(file string, text []byte) (Flow, error) {
	r := &reader{file: file}
	f := r.document(text)
	if len(r.faults) > 0 {
		return Flow{}, r.faults
	}
	return f, nil
}

// A reader collects what is wrong as it reads.
type reader struct {
	file   string
	faults Faults
}

func (r *reader) fault(n *yaml.Node, key, format string, args ...any) {
	line := 0
	if n != nil {
		line = n.Line
	}
	r.faults = append(r.faults, Fault{File: r.file, Line: line, Key: key, Text: fmt.Sprintf(format, args...)})
}

// document reads the one document that a file holds.
func (r *reader) document(text []byte) (f Flow) {
	switch {
	case len(text) > largest:
		r.fault(nil, "", "is larger than %d KiB", largest>>10)
		return f
	case !utf8.Valid(text):
		r.fault(nil, "", "is not UTF-8")
		return f
	}
	root, ok := r.root(text)
	if !ok {
		return f
	}
	r.mapping(root, "", map[string]func(*yaml.Node, string){
		"open":    func(n *yaml.Node, key string) { f.Open = r.steps(n, key) },
		"ready":   func(n *yaml.Node, key string) { f.Ready = r.ready(n, key) },
		"message": func(n *yaml.Node, key string) { f.Message = r.find(n, key) },
		"send":    func(n *yaml.Node, key string) { f.Send = r.send(n, key) },
		"heard":   func(n *yaml.Node, key string) { f.Heard = r.heard(n, key) },
		"states":  func(n *yaml.Node, key string) { f.States = r.states(n, key) },
		"finish":  func(n *yaml.Node, key string) { f.Finish = r.steps(n, key) },
		"settles": func(n *yaml.Node, key string) { f.Forgets = !r.yes(n, key) },
	})
	r.whole(root, f)
	return f
}

// root parses the one document that a file must hold.
func (r *reader) root(text []byte) (*yaml.Node, bool) {
	loader, err := yaml.NewLoader(bytes.NewReader(text), yaml.WithPlugin(loaderlimits.New(loaderlimits.DepthValue(deepest))))
	var doc, second yaml.Node
	if err == nil {
		err = loader.Load(&doc)
	}
	switch {
	case errors.Is(err, io.EOF) || err == nil && (len(doc.Content) == 0 || doc.Content[0].Tag == "!!null"):
		r.fault(nil, "", "is empty")
		return nil, false
	case err != nil:
		r.syntax(err)
		return nil, false
	}
	switch err = loader.Load(&second); {
	case err == nil:
		r.fault(&second, "", "a second document begins; keep one a file")
		return nil, false
	case !errors.Is(err, io.EOF):
		r.syntax(err)
		return nil, false
	}
	return doc.Content[0], true
}

// syntax reports what is no YAML.
func (r *reader) syntax(err error) {
	at, text := &yaml.Node{}, "is no YAML"
	var load *yaml.LoadError
	if errors.As(err, &load) {
		at.Line, text = load.Mark.Line, text+": "+load.Message
	}
	r.fault(at, "", "%s", text)
}

// whole reports what a flow lacks.
func (r *reader) whole(root *yaml.Node, f Flow) {
	if len(r.faults) > 0 {
		return
	}
	for _, need := range []struct {
		key     string
		missing bool
	}{
		{"ready", f.Ready.Find.IsZero() && !f.Ready.Socket},
		{"message", f.Message.IsZero()},
		{"send", f.Send.Button.IsZero() && !f.Send.Enter},
		{"heard.item", f.Heard.Item.IsZero()},
		{"heard.mine", f.Heard.Mine.IsZero()},
		{"states.offline", len(f.States[Offline]) == 0},
	} {
		if need.missing {
			r.fault(root, need.key, "is missing")
		}
	}
	for i, s := range f.Open {
		if strings.Contains(s.With, "{question}") {
			r.fault(root, fmt.Sprintf("open[%d].with", i), "the question is written into message, and nowhere before")
		}
	}
}

// mapping reads a mapping whose keys are known.
func (r *reader) mapping(n *yaml.Node, at string, keys map[string]func(*yaml.Node, string)) {
	if n.Kind != yaml.MappingNode {
		r.fault(n, at, "must be a mapping")
		return
	}
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		read, known := keys[key.Value]
		switch path := below(at, key.Value); {
		case key.Kind != yaml.ScalarNode || !known:
			r.fault(key, path, "is no key here; want one of %s", strings.Join(sorted(keys), ", "))
		case seen[key.Value]:
			r.fault(key, path, "stands here twice")
		case value.Kind == yaml.AliasNode:
			r.fault(value, path, "is an alias; write it out")
		default:
			seen[key.Value] = true
			read(value, path)
		}
	}
}

func sorted(keys map[string]func(*yaml.Node, string)) []string {
	var names []string
	for name := range keys {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

func below(at, key string) string {
	if at == "" {
		return key
	}
	return at + "." + key
}

// text reads a text of one line.
func (r *reader) text(n *yaml.Node, key string) string {
	switch {
	case n.Kind != yaml.ScalarNode || n.Tag == "!!null" || strings.TrimSpace(n.Value) == "":
		r.fault(n, key, "must be a text")
	case len(n.Value) > longestText:
		r.fault(n, key, "is longer than %d octets", longestText)
	case strings.ContainsFunc(n.Value, func(c rune) bool { return c < ' ' || c == 0x7f }):
		r.fault(n, key, "holds a control character")
	default:
		return n.Value
	}
	return ""
}

// yes reads true or false.
func (r *reader) yes(n *yaml.Node, key string) bool {
	b, err := strconv.ParseBool(n.Value)
	if n.Kind != yaml.ScalarNode || n.Tag != "!!bool" || err != nil {
		r.fault(n, key, "must be true or false")
	}
	return b
}

// while reads how long something may take.
func (r *reader) while(n *yaml.Node, key string) time.Duration {
	d, err := time.ParseDuration(n.Value)
	if n.Kind != yaml.ScalarNode || err != nil || d <= 0 || d > 2*time.Minute {
		r.fault(n, key, "%q is no time up to 2m, such as 15s", n.Value)
	}
	return d
}

// plain finds texts that YAML takes for what they are without quotes.
var plain = regexp.MustCompile(`^[#.]?\p{L}[\p{L}\d_./-]*( [\p{L}\d_./-]+)*$`)

// words are the texts that YAML has a meaning of its own for.
var words = regexp.MustCompile(`(?i)^(true|false|yes|no|on|off|y|n|null|\.?inf|\.?nan)$`)

// quoted returns a text as YAML has it, in quotes only where it needs them.
func quoted(s string) string {
	if plain.MatchString(s) && !words.MatchString(s) && !strings.HasPrefix(s, "#") && !strings.HasSuffix(s, "-") {
		return s
	}
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
}
