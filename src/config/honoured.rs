//! Every option of CKAN 2.12, of the extensions that kurak takes the place of, and its own: what it does here. What is
//! given and does nothing is told at a start, so nobody trusts in it.

use Effect::{Always, Here, Missing, Needless};

/// What an option does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// It is read, and does what CKAN says that it does; for what.
    Here(&'static str),
    /// There is nothing that it could do; why.
    Needless(&'static str),
    /// It is always as if it had this value; what that means.
    Always(&'static str, &'static str),
    /// It would do something, and does not; what that means.
    Missing(&'static str),
}

impl Effect {
    /// As the table says it: the word, and what it means.
    #[must_use]
    pub fn words(self) -> String {
        match self {
            Here(what) => format!("here\t{what}"),
            Needless(why) => format!("needless\t{why}"),
            Always(fixed, meaning) => format!("always \"{fixed}\"\t{meaning}"),
            Missing(meaning) => format!("missing\t{meaning}"),
        }
    }
}

const ACTIVITIES: Effect = Here("activities");
const API: Effect = Here("actions");
const DATA_STORE: Effect = Missing("there is no DataStore: tables in files are not loaded");
const FEEDS: Effect = Here("Atom feeds");
const FILES: Effect = Here("files");
const KURAK: Effect = Here("kurak's own");
const LANGUAGES: Effect = Here("languages in front of addresses");
const LOGIN: Effect = Here("logins");
const MAIL: Effect = Here("mail");
const NO_LOG: Effect = Needless("harvests are told in reports and in the program's log");
const NO_PAGES: Effect = Needless("there are no pages for it: front ends bring theirs");
const NO_QUEUE: Effect = Needless("jobs lie in the database");
const NO_SOLR: Effect = Needless("the index is inside the program");
const ONE_COOKIE: Effect = Needless("one cookie serves both: SESSION_COOKIE_*, REMEMBER_COOKIE_DURATION");
const OTHER_SERVER: Effect = Needless("the web server is another");
const RIGHTS: Effect = Here("rights");
const SCHEMAS: Effect = Here("fields of the site's own");
const SITE: Effect = Here("the site; config_option_update changes it, too");
const TABLES_SHOWN: Effect = Needless("front ends draw views");
const TOKENS: Effect = Here("tokens");
const VIEWS: Effect = Here("views of resources");

/// Names in lower case, sorted. One that ends in `*` stands for all that begin so.
pub const TABLE: &[(&str, Effect)] = &[
    ("api_token.jwt.algorithm", TOKENS),
    ("api_token.jwt.decode.secret", TOKENS),
    ("api_token.jwt.encode.secret", TOKENS),
    ("api_token.nbytes", Always("32", "tokens are of 32 random bytes")),
    ("apikey_header_name", TOKENS),
    ("apitoken_header_name", TOKENS),
    ("beaker.session.cookie_domain", LOGIN),
    ("beaker.session.key", LOGIN),
    ("beaker.session.secret", LOGIN),
    ("cache_dir", OTHER_SERVER),
    ("ckan.activity_list_limit", ACTIVITIES),
    ("ckan.activity_list_limit_max", ACTIVITIES),
    ("ckan.activity_streams_email_notifications", ACTIVITIES),
    ("ckan.activity_streams_enabled", ACTIVITIES),
    ("ckan.auth.allow_admin_collaborators", RIGHTS),
    ("ckan.auth.allow_collaborators_to_change_owner_org", RIGHTS),
    ("ckan.auth.allow_dataset_collaborators", RIGHTS),
    ("ckan.auth.anon_create_dataset", RIGHTS),
    ("ckan.auth.create_dataset_if_not_in_organization", RIGHTS),
    ("ckan.auth.create_default_api_keys", Needless("the keys that it would make are gone from CKAN itself")),
    ("ckan.auth.create_unowned_dataset", RIGHTS),
    ("ckan.auth.create_user_via_api", RIGHTS),
    ("ckan.auth.create_user_via_web", RIGHTS),
    ("ckan.auth.enable_cookie_auth_in_api", LOGIN),
    ("ckan.auth.login_view", NO_PAGES),
    ("ckan.auth.public_activity_stream_detail", ACTIVITIES),
    ("ckan.auth.public_user_details", RIGHTS),
    ("ckan.auth.reveal_private_datasets", NO_PAGES),
    ("ckan.auth.roles_that_cascade_to_sub_groups", RIGHTS),
    ("ckan.auth.route_after_login", LOGIN),
    ("ckan.auth.user_create_groups", RIGHTS),
    ("ckan.auth.user_create_organizations", RIGHTS),
    ("ckan.auth.user_delete_groups", RIGHTS),
    ("ckan.auth.user_delete_organizations", RIGHTS),
    ("ckan.base_public_folder", NO_PAGES),
    ("ckan.base_templates_folder", NO_PAGES),
    ("ckan.cache_enabled", Always("false", "clients and proxies ask again each time")),
    ("ckan.cache_expires", Always("0", "clients and proxies ask again each time")),
    ("ckan.cors.origin_allow_all", API),
    ("ckan.cors.origin_whitelist", API),
    ("ckan.datapusher.*", DATA_STORE),
    ("ckan.dataset.create_on_ui_requires_resources", NO_PAGES),
    ("ckan.datasets_per_page", NO_PAGES),
    ("ckan.datastore.*", DATA_STORE),
    ("ckan.datatables.*", TABLES_SHOWN),
    ("ckan.debug_supress_header", NO_PAGES),
    ("ckan.default.group_type", Always("group", "groups without a type are groups")),
    ("ckan.default.organization_type", Always("organization", "organizations without a type are organizations")),
    ("ckan.default.package_type", Always("dataset", "datasets without a type are datasets")),
    ("ckan.default_collapse_facets", NO_PAGES),
    ("ckan.default_group_sort", Here("group_list and organization_list")),
    ("ckan.devserver.*", OTHER_SERVER),
    ("ckan.display_timezone", NO_PAGES),
    ("ckan.download_proxy", Missing("what is fetched is fetched without a proxy")),
    ("ckan.email_notifications_since", ACTIVITIES),
    ("ckan.extra_resource_fields", Here("searches for datasets by fields of their resources")),
    ("ckan.favicon", NO_PAGES),
    ("ckan.featured_groups", NO_PAGES),
    ("ckan.featured_orgs", NO_PAGES),
    ("ckan.feeds.author_link", FEEDS),
    ("ckan.feeds.author_name", FEEDS),
    ("ckan.feeds.authority_name", FEEDS),
    ("ckan.feeds.date", FEEDS),
    ("ckan.feeds.limit", FEEDS),
    ("ckan.files.authenticated_uploads.allow", FILES),
    ("ckan.files.authenticated_uploads.storages", FILES),
    ("ckan.files.default_storages.admin", FILES),
    ("ckan.files.default_storages.default", FILES),
    ("ckan.files.default_storages.group", FILES),
    ("ckan.files.default_storages.resource", FILES),
    ("ckan.files.default_storages.user", FILES),
    ("ckan.files.inline_content_types", FILES),
    ("ckan.files.owner.cascade_access", FILES),
    ("ckan.files.owner.scan_as_update", FILES),
    ("ckan.files.owner.transfer_as_update", FILES),
    ("ckan.files.storage.*", FILES),
    ("ckan.gravatar_default", NO_PAGES),
    ("ckan.group_and_organization_list_all_fields_max", API),
    ("ckan.group_and_organization_list_max", API),
    ("ckan.harvest.harvest_source_limit", Here("harvest_source_list")),
    ("ckan.harvest.log_level", NO_LOG),
    ("ckan.harvest.log_scope", NO_LOG),
    ("ckan.harvest.log_timeframe", NO_LOG),
    ("ckan.harvest.mq.*", NO_QUEUE),
    ("ckan.harvest.not_overwrite_fields", Missing("a harvest brings all fields anew")),
    ("ckan.harvest.status_mail.all", Missing("nobody is mailed when a harvest ends; harvest_job_report tells of it")),
    ("ckan.harvest.status_mail.errored", Missing("nobody is mailed when a harvest fails; harvest_job_report tells of it")),
    ("ckan.harvest.timeout", Needless("a harvest job that does not go on is ended in any case")),
    ("ckan.hide_activity_from_users", ACTIVITIES),
    ("ckan.hide_version", API),
    ("ckan.i18n.*", Missing("there are no translations but the built-in ones")),
    ("ckan.i18n_directory", Missing("there are no translations but the built-in ones")),
    ("ckan.jobs.timeout", Needless("jobs have bounds of their own")),
    ("ckan.legacy_route_mappings", NO_PAGES),
    ("ckan.locale_default", LANGUAGES),
    ("ckan.locale_order", LANGUAGES),
    ("ckan.locales_filtered_out", LANGUAGES),
    ("ckan.locales_offered", LANGUAGES),
    ("ckan.max_image_size", FILES),
    ("ckan.max_resource_size", FILES),
    ("ckan.mimetype_guess", FILES),
    ("ckan.plugins", API),
    ("ckan.preview.audio_formats", VIEWS),
    ("ckan.preview.image_formats", VIEWS),
    ("ckan.preview.json_formats", VIEWS),
    ("ckan.preview.jsonp_formats", VIEWS),
    ("ckan.preview.text_formats", VIEWS),
    ("ckan.preview.video_formats", VIEWS),
    ("ckan.preview.xml_formats", VIEWS),
    ("ckan.recaptcha.privatekey", Missing("the form of new users asks for no captcha")),
    ("ckan.recaptcha.publickey", Missing("the form of new users asks for no captcha")),
    ("ckan.redis.url", NO_QUEUE),
    ("ckan.requests.timeout", Here("the fetch of licenses_group_url")),
    ("ckan.resource_formats", Here("formats of resources")),
    ("ckan.resource_proxy.*", Missing("nothing is fetched for views")),
    ("ckan.root_path", Here("addresses")),
    ("ckan.route_after_login", LOGIN),
    ("ckan.search.default_include_private", NO_PAGES),
    ("ckan.search.default_package_sort", API),
    ("ckan.search.remove_deleted_packages", Always("true", "deleted datasets are not in the index")),
    ("ckan.search.rows_max", API),
    ("ckan.search.show_all_types", NO_PAGES),
    ("ckan.search.solr_allowed_query_parsers", Always("", "queries choose no parser")),
    ("ckan.search.solr_commit", NO_SOLR),
    ("ckan.site_about", SITE),
    ("ckan.site_custom_css", SITE),
    ("ckan.site_description", SITE),
    ("ckan.site_id", API),
    ("ckan.site_intro_text", SITE),
    ("ckan.site_logo", SITE),
    ("ckan.site_title", SITE),
    ("ckan.site_url", SITE),
    ("ckan.storage_path", FILES),
    ("ckan.template_title_delimiter", NO_PAGES),
    ("ckan.theme", SITE),
    ("ckan.tracking_enabled", Missing("visits are not counted")),
    ("ckan.upload.group.mimetypes", FILES),
    ("ckan.upload.group.types", FILES),
    ("ckan.upload.user.mimetypes", FILES),
    ("ckan.upload.user.types", FILES),
    ("ckan.uploads_enabled", FILES),
    ("ckan.user.last_active_interval", Always("60", "last_active of users is at most a minute old")),
    ("ckan.user.unique_email_states", API),
    ("ckan.user_list_limit", NO_PAGES),
    ("ckan.user_reset_landing_page", LOGIN),
    ("ckan.valid_url_schemes", NO_PAGES),
    ("ckan.views.default_views", VIEWS),
    ("ckan.webassets.*", NO_PAGES),
    ("ckanext.dcat.*", Missing("the catalog is written as DCAT-AP 3, in the one way that there is")),
    ("ckanext.dcat.datasets_per_page", Here("pages of the catalog as RDF")),
    ("ckanext.dcat.enable_content_negotiation", Always("true", "who asks for RDF gets it")),
    ("ckanext.dcat.enable_rdf_endpoints", Always("true", "the catalog can be had as RDF")),
    ("ckanext.harvest.default_dataset_name_append", Missing("a name that is taken gets a digest of the remote's id behind it")),
    ("ckanext.harvest.user_name", Missing("harvests act as the site's own user")),
    ("config.mode", OTHER_SERVER),
    ("debug", OTHER_SERVER),
    ("email_to", Here("status_show")),
    ("error_email_from", Missing("nobody is mailed of faults; the log tells of them")),
    ("extra_public_paths", Missing("files that are no data are for the web server in front")),
    ("extra_template_paths", NO_PAGES),
    ("full_stack", OTHER_SERVER),
    ("kurak.accept_language", LANGUAGES),
    ("kurak.data", KURAK),
    ("kurak.fetch.allow", KURAK),
    ("kurak.host", KURAK),
    ("kurak.log", KURAK),
    ("kurak.log_format", KURAK),
    ("kurak.migrate", KURAK),
    ("kurak.pg_bindir", KURAK),
    ("kurak.port", KURAK),
    ("kurak.schema_folders", SCHEMAS),
    ("kurak.search.ranking", KURAK),
    ("kurak.search.solr_or_semantics", KURAK),
    ("licenses_group_url", Here("licences")),
    ("package_edit_return_url", NO_PAGES),
    ("package_hide_extras", NO_PAGES),
    ("package_new_return_url", NO_PAGES),
    ("permanent_session_lifetime", LOGIN),
    ("remember_cookie_domain", ONE_COOKIE),
    ("remember_cookie_duration", LOGIN),
    ("remember_cookie_httponly", ONE_COOKIE),
    ("remember_cookie_name", ONE_COOKIE),
    ("remember_cookie_path", ONE_COOKIE),
    ("remember_cookie_refresh_each_request", ONE_COOKIE),
    ("remember_cookie_samesite", ONE_COOKIE),
    ("remember_cookie_secure", ONE_COOKIE),
    ("scheming.dataset_fallback", SCHEMAS),
    ("scheming.dataset_schemas", SCHEMAS),
    ("scheming.group_fallback", SCHEMAS),
    ("scheming.group_schemas", SCHEMAS),
    ("scheming.organization_fallback", SCHEMAS),
    ("scheming.organization_schemas", SCHEMAS),
    ("scheming.presets", SCHEMAS),
    ("search.facets", NO_PAGES),
    ("search.facets.default", NO_PAGES),
    ("search.facets.limit", API),
    ("secret_key", LOGIN),
    ("session_cookie_domain", LOGIN),
    ("session_cookie_httponly", Always("true", "scripts cannot read the cookie of a session")),
    ("session_cookie_name", LOGIN),
    ("session_cookie_path", LOGIN),
    ("session_cookie_samesite", LOGIN),
    ("session_cookie_secure", LOGIN),
    ("session_key_prefix", NO_QUEUE),
    ("session_permanent", Needless("a form asks whether somebody wants to be remembered")),
    ("session_refresh_each_request", Needless("sessions end when the database says")),
    ("session_type", Needless("sessions lie in the database")),
    ("session_use_signer", Needless("sessions lie in the database")),
    ("smtp.mail_from", MAIL),
    ("smtp.password", MAIL),
    ("smtp.reply_to", MAIL),
    ("smtp.server", MAIL),
    ("smtp.starttls", MAIL),
    ("smtp.starttls_ca_bundle", MAIL),
    ("smtp.starttls_verify", MAIL),
    ("smtp.user", MAIL),
    ("solr_password", NO_SOLR),
    ("solr_timeout", NO_SOLR),
    ("solr_url", NO_SOLR),
    ("solr_user", NO_SOLR),
    ("sqlalchemy.*", Missing("connections to the database are as kurak has them")),
    ("sqlalchemy.url", Here("the database")),
    ("testing", Here("storages of kind ckan:memory")),
    ("use", Needless("the web server is another; a file that config: names is read, too")),
    ("wtf_csrf_check_default", Always("true", "who POSTs by a cookie repeats what only pages of this site know")),
    ("wtf_csrf_enabled", Always("true", "who POSTs by a cookie repeats what only pages of this site know")),
    ("wtf_csrf_field_name", LOGIN),
    ("wtf_csrf_headers", LOGIN),
    ("wtf_csrf_meta_name", NO_PAGES),
    ("wtf_csrf_methods", Always("POST PUT PATCH DELETE", "who POSTs by a cookie repeats what only pages of this site know")),
    ("wtf_csrf_secret_key", Needless("what pages repeat is made of the session's own secret")),
    ("wtf_csrf_ssl_strict", Needless("no Referer is asked for: the cookie goes to no other site")),
    ("wtf_csrf_time_limit", Needless("what pages repeat ends with the session")),
    ("wtf_i18n_enabled", NO_PAGES),
];

/// What the option of that name does, if there is one.
pub fn effect(name: &str) -> Option<Effect> {
    let known = |name: &str| {
        let place = TABLE.binary_search_by(|(known, _)| (*known).cmp(name)).ok()?;
        TABLE.get(place).map(|(_, effect)| *effect)
    };
    known(name).or_else(|| {
        let dots = name.match_indices('.').map(|(place, _)| place);
        dots.rev().find_map(|place| known(&format!("{}.*", name.get(..place)?)))
    })
}

/// Why an option with this value does not do what somebody who gave it wants; `None` when it does.
pub fn fault(name: &str, value: &str) -> Option<&'static str> {
    let words =
        |text: &str| text.split([' ', ',', '\n']).filter(|word| !word.is_empty()).map(str::to_lowercase).collect::<Vec<_>>();
    match effect(name) {
        Some(Here(_) | Needless(_)) => None,
        Some(Missing(meaning)) => Some(meaning).filter(|_| !value.trim().is_empty()),
        Some(Always(fixed, meaning)) => Some(meaning).filter(|_| words(value) != words(fixed)),
        None => Some("neither CKAN nor kurak has an option of this name; one of an extension does nothing"),
    }
}

/// The table as text, a line an option.
#[must_use]
pub fn text() -> String {
    TABLE.iter().map(|(name, effect)| format!("{name}\t{}\n", effect.words())).collect()
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, path::Path};

    use super::{
        super::{Config, Options, Reader},
        *,
    };

    #[test]
    fn names_are_found() {
        assert!(TABLE.is_sorted_by(|(one, _), (other, _)| one < other), "the table is sorted");
        assert_eq!(effect("sqlalchemy.url"), Some(Here("the database")));
        assert!(matches!(effect("sqlalchemy.pool_size"), Some(Missing(_))));
        assert_eq!(effect("ckan.files.storage.a.b.c"), Some(FILES));
        assert_eq!(effect("ckan.nonsense"), None);
        assert_eq!(fault("wtf_csrf_methods", "post, PUT patch DELETE"), None);
        assert!(fault("wtf_csrf_enabled", "false").is_some() && fault("wtf_csrf_enabled", "True").is_none());
    }

    /// What is read has a line that says so, and what has such a line is read.
    #[test]
    fn the_table_tells_what_is_read() {
        let options = Options::new();
        let reader = Reader::new(&options);
        drop(Config::read(&reader).unwrap());
        let read: BTreeSet<String> = reader.defaults().into_keys().collect();
        let told = TABLE.iter().filter(|(name, effect)| matches!(effect, Here(_)) && !name.ends_with('*'));
        let told: BTreeSet<String> = told.map(|(name, _)| (*name).to_owned()).collect();
        assert_eq!(read.symmetric_difference(&told).collect::<Vec<_>>(), Vec::<&String>::new());
    }

    /// Uses `../shared/reference`, which is no part of the repository.
    #[test]
    fn every_option_of_ckan_has_a_line() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/reference/ckan-api/config.tsv");
        let Ok(table) = std::fs::read_to_string(path) else {
            eprintln!("SKIPPED: every_option_of_ckan_has_a_line needs ../shared/reference");
            return;
        };
        let names: Vec<String> = table.lines().skip(1).filter_map(|line| Some(line.split('\t').next()?.to_lowercase())).collect();
        assert!(names.len() > 200);
        let unknown: Vec<&String> = names.iter().filter(|name| effect(name).is_none()).collect();
        assert!(unknown.is_empty(), "{unknown:?}");
    }
}
