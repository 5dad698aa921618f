-- Why: a session inside a brand's own page is limited to what the brand asked
-- for.
-- +goose Up

-- JSON as in frame_links; '' for a session in a window of its own.
alter table sessions add column frame text not null default '';
