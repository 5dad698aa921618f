-- Why: every change appends to one append-only chain per lane, and signed
-- checkpoints over all lanes show that no tail was cut.
-- +goose Up

-- The last entry of a lane: the row that every append locks. Nothing personal.
create table ledger_heads (
    lane bigint not null primary key,
    seq  bigint not null,
    hash bytea  not null
) strict;

-- One line of the ledger, kept for ever and never updated. payload is personal
-- and sealed with the subject's key (the installation's without a subject);
-- subject and actor_id are ids of ours. Erasure destroys the key: the line
-- stays, its payload can no longer be read.
create table ledger_entries (
    lane       bigint not null,
    seq        bigint not null,
    id         text   not null,
    subject    text   not null,
    version    bigint not null,
    kind       text   not null,
    actor_kind text   not null,
    actor_id   text   not null,
    brand      text   not null,
    cause      text   not null,
    at         bigint not null,
    payload    bytea,
    evidence   bytea,
    prev       bytea  not null,
    hash       bytea  not null,
    primary key (lane, seq)
) strict;

-- A person's history, newest first.
create index ledger_entries_subject on ledger_entries (lane, subject, version);

-- A signed note over all lane heads, kept for ever. Nothing personal.
create table checkpoints (
    number bigint not null primary key,
    at     bigint not null,
    entries bigint not null,
    signed text   not null
) strict;
