package store

import "strings"

// A dialect is one of the two engines, and all that differs between them in
// SQL.
type dialect string

const (
	onSQLite   dialect = "sqlite"
	onPostgres dialect = "postgres"
)

// lockRow ends a query for a row that is changed in the same transaction.
// SQLite has one writer and needs no lock.
func (d dialect) lockRow() string {
	if d == onPostgres {
		return " for update"
	}
	return ""
}

// skipLocked ends a query that claims rows which several processes compete for.
func (d dialect) skipLocked() string {
	if d == onPostgres {
		return " for update skip locked"
	}
	return ""
}

// ddl turns the text of a migration, which is written for PostgreSQL, into
// this engine's. SQLite's STRICT tables know neither name and check both
// types.
func (d dialect) ddl(text string) string {
	if d == onPostgres {
		return strings.ReplaceAll(text, ") strict;", ");")
	}
	return strings.NewReplacer(" bigint", " integer", " bytea", " blob", "keystore.", "").Replace(text)
}

// keys names the schema of the key store in a query. On SQLite the key store
// is a file of its own.
func (d dialect) keys(query string) string {
	if d == onPostgres {
		return query
	}
	return strings.ReplaceAll(query, "keystore.", "")
}
