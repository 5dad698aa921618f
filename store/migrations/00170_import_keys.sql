-- Why: the rows of a file, and those of it that were refused, were sealed with
-- the key of the installation, so that an old backup told them of the erased.
-- +goose Up

-- Name the keys of its own that the parts of an import are sealed with: its
-- file's, and that of the refused rows. Each is destroyed, and '' then, before
-- the part is deleted for good. '' in rows from before, whose parts have the key
-- of the installation.
alter table imports add column file_key text not null default '';
alter table imports add column rejects_key text not null default '';
