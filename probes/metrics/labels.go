package metrics

import (
	"slices"
	"strings"

	"google.golang.org/protobuf/encoding/protowire"
)

// Labels are a place's, as each format writes them: in the order of their names.
type labels struct {
	values [4]string // by placeLabels
	text   string
	proto  string
}

// newLabels returns the labels of a place.
func newLabels(at place, edition string) labels {
	l := labels{values: [4]string{at.channel, at.class, at.company, edition}}
	var text, proto []byte
	for i, name := range placeLabels() {
		text = appendText(text, name, l.values[i])
		proto = appendProto(proto, name, l.values[i])
	}
	l.text, l.proto = string(text), string(proto)
	return l
}

// textLabels appends the labels with one more of another name, if it has one.
func (l *labels) textLabels(to []byte, by, value string) []byte {
	before := by != "" && by < placeLabels()[0]
	if before {
		to = append(appendText(to, by, value), ',')
	}
	to = append(to, l.text...)
	if by != "" && !before {
		to = appendText(to, by, value)
	}
	return to
}

// protoLabels is textLabels of protocol buffers.
func (l *labels) protoLabels(to []byte, by, value string) []byte {
	before := by != "" && by < placeLabels()[0]
	if before {
		to = appendProto(to, by, value)
	}
	to = append(to, l.proto...)
	if by != "" && !before {
		to = appendProto(to, by, value)
	}
	return to
}

// appendText appends a label in the text formats, behind a comma if it is not the
// first.
func appendText(to []byte, name, value string) []byte {
	if n := len(to); n > 0 && to[n-1] == '"' {
		to = append(to, ',')
	}
	to = append(append(to, name...), '=', '"')
	if strings.ContainsAny(value, "\\\"\n") {
		value = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`).Replace(value)
	}
	return append(append(to, value...), '"')
}

// The numbers of fields in io.prometheus.client, as client_model has them.
const (
	metricLabel = 1
	labelName   = 1
	labelValue  = 2
)

// appendProto appends a label as a field of a metric.
func appendProto(to []byte, name, value string) []byte {
	size := protowire.SizeTag(labelName) + protowire.SizeBytes(len(name)) + protowire.SizeTag(labelValue) + protowire.SizeBytes(len(value))
	to = protowire.AppendTag(to, metricLabel, protowire.BytesType)
	to = protowire.AppendVarint(to, uint64(size))
	to = protowire.AppendString(protowire.AppendTag(to, labelName, protowire.BytesType), name)
	return protowire.AppendString(protowire.AppendTag(to, labelValue, protowire.BytesType), value)
}

// inOrder calls each for pairs of names and values in the order of names.
func inOrder(names, values []string, each func(name, value string)) {
	order := make([]int, len(names))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return strings.Compare(names[a], names[b]) })
	for _, i := range order {
		each(names[i], values[i])
	}
}
