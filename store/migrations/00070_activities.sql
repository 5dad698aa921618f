-- Why: what people do is part of what is held of them, and is kept for a time.
-- +goose Up

-- One thing that a person did, as a system saw it. Lives until expires_at;
-- erasure deletes it. body (which event, what was measured) is personal and
-- sealed; event is a keyed hash, by which a repeat is known. When the person
-- removes one, its body is emptied and its place stays until it expires, so that
-- a repeat does not bring it back. lane leads every key, for partitions.
create table activities (
    lane        bigint not null,
    subject     text   not null,
    at          bigint not null,
    id          text   not null,
    kind        text   not null,
    source      text   not null,
    event       bytea  not null,
    brand       text   not null,
    recorded_at bigint not null,
    expires_at  bigint not null,
    body        bytea  not null,
    primary key (lane, subject, at, id)
) strict;

create unique index activities_event on activities (lane, subject, source, event);
create index activities_expired on activities (expires_at);

-- When the rules have to be asked about a person next. touched grows whenever
-- something happens that may change their answer; revision is the declaration
-- that they were last asked under. Erasure deletes it.
create table activity_dues (
    lane     bigint not null,
    subject  text   not null,
    due_at   bigint not null,
    touched  bigint not null,
    revision bigint not null,
    primary key (lane, subject)
) strict;

create index activity_dues_due on activity_dues (due_at);
create index activity_dues_revision on activity_dues (revision);
