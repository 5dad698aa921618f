-- Why: a yes is said once. Said again with every other change, it would
-- overrule who has unsubscribed at the other side since and was not read yet.
-- +goose Up

-- The topics that the system has been told yes of by now, as JSON; the words
-- are its own. Empty for a system that is told by a hook.
alter table hook_deliveries add column said text not null default '';
