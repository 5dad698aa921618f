-- Why: an import that was cut off goes on where it was, on any machine.
-- +goose Up

-- How far an import is that has not come to its end: what it has counted, and
-- lines and reasons of rows that were refused. Deleted at its end, or after a
-- month. digest is a keyed hash of the file and all that says what it means.
-- Nothing personal.
create table import_positions (
    digest   bytea  not null primary key,
    position text   not null,
    kept_at  bigint not null
) strict;
