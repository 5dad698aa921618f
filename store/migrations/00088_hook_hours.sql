-- Why: how an endpoint does is counted as it happens, so that a page of the
-- console costs the same however much was sent.
-- +goose Up

-- What the attempts of one hour at one endpoint came to. Nothing personal.
-- Deleted after a month.
create table hook_hours (
    endpoint text   not null,
    hour     bigint not null,
    reached  bigint not null,
    missed   bigint not null,
    took     bigint not null,
    primary key (endpoint, hour)
) strict;

-- What staff said when they paused it, in their words.
alter table hook_endpoints add column note text not null default '';
