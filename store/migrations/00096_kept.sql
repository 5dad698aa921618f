-- Why: what a law or a hold keeps beyond an erasure is kept apart, and nothing
-- else of the person is.
-- +goose Up

-- One value that survived an erasure. Lives until until_at, or until a hold is
-- released (until_at 0). value is personal and sealed with a key of its own,
-- named by id, which is destroyed before the row goes. certificate is that of
-- the erasure; nothing else leads to the person.
create table kept_values (
    id          text   not null primary key,
    certificate text   not null,
    duty        text   not null,
    field       text   not null,
    kept_at     bigint not null,
    until_at    bigint not null,
    value       bytea  not null
) strict;

create index kept_values_certificate on kept_values (certificate);
create index kept_values_until on kept_values (until_at);
