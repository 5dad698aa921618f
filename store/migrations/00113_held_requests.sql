-- Why: what is on hold must not end by its own term meanwhile.
-- +goose Up

-- held is 1 while everything of the subject is on hold by this request; that of
-- single fields is in body.
alter table requests add column held bigint not null default 0;

create index requests_held on requests (subject) where held = 1;
