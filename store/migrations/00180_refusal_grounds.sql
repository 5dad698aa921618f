-- Why: on which grounds requests are refused is counted for everybody to read,
-- and of who was erased meanwhile the steps cannot be opened.
-- +goose Up

-- ground is the law pack's code of why a request is refused; '' for one that is
-- not, or was before this column.
alter table requests add column ground text not null default '';
