-- Why: staff members sign in to the console by passkey, apart from the people
-- whose data it is.
-- +goose Up

-- Somebody who works in the console; kept after their end, as the ledger names
-- them. name and email are personal and sealed with the installation's key.
create table staff_members (
    id          text   not null primary key,
    name        bytea  not null,
    email       bytea  not null,
    role        text   not null,
    brands      text   not null,
    created_at  bigint not null,
    disabled_at bigint not null
) strict;

-- The public half of a member's key; deleted with the member's end. body is
-- sealed, so that nobody can add one with the database alone.
create table staff_passkeys (
    id         text   not null primary key,
    member     text   not null,
    body       bytea  not null,
    created_at bigint not null,
    used_at    bigint not null
) strict;

create index staff_passkeys_member on staff_passkeys (member);

-- A link that lets a member make a passkey, once; deleted when its time is
-- over. token is a digest. Nothing personal.
create table staff_invites (
    token      bytea  not null primary key,
    member     text   not null,
    created_at bigint not null,
    expires_at bigint not null,
    spent_at   bigint not null
) strict;

create index staff_invites_member on staff_invites (member);

-- A challenge that waits for its answer; deleted with it, or after some
-- minutes. token is a digest of the challenge, body is sealed.
create table staff_ceremonies (
    token      bytea  not null primary key,
    member     text   not null,
    invite     bytea,
    body       bytea  not null,
    created_at bigint not null,
    expires_at bigint not null
) strict;

-- One browser in which a member is signed in; deleted when it is over. digest
-- is of the cookie's value. Nothing personal.
create table staff_sessions (
    digest         bytea  not null primary key,
    id             text   not null,
    member         text   not null,
    created_at     bigint not null,
    last_seen      bigint not null,
    idle_until     bigint not null,
    absolute_until bigint not null,
    ended_at       bigint not null
) strict;

create index staff_sessions_member on staff_sessions (member);

-- Until when a member may look at a person, for a reason that the ledger has;
-- deleted when it is over. Nothing personal beside our ids.
create table staff_openings (
    member  text   not null,
    subject text   not null,
    until   bigint not null,
    primary key (member, subject)
) strict;
