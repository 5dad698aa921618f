-- Why: breaches of personal data are written down, with who is affected and who
-- was told (Arts. 33 and 34 GDPR).
-- +goose Up

-- One breach. Kept for good, as Art. 33(5) GDPR wants its record. body (what
-- happened, what was decided and why, the words of the notice, each step) is
-- sealed with the installation's key; it names nobody whom it touches. version
-- refuses a change that was decided on an older state.
create table breaches (
    id        text   not null primary key,
    version   bigint not null,
    opened_at bigint not null,
    body      bytea  not null
) strict;

-- One person whom a breach touches. Lives as long as the breach; erasure
-- deletes it. told_at is 0 before they were told, way says how they were.
create table breach_people (
    breach  text   not null,
    lane    bigint not null,
    subject text   not null,
    told_at bigint not null,
    way     text   not null,
    primary key (breach, lane, subject)
) strict;

create index breach_people_subject on breach_people (lane, subject);
create index breach_people_untold on breach_people (breach, told_at);
