-- Why: staff members get mails, in the language that they read the console in.
-- +goose Up

-- locale is a BCP 47 tag, '' for English.
alter table staff_members add column locale text not null default '';
