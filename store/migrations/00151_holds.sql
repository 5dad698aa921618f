-- Why: what a law wants kept can be held before its person asks for an erasure.
-- +goose Up

-- The hold on what is held of one person. It goes when it is over and with the
-- erasure that it let happen. everything says that nothing may be erased, until_at
-- when it is over, 0 for when staff end it. body, the fields, the reason and who
-- placed it, is personal and sealed with the subject's key.
create table holds (
    lane       bigint not null,
    subject    text   not null,
    everything bigint not null,
    until_at   bigint not null,
    body       bytea  not null,
    primary key (lane, subject)
) strict;
