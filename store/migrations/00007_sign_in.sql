-- Why: people sign in by a mail link, and sessions live on the server.
-- +goose Up

-- One link that was asked for; deleted when its time is over. token, binding
-- and code are digests. address is personal and sealed with the installation's
-- key, since it may be nobody's; blind is its keyed hash.
create table attempts (
    token      bytea  not null primary key,
    id         text   not null,
    binding    bytea  not null,
    code       bytea  not null,
    purpose    text   not null,
    brand      text   not null,
    address    bytea  not null,
    blind      bytea  not null,
    subject    text   not null,
    session    text   not null,
    reference  text   not null,
    locale     text   not null,
    created_at bigint not null,
    expires_at bigint not null,
    closed_at  bigint not null,
    spent      bigint not null,
    tries      bigint not null
) strict;

create index attempts_expired on attempts (expires_at);
create index attempts_blind on attempts (blind);

-- How often something happened within a time; deleted after two days. key is a
-- keyed hash of an address, subject or network.
create table counts (
    key      bytea  not null primary key,
    began_at bigint not null,
    n        bigint not null
) strict;

create index counts_began on counts (began_at);

-- One signed-in browser; deleted a month after its end. digest is of the
-- cookie's value. user_agent and network are personal and sealed.
create table sessions (
    digest         bytea  not null primary key,
    id             text   not null,
    subject        text   not null,
    brand          text   not null,
    method         text   not null,
    assurance      bigint not null,
    user_agent     bytea  not null,
    network        bytea  not null,
    created_at     bigint not null,
    last_seen      bigint not null,
    idle_until     bigint not null,
    absolute_until bigint not null,
    fresh_until    bigint not null,
    previous       text   not null,
    ended_at       bigint not null,
    ended_why      text   not null
) strict;

create index sessions_subject on sessions (subject, ended_at);
