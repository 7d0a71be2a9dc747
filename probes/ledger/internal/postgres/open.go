package postgres

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
)

// A Server is a database on a PostgreSQL server.
type Server struct{ config *pgx.ConnConfig }

// Parse reads a DSN, postgres://user@host/database. The error does not quote it:
// it may hold a password.
func Parse(dsn string) (*Server, error) {
	config, err := pgx.ParseConfig(dsn)
	if err != nil {
		return nil, errors.New("ledger: the dsn is no PostgreSQL database; want postgres://user@host/database")
	}
	if config.ConnectTimeout == 0 {
		config.ConnectTimeout = 5 * time.Second
	}
	config.DialFunc = dialer(config.ConnectTimeout).DialContext
	if config.RuntimeParams["application_name"] == "" {
		config.RuntimeParams["application_name"] = "svartid"
	}
	return &Server{config}, nil
}

// String names the database without a password.
func (s *Server) String() string {
	host := s.config.Host
	if !strings.HasPrefix(host, "/") && s.config.Port != 5432 {
		host += ":" + strconv.Itoa(int(s.config.Port))
	}
	u := url.URL{Scheme: "postgres", User: url.User(s.config.User), Host: host, Path: "/" + s.config.Database}
	if strings.HasPrefix(host, "/") {
		u.Host = ""
		u.RawQuery = url.Values{"host": {host}}.Encode()
	}
	return u.String()
}

// Readers returns connections that refuse to write, and whose transactions see one
// state of the database each.
func (s *Server) Readers() *sql.DB {
	return sql.OpenDB(s.connector(nil, map[string]string{readOnly: "on", "default_transaction_isolation": "repeatable read"}))
}

// readOnly is the setting by which connections refuse to write. It is set once there is a
// connection: target_session_attrs=read-write, which finds the server that takes writes,
// would find none that does otherwise.
const readOnly = "default_transaction_read_only"

// Plain returns connections for the tables themselves: no lease is asked for.
func (s *Server) Plain() *sql.DB { return sql.OpenDB(s.connector(nil, nil)) }

// Writer returns connections that write one at a time, under a lease. Nil is for a
// person's few writes beside the holder of one: they wait for their turn.
func (s *Server) Writer(lease *Lease) *sql.DB {
	idle := term
	if lease != nil {
		idle = lease.term
	}
	// What stops in the middle of a transaction must not keep a successor out.
	timeout := strconv.FormatInt((idle / 2).Milliseconds(), 10)
	db := sql.OpenDB(s.connector(&guard{lease: lease}, map[string]string{"idle_in_transaction_session_timeout": timeout}))
	db.SetMaxIdleConns(1)
	return db
}

// Risks says by what of the server's settings a commit may be lost that was called
// durable; empty: by nothing that it tells to who asks.
func (s *Server) Risks(ctx context.Context, db *sql.DB) (risks []string, err error) {
	const ask = `SELECT current_setting('fsync'), current_setting('synchronous_commit'), current_setting('synchronous_standby_names'),
		(SELECT count(*) FROM pg_stat_replication)`
	var fsync, commit, named string
	var standbys int
	if err := db.QueryRowContext(ctx, ask).Scan(&fsync, &commit, &named, &standbys); err != nil {
		return nil, fmt.Errorf("ask %s how durable a commit is: %w", s, err)
	}
	if standbys == 0 && named != "" && commit != "off" && commit != "local" {
		risks = append(risks, fmt.Sprintf("the standby that commits wait for is not there (synchronous_standby_names %q): nothing is written until it is", named))
	}
	if commit == "off" {
		risks = append(risks, "synchronous_commit is off: what the server calls durable can be lost when it stops, and a lost intent asks a company twice")
	}
	if standbys > 0 && (named == "" || commit == "local" || commit == "off") {
		risks = append(risks, fmt.Sprintf("the server has a standby that commits do not wait for (synchronous_standby_names %q, synchronous_commit %s): "+
			"a fail-over loses what was written last, and a lost intent asks a company twice", named, commit))
	}
	if fsync != "on" {
		risks = append(risks, "fsync is off: a power cut can damage the database")
	}
	return risks, nil
}

// StandbyMissing reports whether the server has no standby that has what was written
// last, although it has one, or its settings name one. A server that stands alone by its
// settings misses none.
func (s *Server) StandbyMissing(ctx context.Context, db *sql.DB) (missing bool, err error) {
	// Who may not see the state of standbys sees their rows, and NULL.
	const ask = `SELECT (current_setting('synchronous_standby_names') <> '' OR count(*) > 0)
		AND NOT (current_setting('synchronous_standby_names') <> '' AND current_setting('synchronous_commit') NOT IN ('off', 'local')
			AND count(*) FILTER (WHERE sync_state IS NULL OR sync_state IN ('sync', 'quorum')) > 0)
		FROM pg_stat_replication`
	if err := db.QueryRowContext(ctx, ask).Scan(&missing); err != nil {
		return false, fmt.Errorf("ask %s for its standby: %w", s, err)
	}
	return missing, nil
}

// NoTable reports whether a statement failed because its table is not there.
func NoTable(err error) bool {
	const undefined = "42P01"
	var said *pgconn.PgError
	return errors.As(err, &said) && said.Code == undefined
}

// Unreachable reports whether an error is of a server that was not reached, or that
// is about to stop, to start or to follow another, or has no room now.
func Unreachable(err error) bool {
	var connect *pgconn.ConnectError
	var network net.Error
	var said *pgconn.PgError
	switch {
	case errors.As(err, &said):
		class := said.Code[:min(2, len(said.Code))]
		// connection, insufficient resources, operator's intervention; read_only, lock_not_available
		return class == "08" || class == "53" || class == "57" || said.Code == "25006" || said.Code == "55P03"
	case errors.As(err, &connect), errors.As(err, &network), errors.Is(err, ErrLost), errors.Is(err, driver.ErrBadConn):
		return true
	}
	return errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF)
}

// connector returns what makes connections with some settings of their own.
func (s *Server) connector(g *guard, settings map[string]string) *connector {
	config := s.config.Copy()
	for name, value := range settings {
		if name != readOnly {
			config.RuntimeParams[name] = value
			continue
		}
		config.AfterConnect = func(ctx context.Context, c *pgconn.PgConn) error {
			return c.Exec(ctx, "SET "+readOnly+" = "+value).Close()
		}
	}
	if g != nil {
		config.OnNotice = func(_ *pgconn.PgConn, n *pgconn.Notice) { g.notice(n) }
	}
	return &connector{Connector: stdlib.GetConnector(*config), guard: g}
}
