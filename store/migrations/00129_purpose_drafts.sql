-- Why: the words of a purpose are read by others before people are asked by them.
-- +goose Up

-- One draft of a purpose's words, until it is published or thrown away. body
-- (the words, what they were written on, which member wrote them) says nothing
-- of a person whose data is held. at tells one state of it from another.
create table purpose_drafts (
    purpose text   not null primary key,
    at      bigint not null,
    body    bytea  not null
) strict;
