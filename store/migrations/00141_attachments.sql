-- Why: people show what they say in a request with files.
-- +goose Up

-- One file that either side added to a request. It is kept until 90 days after
-- the request has ended. label (its name, its type, who added it and with which
-- step) and body, the file, are personal and sealed with the subject's key.
create table attachments (
    lane    bigint not null,
    id      text   not null,
    subject text   not null,
    request text   not null,
    size    bigint not null,
    at      bigint not null,
    label   bytea  not null,
    body    bytea  not null,
    primary key (lane, id)
) strict;

create index attachments_subject on attachments (lane, subject, at);
