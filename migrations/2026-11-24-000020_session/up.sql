-- What proves who somebody is: tokens that end and may do only some things, and sessions of browsers.

-- From then on the token is worth nothing; null: for ever.
alter table api_token add column expires_at timestamp;
-- Actions that it may call: names, beginnings with a * behind them, or `read`; none: all.
alter table api_token add column scopes text[] not null default '{}';

create table session (
    -- sha256 of what the cookie holds; that itself is never stored.
    secret_hash  bytea primary key,
    user_id      text collate "C" not null references users on delete cascade,
    created      timestamp not null,
    expires_at   timestamp not null
);
create index session_of_user on session (user_id, created);
create index session_by_end on session (expires_at);
