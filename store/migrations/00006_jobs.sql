-- Why: work outside a request is a row with a lease, written with the change
-- that needs it.
-- +goose Up

-- One piece of background work; deleted when done, kept when parked. payload
-- is personal (an address, what a mail says) and sealed with the subject's
-- key, or the installation's when the subject is not known.
create table jobs (
    id          text   not null primary key,
    kind        text   not null,
    subject     text   not null,
    payload     bytea  not null,
    priority    bigint not null,
    run_at      bigint not null,
    set_at      bigint not null,
    created_at  bigint not null,
    attempt     bigint not null,
    lease_until bigint not null,
    cause       text   not null,
    parked_at   bigint not null
) strict;

create index jobs_due on jobs (parked_at, run_at);

-- Who does a recurring task, one row a task. Nothing personal.
create table turns (
    task        text   not null primary key,
    number      bigint not null,
    due_at      bigint not null,
    lease_until bigint not null
) strict;
