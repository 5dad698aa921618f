-- Why: the erasure list copies what is new every few seconds.
-- +goose Up

create index erasures_at on erasures (erased_at);
create index tombstones_at on tombstones (erased_at);
