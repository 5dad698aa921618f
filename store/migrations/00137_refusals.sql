-- Why: what is not taken was told to the sender at most, and staff did not see it.
-- +goose Up

-- How often something that a system told was refused for a reason, at one place:
-- a feed, an endpoint, one delivery, or a key. Nothing personal. Kept for two
-- months after the last time.
create table refusals (
    place   text   not null,
    reason  text   not null,
    refused bigint not null,
    at      bigint not null,
    primary key (place, reason)
) strict;
create index refusals_old on refusals (at);
