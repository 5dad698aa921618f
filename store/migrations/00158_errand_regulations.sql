-- Why: a processor was told that every request is made under the GDPR.
-- +goose Up

-- gdpr or ccpa, by the law pack of the request. Nothing personal.
alter table errands add column regulation text not null default 'gdpr';
