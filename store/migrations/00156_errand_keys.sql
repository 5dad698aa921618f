-- Why: by what a processor knows somebody was sealed with the key of the
-- installation, so that an old backup told it of the erased.
-- +goose Up

-- Names the key of its own that names is sealed with; it is destroyed, and both
-- are emptied, as soon as the errand waits for nothing. '' in rows from before,
-- which have the key of the installation.
alter table errands add column sealed_by text not null default '';

create index errands_sealed on errands (state) where sealed_by <> '';
