package export

import (
	"io"
	"slices"
	"strconv"
	"time"

	"github.com/parquet-go/parquet-go"
)

// A row group ends at so many rows or bytes of text, because the writer holds
// it in memory.
const (
	groupRows  = 1 << 16
	groupBytes = 16 << 20
)

// A parquetFile writes Apache Parquet: flat, one column each, compressed by
// zstd. Times are TIMESTAMP in UTC, to the microsecond.
type parquetFile struct {
	out     *parquet.GenericWriter[any]
	columns []Column
	batch   []parquet.Row
	rows    int // of the row group
	bytes   int
}

// newParquet returns an encoder. What it says of its maker does not change with
// the build, so that neither do the bytes.
func newParquet(out io.Writer, t Table) *parquetFile {
	return &parquetFile{
		columns: t.Columns,
		out: parquet.NewGenericWriter[any](out,
			parquet.NewSchema(t.Name, schemaOf(t)),
			parquet.Compression(&parquet.Zstd),
			parquet.CreatedBy("svartid", strconv.Itoa(SchemaVersion), "export"),
			parquet.KeyValueMetadata("svartid.schema", strconv.Itoa(SchemaVersion)),
		),
	}
}

func (p *parquetFile) encode(row Row) error {
	const batch = 128
	values := make(parquet.Row, len(row))
	for i, value := range row {
		level := 0
		if p.columns[i].Null != "" && value != nil {
			level = 1
		}
		values[i] = parquetValue(value).Level(0, level, i)
		p.bytes += 8
		if s, ok := value.(string); ok {
			p.bytes += len(s)
		}
	}
	p.batch, p.rows = append(p.batch, values), p.rows+1
	switch {
	case p.rows >= groupRows || p.bytes >= groupBytes:
		return p.endGroup()
	case len(p.batch) >= batch:
		return p.flush()
	}
	return nil
}

// flush hands over the rows that are kept back.
func (p *parquetFile) flush() error {
	_, err := p.out.WriteRows(p.batch)
	p.batch = p.batch[:0]
	return err
}

// endGroup ends the row group.
func (p *parquetFile) endGroup() error {
	p.rows, p.bytes = 0, 0
	if err := p.flush(); err != nil {
		return err
	}
	return p.out.Flush()
}

func (p *parquetFile) close() error {
	if err := p.flush(); err != nil {
		return err
	}
	return p.out.Close()
}

// parquetValue is a value as Parquet holds it.
func parquetValue(value any) parquet.Value {
	switch v := value.(type) {
	case string:
		return parquet.ByteArrayValue([]byte(v))
	case int64:
		return parquet.Int64Value(v)
	case float64:
		return parquet.DoubleValue(v)
	case bool:
		return parquet.BooleanValue(v)
	case time.Time:
		return parquet.Int64Value(v.UnixMicro())
	}
	return parquet.NullValue()
}

// A columnGroup is a group whose fields stand in the order of the columns: the
// library's own stand in that of the alphabet.
type columnGroup struct {
	parquet.Group
	columns []Column
}

// schemaOf returns the table's columns as Parquet knows them.
func schemaOf(t Table) parquet.Node {
	group := columnGroup{parquet.Group{}, t.Columns}
	for _, c := range t.Columns {
		node := nodeOf(c.Type)
		if c.Null != "" {
			node = parquet.Optional(node)
		}
		group.Group[c.Name] = node
	}
	return group
}

// nodeOf returns what holds values of a type.
func nodeOf(t Type) parquet.Node {
	switch t {
	case Integer:
		return parquet.Int(64)
	case Real:
		return parquet.Leaf(parquet.DoubleType)
	case Truth:
		return parquet.Leaf(parquet.BooleanType)
	case Time:
		return parquet.Timestamp(parquet.Microsecond)
	}
	return parquet.String()
}

// Fields returns the columns in their order.
func (g columnGroup) Fields() []parquet.Field {
	place := func(f parquet.Field) int {
		return slices.IndexFunc(g.columns, func(c Column) bool { return c.Name == f.Name() })
	}
	fields := g.Group.Fields()
	slices.SortFunc(fields, func(a, b parquet.Field) int { return place(a) - place(b) })
	return fields
}
