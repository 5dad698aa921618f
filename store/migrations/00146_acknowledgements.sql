-- Why: a receiver that queues knows only later whether it follows what it was
-- told, and says so by a callback. Of two the one that was signed later counts.
-- +goose Up

-- When the receiver signed what it said later than in its answer; 0 for nothing.
alter table hook_deliveries add column acknowledged_at bigint not null default 0;
