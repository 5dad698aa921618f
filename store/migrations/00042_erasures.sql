-- Why: people are erased, stay erased, and can prove it.
-- +goose Up

-- One erasure, kept for ever. It names nobody: subject is our random id, body
-- the counts of what went and what stayed, number that of the request.
create table erasures (
    lane        bigint not null,
    subject     text   not null,
    id          text   not null,
    number      text   not null,
    erased_at   bigint not null,
    key_gone_at bigint not null,
    body        text   not null,
    primary key (lane, subject)
) strict;

create index erasures_id on erasures (id);

-- One identifier of somebody who was erased, as a keyed hash of its own kind:
-- it answers "was this one erased?" and nothing else. Kept for ever.
create table tombstones (
    blind     bytea  not null primary key,
    erased_at bigint not null
) strict;
