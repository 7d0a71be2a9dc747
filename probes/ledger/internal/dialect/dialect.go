// Package dialect holds what the databases of a ledger say differently: the texts
// of the few statements that are not common to them, and the form of texts that one
// of them cannot hold. It knows no driver.
package dialect

// A Dialect is the language of one database. The zero Dialect is of none.
type Dialect struct {
	// Migrations is the folder of its tables.
	Migrations string
	// Digested is the migration that gives rows their digests, which is no file.
	Digested int64
	// Goose is what the tool that runs these calls it.
	Goose string
	// Changed is the table of contacts where it is read by when they changed.
	Changed string
	// ChangedInPages is the same where the order of ids is asked for too.
	ChangedInPages string
	// ChangedOf is the table where it is read by when those of one company changed.
	ChangedOf string
	// Wanted is what a query selects from to have the elements of the JSON list in
	// its first parameter, as wanted.value, each looked up in the table named next.
	Wanted string
	// Size asks how many bytes the database takes.
	Size string
	// Damage asks what is wrong with the database's own files, a row each, or the
	// one row ok. Empty: the database tells by itself as it reads.
	Damage string
	// Compact writes anew what evidence and arrivals are kept in, without what was
	// deleted.
	Compact string
	// Log empties the database's own log of what was written, and says in its first
	// column whether a reader was in the way. Empty: the server sees to its log.
	Log string
}

// SQLite returns the dialect of SQLite.
func SQLite() Dialect {
	return Dialect{
		Migrations: "migrations/sqlite",
		Digested:   12,
		Goose:      "sqlite3",
		// Left to itself, SQLite reads every row by the primary key to find the
		// few that have changed.
		Changed:        `contacts INDEXED BY contacts_since`,
		ChangedInPages: `contacts INDEXED BY contacts_changed`,
		ChangedOf:      `contacts INDEXED BY contacts_company_changed`,
		Wanted:         `json_each($1) wanted CROSS JOIN`,
		Size:           `SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()`,
		Damage:         `PRAGMA quick_check(10)`,
		Compact:        `VACUUM`,
		Log:            `PRAGMA wal_checkpoint(TRUNCATE)`,
	}
}

// Postgres returns the dialect of PostgreSQL.
func Postgres() Dialect {
	return Dialect{
		Migrations:     "migrations/postgres",
		Digested:       6,
		Goose:          "postgres",
		Changed:        `contacts`,
		ChangedInPages: `contacts`,
		ChangedOf:      `contacts`,
		Wanted:         `json_array_elements_text($1::text::json) wanted(value) JOIN`,
		Size:           `SELECT pg_database_size(current_database())`,
		Compact:        `VACUUM (FULL) evidence, arrivals`,
	}
}
