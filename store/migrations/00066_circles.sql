-- Why: whoever reads what is held of somebody sees in the same reading whether
-- there are others to read along.
-- +goose Up

-- The oldest of the subjects that are joined with this one, '' for nobody. It
-- is worked out from the joins and written with them. An id of ours.
alter table subjects add column circle text not null default '';

create index subjects_circle on subjects (circle) where circle <> '';
