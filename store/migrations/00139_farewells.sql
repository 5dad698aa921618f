-- Why: a system that knows people by a number or an address of theirs can only
-- erase somebody whom it can still find.
-- +goose Up

-- By what connected systems know somebody who was erased. Lives until every
-- system has been told, 30 days at most. names is personal and sealed with a key
-- of its own, named by id, which is destroyed before the row goes.
create table farewells (
    subject text   not null primary key,
    lane    bigint not null,
    id      text   not null,
    since   bigint not null,
    names   bytea  not null
) strict;
