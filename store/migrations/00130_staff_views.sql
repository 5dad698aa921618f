-- Why: members keep the filters of the queue that they use.
-- +goose Up

-- The views of a member as JSON, sealed with the installation's key: their names
-- are free text. Null for none.
alter table staff_members add column views bytea;
