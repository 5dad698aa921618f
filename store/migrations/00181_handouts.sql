-- Why: a person reads in a copy in which files of audiences they were, and who
-- got those.
-- +goose Up

-- That a subject was in the file of an audience which a system took (taker), or a
-- staff member (''): the last time for each, with the names of the fields that
-- the file had. It lives as long as the subject; erasure deletes it. It says of a
-- subject that a condition of staff held for them; which one is sealed with the
-- audience. lane leads the key, for partitions.
create table handouts (
    lane      bigint not null,
    subject   text   not null,
    audience  text   not null,
    taker     text   not null,
    purpose   text   not null,
    fields    text   not null,
    handed_at bigint not null,
    primary key (lane, subject, audience, taker)
) strict;
