-- Why: a system pages through the files that it has sent.
-- +goose Up

create index imports_source on imports (source, created_at, id);
