-- Why: two records of one person are joined without either of them being
-- changed, so that they can be taken apart again.
-- +goose Up

-- One pair of subjects that something speaks for being one person: joined,
-- waiting for staff, or kept apart. Kept until one of them is erased, so that
-- the same evidence is not weighed twice. body (the evidence, and what staff
-- wrote) is personal and sealed with the key of the older subject.
create table joins (
    id         text   not null primary key,
    older      text   not null,
    newer      text   not null,
    state      text   not null,
    found_at   bigint not null,
    decided_at bigint not null,
    actor_kind text   not null,
    body       bytea  not null
) strict;

create unique index joins_pair on joins (older, newer);
create index joins_newer on joins (newer);
create index joins_waiting on joins (found_at) where state = 'waiting';
