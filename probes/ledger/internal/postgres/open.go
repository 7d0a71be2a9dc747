package postgres

import (
	"database/sql"
	"errors"
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
	return sql.OpenDB(s.connector(nil, map[string]string{
		"default_transaction_read_only": "on", "default_transaction_isolation": "repeatable read",
	}))
}

// Plain returns connections for the tables themselves: no lease is asked for.
func (s *Server) Plain() *sql.DB { return sql.OpenDB(s.connector(nil, nil)) }

// Writer returns the one connection that writes, under a lease. Nil is for a
// person's few writes beside the holder of one: they wait for their turn.
func (s *Server) Writer(lease *Lease) *sql.DB {
	idle := term
	if lease != nil {
		idle = lease.term
	}
	// What stops in the middle of a transaction must not keep a successor out.
	timeout := strconv.FormatInt((idle / 2).Milliseconds(), 10)
	db := sql.OpenDB(s.connector(&guard{lease: lease}, map[string]string{"idle_in_transaction_session_timeout": timeout}))
	db.SetMaxOpenConns(1)
	return db
}

// connector returns what makes connections with some settings of their own.
func (s *Server) connector(g *guard, settings map[string]string) *connector {
	config := s.config.Copy()
	for name, value := range settings {
		config.RuntimeParams[name] = value
	}
	if g != nil {
		config.OnNotice = func(_ *pgconn.PgConn, n *pgconn.Notice) { g.notice(n) }
	}
	return &connector{Connector: stdlib.GetConnector(*config), guard: g}
}
