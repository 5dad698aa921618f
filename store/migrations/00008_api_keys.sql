-- Why: connected systems call with keys of their own, which end.
-- +goose Up

-- What a connected system may do; kept after its end, as the ledger names it.
-- hash is a keyed digest of the secret. Nothing personal.
create table api_keys (
    id           text   not null primary key,
    hash         bytea  not null,
    name         text   not null,
    brand        text   not null,
    system       text   not null,
    scopes       text   not null,
    fields       text   not null,
    created_at   bigint not null,
    expires_at   bigint not null,
    revoked_at   bigint not null,
    last_used_at bigint not null
) strict;
