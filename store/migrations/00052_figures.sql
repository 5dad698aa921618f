-- Why: the console shows counts that nobody should wait for.
-- +goose Up

-- What was counted last, under its name. Numbers alone, nothing personal.
create table figures (
    name       text   not null primary key,
    counted_at bigint not null,
    body       bytea  not null
) strict;
