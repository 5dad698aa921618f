-- Why: files are imported without a shell, by whichever process has time.
-- +goose Up

-- One import of a file that was sent to the API or the console. Kept for 90
-- days after its end. body (the map, how far it is, the report, which has lines
-- and columns and no contents) is sealed with the installation's key; once and
-- print are keyed hashes of the sender's key for repeats and of the file.
create table imports (
    id         text   not null primary key,
    source     text   not null,
    state      text   not null,
    dry        bigint not null,
    size       bigint not null,
    actor_kind text   not null,
    actor_id   text   not null,
    created_at bigint not null,
    ended_at   bigint not null,
    once       bytea  not null,
    print      bytea  not null,
    body       bytea  not null
) strict;

create index imports_state on imports (state, created_at);
create unique index imports_once on imports (once);

-- A piece of a file that is being imported, or of the file of its refused rows.
-- The first is deleted when the import ends, the second a week later. body is
-- personal and sealed with the installation's key.
create table import_parts (
    import text   not null,
    part   text   not null,
    at     bigint not null,
    body   bytea  not null,
    primary key (import, part, at)
) strict;
