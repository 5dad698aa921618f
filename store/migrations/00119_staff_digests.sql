-- Why: members choose how often they are mailed what waits for them.
-- +goose Up

-- digest is how often, '' for daily; digest_at when it was last, 0 for never.
-- Neither is personal.
alter table staff_members add column digest text not null default '';
alter table staff_members add column digest_at bigint not null default 0;
