-- Why: staff see how each delivery went, attempt by attempt, page by page.
-- +goose Up

-- The attempts, as JSON: when, what was answered, how long it took. Nothing of
-- what was sent.
alter table hook_deliveries add column attempts text not null default '';
-- Names of the fields whose values were sent last, apart by spaces.
alter table hook_deliveries add column fields text not null default '';

-- A page of an endpoint's deliveries, by state.
create index hook_deliveries_page on hook_deliveries (endpoint, state, entry);
