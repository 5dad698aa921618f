-- Why: values end when their time is over, also of people whom nobody looks at.
-- +goose Up

-- When the values of a person have to be looked at next. touched grows whenever
-- the profile changes; revision is the declaration that it was last looked at
-- under. Nothing personal; erasure deletes it.
create table retention_dues (
    lane     bigint not null,
    subject  text   not null,
    due_at   bigint not null,
    touched  bigint not null,
    revision bigint not null,
    primary key (lane, subject)
) strict;

create index retention_dues_due on retention_dues (due_at);
create index retention_dues_revision on retention_dues (revision);

insert into retention_dues (lane, subject, due_at, touched, revision)
select lane, id, 0, 1, 0
from subjects
where state = 'active';
