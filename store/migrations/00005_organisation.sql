-- Why: what the controller declares is versioned, and the words that were
-- shown are kept under their hash.
-- +goose Up

-- One declaration of the organisation, kept for ever. Nothing personal.
create table organisations (
    revision   bigint not null primary key,
    body       bytea  not null,
    applied_at bigint not null
) strict;

-- The exact words shown about a purpose version in one language, under their
-- SHA-256, kept for ever. Nothing personal.
create table notices (
    hash    text   not null,
    purpose text   not null,
    version bigint not null,
    locale  text   not null,
    body    text   not null,
    primary key (hash, purpose, version, locale)
) strict;
