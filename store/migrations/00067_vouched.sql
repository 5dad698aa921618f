-- Why: a second proof of an address that another has proved is evidence that
-- the two are one person, and was forgotten.
-- +goose Up

-- When a source proved an identifier that somebody else bears with proof
-- already; 0 for never. It lets nobody in.
alter table identifiers add column vouched_at bigint not null default 0;
