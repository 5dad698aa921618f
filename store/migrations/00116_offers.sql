-- Why: other controllers send us what people take along from them.
-- +goose Up

-- What a declared controller sent for somebody. It waits for seven days at
-- most, until its person has decided; then body is emptied, its key destroyed,
-- and after 30 days the row is deleted. Until then nonce, a keyed hash, knows
-- the same package again. body is personal and sealed with a key of its own,
-- named by id. Nothing here says whom it is for.
create table offers (
    id         text   not null primary key,
    controller text   not null,
    state      text   not null,
    nonce      bytea  not null,
    at         bigint not null,
    until_at   bigint not null,
    body       bytea  not null
) strict;

create unique index offers_nonce on offers (nonce);
create index offers_state on offers (state, controller);

-- By what the person of a waiting offer is known, if they are: the keyed hash
-- of an address that they proved to its sender. Deleted when the offer ends.
create table offer_names (
    offer text  not null,
    blind bytea not null,
    primary key (offer, blind)
) strict;

create index offer_names_blind on offer_names (blind);
