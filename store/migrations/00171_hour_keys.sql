-- Why: an address that somebody typed who was not signed in was sealed with the
-- key of the installation, so that an old backup told it of the erased.
-- +goose Up

-- A key of an hour, that seals what belongs to nobody yet and goes by time.
-- Lives until the hour is over and nothing has it any more; id names the key,
-- which is destroyed before the row goes. Nothing personal.
create table hour_keys (
    began_at bigint not null primary key,
    id       text   not null
) strict;

-- Name that key. '' in rows from before, which have the key of the installation,
-- and in jobs that are not letters to nobody.
alter table attempts add column sealed_by text not null default '';
alter table jobs add column sealed_by text not null default '';

create index attempts_sealed on attempts (sealed_by) where sealed_by <> '';
create index jobs_sealed on jobs (sealed_by) where sealed_by <> '';
