-- Why: people exercise their rights, and each request is tracked to its end.
-- +goose Up

-- One request of a subject. Kept for ever as proof that it was answered, and
-- when. body (what it is about, the words of both sides, its steps) is personal
-- and sealed; erasure empties it.
create table requests (
    lane        bigint not null,
    id          text   not null,
    subject     text   not null,
    number      text   not null,
    kind        text   not null,
    state       text   not null,
    brand       text   not null,
    pack        text   not null,
    received_at bigint not null,
    due_at      bigint not null,
    act_at      bigint not null,
    closed_at   bigint not null,
    body        bytea  not null,
    primary key (lane, id)
) strict;

create index requests_subject on requests (lane, subject, received_at);
create index requests_due on requests (state, due_at);
