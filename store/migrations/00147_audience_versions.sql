-- Why: an audience can be changed, and of two who change it at once the second is
-- told. What it said before is in no column: a sending keeps it in its body.
-- +goose Up

-- How often it was saved.
alter table audiences add column version bigint not null default 1;
