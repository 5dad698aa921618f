-- Why: data subjects, how they are found, and what is currently held of them.
-- +goose Up

-- A data subject. Lives until retention ends; erasure sets state and keeps the
-- row as proof. The id is random and says nothing about the person.
create table subjects (
    lane       bigint not null,
    id         text   not null,
    version    bigint not null,
    state      text   not null,
    created_at bigint not null,
    primary key (lane, id)
) strict;

-- One name by which a subject is known. value is personal and sealed; blind is
-- a keyed hash of it, for finding. Erasure deletes the rows.
create table identifiers (
    lane        bigint not null,
    id          text   not null,
    subject     text   not null,
    kind        text   not null,
    scope       text   not null,
    blind       bytea  not null,
    value       bytea  not null,
    verified_at bigint not null,
    source      text   not null,
    main        bigint not null,
    created_at  bigint not null,
    primary key (lane, id)
) strict;

create index identifiers_subject on identifiers (lane, subject);
create index identifiers_blind on identifiers (blind);
-- A verified identifier belongs to one subject only.
create unique index identifiers_verified on identifiers (blind) where verified_at > 0;

-- What is held of a subject now, one row a part: "profile" (claims of every
-- source), "consent" (the fold of the consent records), "preferences". body is
-- personal and sealed. It is worked out from ledger and records and written in
-- the transaction that changes them; erasure deletes the rows.
create table subject_states (
    lane    bigint not null,
    subject text   not null,
    part    text   not null,
    body    bytea  not null,
    primary key (lane, subject, part)
) strict;
