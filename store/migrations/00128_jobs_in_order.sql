-- Why: with the old index each claim read and sorted all that was due, which a
-- backlog of letters makes slow for whoever waits for one.
-- +goose Up

drop index jobs_due;
create index jobs_due on jobs (parked_at, priority, run_at, id);
