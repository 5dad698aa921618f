-- Why: a feed is read on from where it was left.
-- +goose Up

-- Where the feed of a system was left, and how it does. The place is sealed with
-- the key of the installation: it is the system's, which may write anything in
-- it. One row for each system, for good.
create table pulls (
    system   text   not null primary key,
    place    bytea  not null,
    turn     bigint not null,
    due_at   bigint not null,
    read_at  bigint not null,
    failures bigint not null,
    cause    text   not null,
    taken    bigint not null,
    refused  bigint not null
) strict;
