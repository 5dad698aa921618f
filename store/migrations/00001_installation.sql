-- Why: an installation has an identity of its own, and a number of lanes that
-- never changes, because a subject's lane is worked out from it.
-- +goose Up

-- One row. Lives as long as the installation. Nothing personal.
create table installation (
    id         text   not null primary key,
    lanes      bigint not null,
    -- fingerprint of the keyring: another key store does not fit this data
    keyring    text   not null,
    created_at bigint not null
) strict;
