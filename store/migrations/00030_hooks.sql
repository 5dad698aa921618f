-- Why: connected systems are told what changed, at least once and in their own
-- time, whatever happens to them or to us.
-- +goose Up

-- How far the fan-out has read a lane of the ledger. Nothing personal.
create table hook_cursors (
    lane bigint not null primary key,
    seq  bigint not null
) strict;

-- What happened before this is told to nobody.
insert into hook_cursors (lane, seq) select lane, seq from ledger_heads;

-- One event on its way to one endpoint. Deleted a month after it is over, but
-- for the last that an endpoint was told of a subject. Ids of ours and what
-- became of it; what was sent is not kept.
create table hook_deliveries (
    lane        bigint not null,
    endpoint    text   not null,
    seq         bigint not null,
    entry       text   not null,
    subject     text   not null,
    version     bigint not null,
    kind        text   not null,
    at          bigint not null,
    state       text   not null,
    attempt     bigint not null,
    tries       bigint not null,
    due_at      bigint not null,
    lease_until bigint not null,
    set_at      bigint not null,
    tried_at    bigint not null,
    over_at     bigint not null,
    told        bigint not null,
    cause       text   not null,
    primary key (lane, endpoint, seq)
) strict;

-- What is due, endpoint by endpoint.
create index hook_deliveries_due on hook_deliveries (endpoint, due_at) where due_at > 0;
-- What a person's systems were told.
create index hook_deliveries_subject on hook_deliveries (lane, subject, seq);

-- What is known of an endpoint from its answers. Nothing personal.
create table hook_endpoints (
    endpoint      text   not null primary key,
    mode          text   not null,
    cause         text   not null,
    since         bigint not null,
    failing_since bigint not null,
    slow_until    bigint not null,
    worked_at     bigint not null
) strict;

-- A key that bodies for an endpoint are signed with, sealed with the key of the
-- installation. Deleted when it is over.
create table hook_secrets (
    id         text   not null primary key,
    endpoint   text   not null,
    secret     bytea  not null,
    created_at bigint not null,
    until      bigint not null
) strict;
