-- Why: what no rule decides waits for somebody who can.
-- +goose Up

-- Two words about one thing of a person, and what became of that. The sides are
-- personal and sealed with the key of the subject. Deleted with the subject.
create table conflicts (
    lane       bigint not null,
    subject    text   not null,
    about      text   not null,
    name       text   not null,
    scope      text   not null,
    system     text   not null,
    id         text   not null,
    reason     text   not null,
    asks       text   not null,
    raised_at  bigint not null,
    settled_at bigint not null,
    body       bytea  not null,
    primary key (lane, subject, about, name, scope, system)
) strict;

-- What waits for whom, oldest first.
create index conflicts_waiting on conflicts (asks, raised_at) where settled_at = 0;
-- One by its id.
create unique index conflicts_id on conflicts (id);
