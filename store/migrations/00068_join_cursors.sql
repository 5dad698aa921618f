-- Why: people who may be one are looked for behind the ledger, and none is
-- looked for twice without need.
-- +goose Up

-- Up to which entry of a lane pairs were looked for. Nothing personal.
create table join_cursors (
    lane bigint not null primary key,
    seq  bigint not null
) strict;
