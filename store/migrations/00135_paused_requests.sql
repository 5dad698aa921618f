-- Why: while the person is asked, the law of some places stops the clock. The
-- queue cannot tell from the due date alone, which stands still.
-- +goose Up

-- paused is 1 while the clock of a request stands still.
alter table requests add column paused bigint not null default 0;
