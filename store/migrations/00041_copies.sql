-- Why: people take a copy of what is held of them.
-- +goose Up

-- One file that waits to be taken. It lives a day, and its content ends with
-- the first download. body is all that is held of a person, sealed with their
-- key; it is empty once it was taken.
create table copies (
    lane       bigint not null,
    id         text   not null,
    subject    text   not null,
    request    text   not null,
    body       bytea  not null,
    size       bigint not null,
    made_at    bigint not null,
    expires_at bigint not null,
    taken_at   bigint not null,
    primary key (lane, id)
) strict;

create index copies_subject on copies (lane, subject);
create index copies_expired on copies (expires_at);
