-- Why: many people's data leaves only when a second member of the staff agrees.
-- +goose Up

-- One thing that a member asked to take away, and what another said. Kept as the
-- ledger is, which tells the same. until_at is until when it waits, or can be
-- used. body (what, why, who) names no person of the data and is sealed with the
-- installation's key.
create table approvals (
    id         text   not null primary key,
    state      text   not null,
    created_at bigint not null,
    until_at   bigint not null,
    body       bytea  not null
) strict;

create index approvals_created on approvals (created_at);
create index approvals_state on approvals (state, until_at);
