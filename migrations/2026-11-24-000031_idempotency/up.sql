-- Writes that were done under an `Idempotency-Key`, for a day.
create table idempotency (
    -- Id of the user; empty for those without a name.
    caller   text collate "C" not null,
    key      text collate "C" not null,
    -- sha256 of action and parameters.
    request  bytea not null,
    -- What was answered, sealed under the site's secret: it may hold a token. Null where it was too large to keep.
    answer   bytea,
    made     timestamp not null,
    primary key (caller, key)
);
create index idempotency_by_time on idempotency (made);
