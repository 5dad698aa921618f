-- Why: a pair that waits for staff is left out when both are read as one already,
-- which is asked by id and without a lane.
-- +goose Up

create index subjects_joined on subjects (id) where circle <> '';
