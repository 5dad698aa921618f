-- Why: controllers pass requests of people on to us, and are told what became of
-- them.
-- +goose Up

-- One request that a controller passed on by OpenDSR, by the controller's own id.
-- Nothing personal but our ids; callbacks are the controller's and sealed with
-- the key of the installation. Kept for ever as proof, as the request is.
create table referrals (
    system      text   not null,
    ref         text   not null,
    kind        text   not null,
    subject     text   not null,
    request     text   not null,
    print       bytea  not null,
    callbacks   bytea  not null,
    received_at bigint not null,
    expected_at bigint not null,
    told        text   not null,
    due_at      bigint not null,
    tries       bigint not null,
    primary key (system, ref)
) strict;

-- Whose callbacks are due.
create index referrals_due on referrals (due_at) where due_at > 0;
