-- Why: what a system tells again has no second effect, and the first answer is
-- given again.
-- +goose Up

-- What became of one thing that a system told, by a keyed digest of the
-- system's own id of it. Nothing personal. Deleted after two months.
create table inbound_events (
    system text   not null,
    event  bytea  not null,
    print  bytea  not null,
    result text   not null,
    reason text   not null,
    at     bigint not null,
    primary key (system, event)
) strict;

-- What is over.
create index inbound_events_at on inbound_events (at);
