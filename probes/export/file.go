package export

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"path/filepath"

	"github.com/svartid/svartid/probes"
)

// A file is one file of an export while it is written.
type file struct {
	name, table string
	disk        *os.File
	buffer      *bufio.Writer
	sum         hash.Hash
	bytes, rows int64
}

// create makes a file that we alone can read: it holds what people wrote.
func (f *folder) create(name, table string) (*file, error) {
	disk, err := os.OpenFile(filepath.Join(f.temp, name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, fmt.Errorf("create %s: %w", name, err)
	}
	out := &file{name: name, table: table, disk: disk, sum: sha256.New()}
	out.buffer = bufio.NewWriterSize(io.MultiWriter(disk, out.sum), 1<<16)
	return out, nil
}

// Write counts what it writes.
func (f *file) Write(b []byte) (int, error) {
	n, err := f.buffer.Write(b)
	f.bytes += int64(n)
	return n, err
}

// finish makes the file durable and returns what the manifest says of it.
func (f *file) finish() (Listed, error) {
	if err := errors.Join(f.buffer.Flush(), f.disk.Sync(), f.disk.Close()); err != nil {
		return Listed{}, fmt.Errorf("write %s: %w", f.name, err)
	}
	return Listed{Name: f.name, Table: f.table, Rows: f.rows, Bytes: f.bytes, SHA256: hex.EncodeToString(f.sum.Sum(nil))}, nil
}

// put writes a file at once.
func (f *folder) put(name string, content []byte) (Listed, error) {
	out, err := f.create(name, "")
	if err != nil {
		return Listed{}, err
	}
	_, err = out.Write(content)
	listed, finished := out.finish()
	return listed, errors.Join(err, finished)
}

// A sheetFile is a file of rows.
type sheetFile struct {
	*file
	table  Table
	encode encoder
}

// sheet makes the file of a table.
func (f *folder) sheet(t Table, format Format) (*sheetFile, error) {
	out, err := f.create(t.Name+"."+string(format), t.Name)
	if err != nil {
		return nil, err
	}
	encode, err := format.encoder(out, t)
	if err != nil {
		return nil, errors.Join(err, out.disk.Close())
	}
	return &sheetFile{out, t, encode}, nil
}

// add writes rows, once they are known to be of the table.
func (s *sheetFile) add(rows []Row) error {
	for _, row := range rows {
		if err := s.table.check(row); err != nil {
			return err
		}
	}
	return s.write(rows)
}

// write writes rows of the table.
func (s *sheetFile) write(rows []Row) error {
	for _, row := range rows {
		if err := s.encode.encode(row); err != nil {
			return fmt.Errorf("write %s: %w", s.name, err)
		}
		s.rows++
	}
	return nil
}

// finish ends the file.
func (s *sheetFile) finish() (Listed, error) {
	err := s.encode.close()
	listed, finished := s.file.finish()
	return listed, errors.Join(err, finished)
}

// Encode returns the sheet as a file of each of some formats.
func (s Sheet) Encode(ctx context.Context, tx probes.Tx, formats ...Format) (map[Format][]byte, error) {
	rows, err := s.Rows(ctx, tx)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", s.Table.Name, err)
	}
	all := map[Format][]byte{}
	for _, format := range formats {
		if all[format], err = s.Table.encode(rows, format); err != nil {
			return nil, fmt.Errorf("%s: %w", s.Table.Name, err)
		}
	}
	return all, nil
}

// encode returns rows of the table as a file.
func (t Table) encode(rows []Row, format Format) ([]byte, error) {
	var out bytes.Buffer
	encode, err := format.encoder(&out, t)
	if err != nil {
		return nil, err
	}
	for _, row := range rows {
		if err := errors.Join(t.check(row), encode.encode(row)); err != nil {
			return nil, err
		}
	}
	err = encode.close()
	return out.Bytes(), err
}
