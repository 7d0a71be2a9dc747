package ledger

import (
	"context"
	"database/sql"
	"fmt"
	"sync"
)

// Statements are compiled once a connection, not once a call: SQLite takes
// longer to compile most of ours than to run them.
type statements struct {
	db *sql.DB

	mu       sync.Mutex
	compiled map[string]*sql.Stmt // nil until it has been compiled
	wanted   []string
}

// newStatements returns the statements of a database, none yet compiled.
func newStatements(db *sql.DB) *statements {
	return &statements{db: db, compiled: map[string]*sql.Stmt{}}
}

// learn compiles the statements that earlier transactions ran for the first
// time. It must not be called inside a transaction, which may hold the only
// connection there is.
func (s *statements) learn(ctx context.Context) error {
	s.mu.Lock()
	wanted := s.wanted
	s.wanted = nil
	s.mu.Unlock()
	for i, text := range wanted {
		stmt, err := s.db.PrepareContext(ctx, text)
		s.mu.Lock()
		if err != nil {
			s.wanted = append(s.wanted, wanted[i:]...)
			s.mu.Unlock()
			return fmt.Errorf("compile statements: %w", err)
		}
		s.compiled[text] = stmt
		s.mu.Unlock()
	}
	return nil
}

// mostCompiled bounds the statements that are kept, each on every connection.
const mostCompiled = 256

// find returns a compiled statement; nil if it will be compiled by and by, or
// too many are.
func (s *statements) find(text string) *sql.Stmt {
	s.mu.Lock()
	defer s.mu.Unlock()
	stmt, known := s.compiled[text]
	if !known && len(s.compiled) < mostCompiled {
		s.compiled[text] = nil
		s.wanted = append(s.wanted, text)
	}
	return stmt
}

// begin begins a transaction.
func (s *statements) begin(ctx context.Context) (*sql.Tx, error) {
	if err := s.learn(ctx); err != nil {
		return nil, err
	}
	return s.db.BeginTx(ctx, nil)
}
