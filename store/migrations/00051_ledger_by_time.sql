-- Why: the audit page reads the ledger over all lanes, newest first.
-- +goose Up
create index ledger_entries_at on ledger_entries (at, lane, seq);
