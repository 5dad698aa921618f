-- Why: processors of ours are told what people ask, and say when it is done.
-- +goose Up

-- One request of a person on its way to one processor, by OpenDSR. names, by what
-- the processor knows the person, is personal and sealed with the key of the
-- installation, since an erasure has to be told after the person's key is gone;
-- it is emptied when the processor has confirmed. The rest stays, as proof.
create table errands (
    id           text   not null primary key,
    system       text   not null,
    request      text   not null,
    subject      text   not null,
    kind         text   not null,
    state        text   not null,
    names        bytea  not null,
    submitted_at bigint not null,
    expected_at  bigint not null,
    changed_at   bigint not null,
    due_at       bigint not null,
    tries        bigint not null,
    cause        text   not null
) strict;

-- A request goes to a processor once.
create unique index errands_request on errands (request, system);

-- What is due.
create index errands_due on errands (due_at) where due_at > 0;
