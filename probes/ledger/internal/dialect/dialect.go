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
	// Schema asks for what is in the database: kind, name, table, text.
	Schema string
	// Made asks the same of a database of SQLite in which all migrations were run.
	Made string
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
		Schema:         sqliteSchema,
		Made:           sqliteSchema,
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
		Schema:         postgresSchema,
		Made:           sqliteNames,
		Compact:        `VACUUM (FULL) evidence, arrivals`,
	}
}

// What is in a database. SQLite keeps the texts by which all was made. Of PostgreSQL the
// names are asked for, and whatever acts when a row is written or read, but not what
// extensions have brought, nor indexes, which change nothing but speed.
const (
	sqliteSchema = `SELECT type, name, tbl_name, coalesce(sql, '') FROM sqlite_master WHERE name NOT LIKE 'sqlite!_%' ESCAPE '!'`
	sqliteNames  = `SELECT type, name, name, '' FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite!_%' ESCAPE '!'
		UNION ALL SELECT 'column', c.name, m.name, '' FROM sqlite_master m, pragma_table_info(m.name) c
			WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite!_%' ESCAPE '!'`
	postgresSchema = `WITH ours AS (SELECT c.oid, c.relname::text AS name, c.relkind FROM pg_class c
			WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p', 'f', 'v', 'm')
			AND c.relname NOT IN ('leases', 'deliveries')
			AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e'))
		SELECT CASE WHEN relkind IN ('v', 'm') THEN 'view' WHEN relkind = 'f' THEN 'foreign table' ELSE 'table' END,
			name, name, '' FROM ours
		UNION ALL SELECT 'column', a.attname::text, ours.name, '' FROM pg_attribute a JOIN ours ON ours.oid = a.attrelid
			WHERE a.attnum > 0 AND NOT a.attisdropped AND ours.relkind NOT IN ('v', 'm')
		UNION ALL SELECT 'trigger', t.tgname::text, ours.name, ''
			FROM pg_trigger t JOIN ours ON ours.oid = t.tgrelid WHERE NOT t.tgisinternal
		UNION ALL SELECT 'rule', r.rulename::text, ours.name, ''
			FROM pg_rewrite r JOIN ours ON ours.oid = r.ev_class WHERE r.rulename <> '_RETURN'
		UNION ALL SELECT 'policy', p.polname::text, ours.name, '' FROM pg_policy p JOIN ours ON ours.oid = p.polrelid`
)
