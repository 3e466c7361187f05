//! The options that this program reads, and those that it need not read.

/// Read by `Config::from_options` and nowhere else.
const HONOURED: &[&str] = &[
    "ckan.auth.anon_create_dataset",
    "ckan.auth.create_dataset_if_not_in_organization",
    "ckan.auth.create_unowned_dataset",
    "ckan.auth.create_user_via_api",
    "ckan.auth.public_user_details",
    "ckan.auth.user_create_groups",
    "ckan.auth.user_create_organizations",
    "ckan.auth.user_delete_groups",
    "ckan.auth.user_delete_organizations",
    "ckan.cors.origin_allow_all",
    "ckan.cors.origin_whitelist",
    "ckan.group_and_organization_list_all_fields_max",
    "ckan.group_and_organization_list_max",
    "ckan.hide_version",
    "ckan.locale_default",
    "ckan.plugins",
    "ckan.search.default_package_sort",
    "ckan.search.rows_max",
    "ckan.site_description",
    "ckan.site_id",
    "ckan.site_title",
    "ckan.site_url",
    "beaker.session.secret",
    "ckan.storage_path",
    "ckan.user.unique_email_states",
    "email_to",
    "kurak.data",
    "kurak.fetch.allow",
    "kurak.host",
    "kurak.log",
    "kurak.log_format",
    "kurak.migrate",
    "kurak.pg_bindir",
    "kurak.port",
    "search.facets.limit",
    "secret_key",
    "sqlalchemy.url",
];

/// Options of parts that kurak has no use for: Solr, Redis, the Python web server.
const NEEDLESS: &[&str] = &[
    "api_token.jwt.decode.secret",
    "api_token.jwt.encode.secret",
    "cache_dir",
    "ckan.redis.url",
    "debug",
    "full_stack",
    "solr_password",
    "solr_url",
    "solr_user",
    "testing",
    "use",
];

/// True when an option does what it says, or there is nothing for it to do.
pub fn is_honoured(name: &str) -> bool {
    HONOURED.contains(&name) || NEEDLESS.contains(&name)
}
