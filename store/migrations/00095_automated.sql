-- Why: what systems decide about people by themselves is read, answered and
-- reviewed by humans (Art. 22 GDPR).
-- +goose Up

-- One decision that a system made about a person. Lives until expires_at;
-- erasure deletes it. body (what was decided, how, from which fields, what the
-- person says, what a human decided instead) is personal and sealed; event is a
-- keyed hash, by which a repeat is known. lane leads every key, for partitions.
create table automated_decisions (
    lane        bigint not null,
    subject     text   not null,
    at          bigint not null,
    id          text   not null,
    kind        text   not null,
    system      text   not null,
    event       bytea  not null,
    brand       text   not null,
    recorded_at bigint not null,
    expires_at  bigint not null,
    body        bytea  not null,
    primary key (lane, subject, at, id)
) strict;

create unique index automated_decisions_event on automated_decisions (lane, subject, system, event);
create index automated_decisions_expired on automated_decisions (expires_at);
