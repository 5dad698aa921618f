-- Why: staff answer requests from a queue, the most urgent first, and each is
-- somebody's to answer.
-- +goose Up

-- assignee is the id of a staff member, '' for nobody.
alter table requests add column assignee text not null default '';

create index requests_id on requests (id);
create index requests_open on requests (due_at, id) where closed_at = 0;
create index requests_open_assignee on requests (assignee, due_at, id) where closed_at = 0;
create index requests_open_state on requests (state, due_at, id) where closed_at = 0;
create index requests_open_kind on requests (kind, due_at, id) where closed_at = 0;
create index requests_open_brand on requests (brand, due_at, id) where closed_at = 0;
create index requests_closed on requests (closed_at, id) where closed_at > 0;
