package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
	"go.yaml.in/yaml/v4/plugin/loaderlimits"
)

const (
	largest = 8 << 20 // bytes of a file that is read
	deepest = 50      // levels of a document; the grammar needs six
)

// read returns a file's bytes if it is text of a bearable size.
func (r *report) read(path string) ([]byte, bool) {
	text, ok := r.raw(path)
	switch {
	case !ok:
	case !utf8.Valid(text):
		r.add(Fault{
			File: path, Line: lineOf(text, func(line []byte) bool { return !utf8.Valid(line) }),
			Text: "is not UTF-8; save the file with that encoding",
		})
	case bytes.ContainsFunc(text, isControl):
		r.add(Fault{
			File: path, Line: lineOf(text, func(line []byte) bool { return bytes.ContainsFunc(line, isControl) }),
			Text: "holds a control character",
		})
	default:
		return bytes.TrimPrefix(text, []byte("\ufeff")), true
	}
	return nil, false
}

// raw returns a file's bytes, whatever they are, if they are of a bearable size.
func (r *report) raw(path string) ([]byte, bool) {
	f, err := os.Open(path)
	if err != nil {
		r.add(Fault{File: path, Text: cause(err)})
		return nil, false
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, largest+1))
	switch {
	case err != nil:
		r.add(Fault{File: path, Text: cause(err)})
	case len(text) > largest:
		r.add(Fault{File: path, Text: fmt.Sprintf("is larger than %d MiB", largest>>20)})
	default:
		return text, true
	}
	return nil, false
}

// add adds a fault that stands where no key does.
func (r *report) add(f Fault) { r.faults = append(r.faults, f) }

// cause is an error of a file without the file's name, which the fault has.
func cause(err error) string {
	var perr *os.PathError
	if errors.As(err, &perr) {
		return perr.Err.Error()
	}
	return err.Error()
}

// isControl reports whether r has no business in a text file.
func isControl(r rune) bool { return r < ' ' && r != '\n' && r != '\r' && r != '\t' || r == 0x7f }

// lineOf is the number of the first line that is as asked.
func lineOf(text []byte, asked func([]byte) bool) int {
	number := 1
	for line := range bytes.Lines(text) {
		if asked(line) {
			break
		}
		number++
	}
	return number
}

// document parses the one YAML document that a file must hold. It is the only
// place that knows the parser; all else works on its nodes.
func (r *report) document(text []byte) (*yaml.Node, bool) {
	limits := yaml.WithPlugin(loaderlimits.New(loaderlimits.DepthValue(deepest)))
	loader, err := yaml.NewLoader(bytes.NewReader(text), limits)
	if err != nil {
		r.add(Fault{File: r.file, Text: err.Error()})
		return nil, false
	}
	var doc, second yaml.Node
	err = loader.Load(&doc)
	if errors.Is(err, io.EOF) || err == nil && (len(doc.Content) == 0 || isNull(doc.Content[0])) {
		r.add(Fault{File: r.file, Text: "is empty"})
		return nil, false
	}
	if err == nil {
		err = loader.Load(&second)
		if err == nil {
			r.add(Fault{File: r.file, Line: second.Line, Text: "a second document begins; keep one"})
			return nil, false
		}
		if errors.Is(err, io.EOF) {
			root := doc.Content[0]
			return root, r.plain(root)
		}
	}
	r.add(r.syntax(err, text))
	return nil, false
}

// syntax tells what the parser stumbled over, without the words it quotes: an
// unquoted secret may have looked like syntax.
func (r *report) syntax(err error, text []byte) Fault {
	fault := Fault{File: r.file, Text: "is not YAML"}
	var load *yaml.LoadError
	if !errors.As(err, &load) {
		return fault
	}
	fault.Line = load.Mark.Line
	if strings.HasPrefix(load.Message, "did not find") || !strings.ContainsAny(load.Message, `'"`) {
		fault.Text += ": " + load.Message
	}
	switch {
	case strings.Contains(load.Message, "anchor"):
		fault.Text = "anchors and aliases are not used here; a text that begins with & or * needs quotes"
	case strings.Contains(load.Message, "depth"):
		fault.Text = fmt.Sprintf("is nested more than %d levels deep", deepest)
	case strings.Contains(load.Message, "YAML tag"):
		fault.Text = "tags are not used here; a text that begins with ! needs quotes"
	case strings.Contains(load.Message, "tab") || tabbed(text, fault.Line):
		fault.Text = "is not YAML: a tab is no indentation; use spaces"
	}
	return fault
}

// tabbed reports whether a line is indented with a tab.
func tabbed(text []byte, number int) bool {
	line := 0
	return number == lineOf(text, func(part []byte) bool {
		line++
		return line >= number && bytes.HasPrefix(bytes.TrimLeft(part, " "), []byte("\t"))
	})
}

// plain refuses what would let a file mean something else than it says.
func (r *report) plain(n *yaml.Node) bool {
	trouble := ""
	switch {
	case n.Kind == yaml.AliasNode || n.Anchor != "":
		trouble = "anchors and aliases are not used here; a text that begins with & or * needs quotes"
	case n.Kind == yaml.ScalarNode && n.Tag == "!!merge":
		trouble = "merge keys are not used here; write the settings out"
	case n.Style&yaml.TaggedStyle != 0:
		trouble = "tags are not used here; a text that begins with ! needs quotes"
	}
	if trouble != "" {
		r.add(Fault{File: r.file, Line: n.Line, Text: trouble})
	}
	whole := trouble == ""
	for _, inner := range n.Content {
		whole = r.plain(inner) && whole
	}
	return whole
}

// A toolkitFile is what we look for in a file of exporter-toolkit's format.
type toolkitFile struct {
	Users map[string]string `yaml:"basic_auth_users"`
	TLS   struct {
		Cert     string `yaml:"cert"`
		CertFile string `yaml:"cert_file"`
		Clients  string `yaml:"client_auth_type"`
	} `yaml:"tls_server_config"`
}

// ChecksPasswords reports whether web.config_file has names and passwords checked.
func (w Web) ChecksPasswords() bool {
	file, err := readToolkit(w.ConfigFile)
	return err == nil && len(file.Users) > 0
}

// TLS reports whether web.config_file has a certificate.
func (w Web) TLS() bool {
	file, err := readToolkit(w.ConfigFile)
	return err == nil && file.TLS.Cert+file.TLS.CertFile != ""
}

// asksLogin reports whether web.config_file asks for a password or a client's
// certificate. Of one that cannot be read, which is said elsewhere, it is assumed.
func (w Web) asksLogin() bool {
	file, err := readToolkit(w.ConfigFile)
	return err != nil || len(file.Users) > 0 || file.TLS.Clients == "RequireAndVerifyClientCert"
}

// readToolkit reads such a file; no name is an empty one.
func readToolkit(name string) (file toolkitFile, err error) {
	if name == "" {
		return file, nil
	}
	text, err := os.ReadFile(name)
	if err == nil {
		err = yaml.Unmarshal(text, &file)
	}
	return file, err
}
