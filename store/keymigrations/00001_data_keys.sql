-- Why: data keys live apart from the data they open, with backups of their
-- own, so that destroying one also erases the data's old backups.
-- +goose Up

-- One data key, wrapped by the master key. Erasure overwrites wrapped and sets
-- destroyed_at; the row stays, so that the key cannot come back.
create table keystore.data_keys (
    owner        text   not null primary key,
    master       text   not null,
    wrapped      bytea  not null,
    created_at   bigint not null,
    destroyed_at bigint not null
) strict;

create index data_keys_master on keystore.data_keys (master, owner);
