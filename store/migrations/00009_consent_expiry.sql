-- Why: a yes that is over is recorded as over, and has to be found without
-- reading every record.
-- +goose Up

create index consent_records_until on consent_records (until) where until > 0;
