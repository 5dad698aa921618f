-- Why: people are found for a purpose, by conditions that are kept.
-- +goose Up

-- One audience. Lives until it is removed. body (name, purpose, condition) is
-- what staff typed, which may name somebody, and is sealed with the
-- installation's key.
create table audiences (
    id         text   not null primary key,
    created_at bigint not null,
    body       bytea  not null
) strict;
