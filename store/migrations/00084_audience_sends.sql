-- Why: an audience is sent to a system, and again.
-- +goose Up

-- One sending of an audience to an endpoint. Kept while its audience is. body
-- (how far it is, the counts, who asked for it) names nobody and is sealed with
-- the installation's key.
create table audience_sends (
    id         text   not null primary key,
    audience   text   not null,
    endpoint   text   not null,
    state      text   not null,
    created_at bigint not null,
    body       bytea  not null
) strict;

create index audience_sends_audience on audience_sends (audience, created_at);
create index audience_sends_state on audience_sends (state, created_at);
