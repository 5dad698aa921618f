-- Why: a person reads in their history which systems read of them, once a day
-- for each key and not at every read.
-- +goose Up

-- The last day, as a number, on which an API key read of a subject. It lives as
-- long as the subject, and holds nothing personal but that.
create table readings (
    lane    bigint not null,
    subject text   not null,
    api_key text   not null,
    day     bigint not null,
    primary key (lane, subject, api_key)
) strict;
