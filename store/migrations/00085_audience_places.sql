-- Why: who was told to be in an audience has to be told to have left it.
-- +goose Up

-- Where one subject stands in an audience that was sent to an endpoint: in it
-- (member is 1), or no longer. Kept while its audience is; erasure deletes it.
-- It says of a subject that a condition of staff held for them; which one is
-- sealed with the audience. lane leads the key, for partitions.
create table audience_places (
    lane      bigint not null,
    subject   text   not null,
    audience  text   not null,
    endpoint  text   not null,
    purpose   text   not null,
    brand     text   not null,
    member    bigint not null,
    send      text   not null,
    placed_at bigint not null,
    primary key (lane, subject, endpoint, audience)
) strict;

create index audience_places_audience on audience_places (audience, member);
