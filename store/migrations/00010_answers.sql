-- Why: a system that does not know whether its request arrived sends it again,
-- and must get the same answer without a second effect.
-- +goose Up

-- One request with an Idempotency-Key; deleted after a day. key and print are
-- keyed hashes of who asked and what. body is personal and sealed with the
-- subject's key, or the installation's without a subject. status is 0 while
-- the request is carried out.
create table answers (
    key      bytea  not null primary key,
    print    bytea  not null,
    subject  text   not null,
    status   bigint not null,
    header   text   not null,
    body     bytea,
    began_at bigint not null
) strict;

create index answers_began on answers (began_at);
