drop table session;
alter table api_token drop column scopes, drop column expires_at;
