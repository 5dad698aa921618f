-- Why: systems that speak SCIM keep people as users of theirs.
-- +goose Up

-- That a system deals with a person by SCIM. blind is a keyed digest of what it
-- calls them, by which it finds them; name is that, personal and sealed with the
-- person's key. Until the system deletes its user, or the person is erased.
create table enrolments (
    lane       bigint not null,
    subject    text   not null,
    system     text   not null,
    blind      bytea  not null,
    name       bytea  not null,
    active     bigint not null,
    created_at bigint not null,
    changed_at bigint not null,
    primary key (lane, subject, system)
) strict;

-- No two users of a system have one name, and they are found by it.
create unique index enrolments_blind on enrolments (system, blind);

-- The users of a system, oldest first.
create index enrolments_system on enrolments (system, created_at, subject);
