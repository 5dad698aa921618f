-- Why: a brand's own site shows the portal to somebody it knows.
-- +goose Up

-- One link into a frame; deleted when its two minutes are over. token is a
-- digest. frame is JSON: the origin around it, the sections that it shows and
-- what it lets the person do.
create table frame_links (
    token      bytea  not null primary key,
    subject    text   not null,
    brand      text   not null,
    frame      text   not null,
    created_at bigint not null,
    expires_at bigint not null,
    spent      bigint not null
) strict;

create index frame_links_expired on frame_links (expires_at);
