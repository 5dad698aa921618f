-- Why: erasure looks for what lies in queues and drawers about one person, and
-- for erasures that its list lacks. Without these, each erasure read every job,
-- every link and every answer, and all erasures of the last hour.
-- +goose Up

create index jobs_subject on jobs (subject) where subject <> '';
create index attempts_subject on attempts (subject) where subject <> '';
create index answers_subject on answers (subject) where subject <> '';
drop index erasures_at;
create index erasures_at on erasures (erased_at, id);
