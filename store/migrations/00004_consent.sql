-- Why: what a person decided is proved by immutable records.
-- +goose Up

-- One decision, kept for ever and never updated. It bears ids of ours only;
-- proof_ref (which session, link or import row) is personal and sealed, and
-- goes with the subject's key.
create table consent_records (
    lane       bigint not null,
    id         text   not null,
    subject    text   not null,
    purpose    text   not null,
    version    bigint not null,
    scope      text   not null,
    notice     text   not null,
    locale     text   not null,
    status     text   not null,
    at         bigint not null,
    until      bigint not null,
    proof_kind text   not null,
    proof_ref  bytea,
    brand      text   not null,
    channel    text   not null,
    via        text   not null,
    primary key (lane, id)
) strict;

create index consent_records_subject on consent_records (lane, subject, purpose, at);
-- A receipt is looked up by the record's id alone.
create index consent_records_id on consent_records (id);
