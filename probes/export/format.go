package export

import (
	"fmt"
	"io"
)

// A Format is how rows are written.
type Format string

// The formats, named as their files end.
const (
	CSV     Format = "csv"
	NDJSON  Format = "ndjson"
	Parquet Format = "parquet"
)

// An encoder writes rows, which are known to be of its table.
type encoder interface {
	encode(row Row) error
	// close writes what is kept back. It does not close what is written to.
	close() error
}

// encoder returns what writes rows of a table in the format.
func (f Format) encoder(out io.Writer, t Table) (encoder, error) {
	switch f {
	case CSV:
		return newCSV(out, t)
	case NDJSON:
		return &ndjson{out: out, table: t}, nil
	case Parquet:
		return newParquet(out, t), nil
	}
	return nil, fmt.Errorf("format %q is not known; want csv, ndjson or parquet", f)
}
