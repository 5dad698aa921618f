-- Why: staff are told once by mail that a system cannot be reached, and not at
-- every failure.
-- +goose Up

-- When staff were told of the trouble with an endpoint or a feed, for as long
-- as it lasts. Nothing personal.
create table hook_warnings (
    about text   not null primary key,
    at    bigint not null
) strict;
