-- Why: whether a system that was behind has caught up is seen by what waited
-- before, and a delivery that is told again no longer says when it was over.
-- +goose Up

-- The most that waited for the endpoint in the hour, and the longest that any
-- of it had waited.
alter table hook_hours add column waiting bigint not null default 0;
alter table hook_hours add column lag bigint not null default 0;
