//! The configuration: one table of options under CKAN's names, gathered from defaults, ckan.ini, kurak.toml and the
//! environment, in this order; the last one wins. The only place that reads the environment.

mod files;
pub mod honoured;
pub mod ini;
mod proofs;
mod schemas;
mod sources;
mod span;

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
    net::IpAddr,
    path::{Path, PathBuf},
};

use action::{
    Settings,
    plugins::{self, Stand},
    settings::{ActivitySettings, AuthSettings, FeedSettings, LOCALES, MailSettings, RootPath, SearchSettings, ViewSettings},
};
use base::{Error, Result, limits, loose, secret::Secret};
use ipnet::IpNet;
use serde_json::Value;
pub use sources::is_root;

/// Options by lower-case name.
pub type Options = BTreeMap<String, String>;

/// How log lines look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LogFormat {
    /// Text on a terminal, JSON elsewhere.
    #[default]
    Auto,
    Json,
    Text,
}

impl std::str::FromStr for LogFormat {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        match text {
            "auto" => Ok(Self::Auto),
            "json" => Ok(Self::Json),
            "text" => Ok(Self::Text),
            _ => Err(()),
        }
    }
}

/// Everything that the program was told.
#[derive(Clone, Debug)]
pub struct Config {
    /// As given, by lower-case name.
    pub options: Options,
    /// `kurak.data`: the private PostgreSQL, the index, generated secrets.
    pub data: PathBuf,
    /// `sqlalchemy.url`, `DATABASE_URL`; a private PostgreSQL when absent.
    pub database_url: Option<String>,
    /// `kurak.migrate`: a start brings the tables to this program's version.
    pub migrate: bool,
    /// `kurak.log`: what is logged, such as `info` or `harvest=debug,warn`.
    pub log: Option<String>,
    /// `kurak.log_format`.
    pub log_format: LogFormat,
    /// `kurak.pg_bindir`.
    pub pg_bindir: Option<PathBuf>,
    /// `kurak.host`.
    pub host: IpAddr,
    /// `kurak.port`.
    pub port: u16,
    /// `kurak.fetch.allow`: networks that may be fetched from although they are not public.
    pub fetch_allow: Vec<IpNet>,
    /// `licenses_group_url`.
    pub licenses: Option<String>,
    /// `ckan.resource_formats`: a file.
    pub formats: Option<PathBuf>,
    /// `ckan.requests.timeout`, in seconds.
    pub request_seconds: u64,
    /// `ckan.cors.origin_allow_all`.
    pub cors_allow_all: bool,
    /// `ckan.cors.origin_whitelist`.
    pub cors_origins: Vec<String>,
    /// `scheming.*`: the files of the site's schemas, which a start reads.
    pub schemas: scheming::Sources,
    /// What actions read. `secret_key` may still be empty: the data folder then has one.
    pub settings: Settings,
}

impl Config {
    /// Gathers the options. `file` is `-c`; without it comes `CKAN_INI`, else `ckan.ini` in the present folder if there is
    /// one. A `kurak.toml` beside that file (else in the present folder) is read too.
    ///
    /// # Errors
    /// BadRequest, saying which file or option is wrong and what would be right.
    pub fn load(file: Option<&Path>) -> Result<Self> {
        let (options, folder) = sources::gather(file)?;
        let mut config = Self::from_options(options)?;
        config.schemas.folders.iter_mut().for_each(|named| *named = folder.join(&*named));
        Ok(config)
    }

    /// From options alone.
    ///
    /// # Errors
    /// BadRequest, naming the option that cannot be read.
    pub fn from_options(options: Options) -> Result<Self> {
        Self::read(&Reader::new(&options))
    }

    fn read(read: &Reader) -> Result<Self> {
        let data = match (read.text("kurak.data"), read.text("ckan.storage_path")) {
            (Some(data), _) => PathBuf::from(data),
            (None, Some(storage)) => Path::new(&storage).join("kurak"),
            (None, None) => sources::default_data(),
        };
        let data = std::path::absolute(&data).unwrap_or(data);
        let port: u16 = read.parsed("kurak.port", "a port number")?.unwrap_or(5000);
        let host: IpAddr =
            read.parsed("kurak.host", "an address such as 127.0.0.1")?.unwrap_or_else(|| IpAddr::from([127, 0, 0, 1]));
        let fetch_allow = read
            .words("kurak.fetch.allow")
            .iter()
            .map(|word| word.parse().map_err(|_error| wrong("kurak.fetch.allow", word, "networks such as 10.0.0.0/8")))
            .collect::<Result<_>>()?;
        let settings = Settings { files: files::files(read, &data)?, ..settings(read, host, port)? };
        Ok(Self {
            data,
            database_url: read.text("sqlalchemy.url").map(without_driver),
            migrate: read.flag("kurak.migrate", true)?,
            log: read.text("kurak.log"),
            log_format: read.parsed("kurak.log_format", "auto, json or text")?.unwrap_or_default(),
            pg_bindir: read.text("kurak.pg_bindir").map(PathBuf::from),
            host,
            port,
            fetch_allow,
            licenses: read.text("licenses_group_url"),
            formats: read.text("ckan.resource_formats").map(PathBuf::from),
            request_seconds: read.parsed("ckan.requests.timeout", "seconds")?.unwrap_or(5).clamp(1, 60),
            cors_allow_all: read.flag("ckan.cors.origin_allow_all", false)?,
            cors_origins: read.words("ckan.cors.origin_whitelist"),
            schemas: schemas::sources(read)?,
            settings,
            options: read.options.clone(),
        })
    }

    /// Options that were given and do not do what they say, each with what that means.
    #[must_use]
    pub fn not_honoured(&self) -> Vec<(&str, &'static str)> {
        let fault = |(name, value): (&String, &String)| honoured::fault(name, value);
        self.options.iter().filter_map(|option| Some((option.0.as_str(), fault(option)?))).collect()
    }

    /// Plugins that `ckan.plugins` names and that are not here, each with what that means.
    #[must_use]
    pub fn missing_plugins(&self) -> Vec<(&str, &'static str)> {
        let missing = |name: &'_ str| match plugins::stand(name) {
            Stand::Missing(meaning) => Some(meaning),
            Stand::Here | Stand::Pages => None,
        };
        self.settings.plugins.iter().filter_map(|name| Some((name.as_str(), missing(name)?))).collect()
    }

    /// The options as text, secrets hidden: what is named like one, and the password in an address.
    #[must_use]
    pub fn printable(&self) -> Vec<(String, String)> {
        let is_secret = |name: &str| ["secret", "password", "key", "token"].iter().any(|word| name.contains(word));
        let shown = |(name, value): (&String, &String)| {
            (name.clone(), if is_secret(name) { "***".to_owned() } else { without_password(value) })
        };
        self.options.iter().map(shown).collect()
    }
}

/// `scheme://user:password@host` with `***` for the password; a query may carry one too and goes.
fn without_password(value: &str) -> String {
    let Some((scheme, rest)) = value.split_once("://") else { return value.to_owned() };
    let rest = match rest.split_once('?') {
        Some((rest, query)) if query.contains("password") => rest,
        _ => rest,
    };
    // The last @ of the authority: a password may hold one.
    let authority = rest.split('/').next().unwrap_or_default();
    let (before, after) = match rest.rsplit_once('@') {
        Some((before, after)) if authority.contains('@') || before.contains(':') => (before, after),
        _ => return format!("{scheme}://{rest}"),
    };
    let user = before.split(':').next().unwrap_or_default();
    if before.contains(':') { format!("{scheme}://{user}:***@{after}") } else { format!("{scheme}://{before}@{after}") }
}

fn settings(read: &Reader, host: IpAddr, port: u16) -> Result<Settings> {
    let standard = Settings::default();
    let auth = AuthSettings::default();
    let search = SearchSettings::default();
    let flag = |name: &str, default: bool| read.flag(&format!("ckan.auth.{name}"), default);
    Ok(Settings {
        site_url: read
            .text("ckan.site_url")
            .map_or_else(|| format!("http://{host}:{port}"), |url| url.trim_end_matches('/').to_owned()),
        root_path: root_path(read)?,
        site_title: read.text("ckan.site_title").unwrap_or(standard.site_title),
        site_description: read.text("ckan.site_description").unwrap_or_default(),
        site_id: read.text("ckan.site_id").unwrap_or(standard.site_id),
        locale_default: locale_default(read)?.unwrap_or(standard.locale_default),
        accept_language: read.flag("kurak.accept_language", standard.accept_language)?,
        locales: locales(read),
        feeds: FeedSettings {
            limit: read.parsed("ckan.feeds.limit", "a number")?.unwrap_or(standard.feeds.limit).clamp(1, limits::ROWS_MAX),
            author_name: read.text("ckan.feeds.author_name"),
            author_link: read.text("ckan.feeds.author_link"),
            authority_name: read.text("ckan.feeds.authority_name"),
            date: read.text("ckan.feeds.date"),
        },
        plugins: read.words("ckan.plugins"),
        every_plugin: !read.has("ckan.plugins"),
        licenses: standard.licenses,
        formats: standard.formats,
        group_sort: read.text("ckan.default_group_sort").unwrap_or(standard.group_sort),
        email_to: read.text("email_to"),
        hide_version: read.flag("ckan.hide_version", false)?,
        secret_key: Secret::new(proofs::site_secret(read).unwrap_or_default()),
        auth: AuthSettings {
            anon_create_dataset: flag("anon_create_dataset", auth.anon_create_dataset)?,
            create_unowned_dataset: flag("create_unowned_dataset", auth.create_unowned_dataset)?,
            create_dataset_if_not_in_organization: flag(
                "create_dataset_if_not_in_organization",
                auth.create_dataset_if_not_in_organization,
            )?,
            user_create_groups: flag("user_create_groups", auth.user_create_groups)?,
            user_create_organizations: flag("user_create_organizations", auth.user_create_organizations)?,
            user_delete_groups: flag("user_delete_groups", auth.user_delete_groups)?,
            user_delete_organizations: flag("user_delete_organizations", auth.user_delete_organizations)?,
            create_user_via_api: flag("create_user_via_api", auth.create_user_via_api)?,
            create_user_via_web: flag("create_user_via_web", auth.create_user_via_web)?,
            public_user_details: flag("public_user_details", auth.public_user_details)?,
            allow_dataset_collaborators: flag("allow_dataset_collaborators", auth.allow_dataset_collaborators)?,
            allow_admin_collaborators: flag("allow_admin_collaborators", auth.allow_admin_collaborators)?,
            allow_collaborators_to_change_owner_org: flag(
                "allow_collaborators_to_change_owner_org",
                auth.allow_collaborators_to_change_owner_org,
            )?,
            // An empty list says that none does.
            roles_that_cascade_to_sub_groups: if read.has("ckan.auth.roles_that_cascade_to_sub_groups") {
                read.words("ckan.auth.roles_that_cascade_to_sub_groups")
            } else {
                auth.roles_that_cascade_to_sub_groups
            },
        },
        tokens: proofs::tokens(read)?,
        sessions: proofs::sessions(read)?,
        unique_email_states: email_states(read),
        mail: mail(read)?,
        files: standard.files,
        schemas: standard.schemas,
        search: SearchSettings {
            default_sort: read.text("ckan.search.default_package_sort").unwrap_or(search.default_sort),
            rows_max: read.parsed("ckan.search.rows_max", "a number")?.unwrap_or(search.rows_max),
            facets_limit: read.parsed("search.facets.limit", "a number")?.unwrap_or(search.facets_limit),
            ranking: read.parsed("kurak.search.ranking", "kurak or ckan")?.unwrap_or(search.ranking),
            solr_or_semantics: read.flag("kurak.search.solr_or_semantics", false)?,
            resource_fields: read.words("ckan.extra_resource_fields"),
        },
        activity: activity(read)?,
        views: views(read),
        harvest_source_limit: read
            .parsed("ckan.harvest.harvest_source_limit", "a number")?
            .unwrap_or(standard.harvest_source_limit),
        dcat_per_page: read
            .parsed("ckanext.dcat.datasets_per_page", "a number")?
            .unwrap_or(standard.dcat_per_page)
            .clamp(1, limits::ROWS_MAX),
        editable: editable(read),
        group_list_max: read.parsed("ckan.group_and_organization_list_max", "a number")?.unwrap_or(standard.group_list_max),
        group_list_all_fields_max: read
            .parsed("ckan.group_and_organization_list_all_fields_max", "a number")?
            .unwrap_or(standard.group_list_all_fields_max),
    })
}

/// `/data/{{LANG}}/catalog`: with the place of the language, or without.
fn root_path(read: &Reader) -> Result<RootPath> {
    const NAME: &str = "ckan.root_path";
    let Some(text) = read.text(NAME) else { return Ok(RootPath::default()) };
    let part = |text: &str| -> Result<String> {
        let text = text.trim_matches('/');
        let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "-_.~/".contains(letter);
        if text.chars().all(is_plain) && !text.split('/').any(|part| part == ".." || part == ".") && !text.contains("//") {
            Ok(if text.is_empty() { String::new() } else { format!("/{text}") })
        } else {
            Err(wrong(NAME, text, "a path such as /data/{{LANG}}"))
        }
    };
    let (before, behind) = text.split_once("{{LANG}}").unwrap_or((&text, ""));
    Ok(RootPath { before: part(before)?, behind: part(behind)? })
}

/// As in CKAN, a language that nobody knows is refused: texts would be looked for in it and never found.
fn locale_default(read: &Reader) -> Result<Option<String>> {
    // CKAN has messages in these, too, which nobody finds in addresses.
    let more = ["no", "zh_Hans_CN", "zh_Hant_TW"];
    match read.text("ckan.locale_default") {
        Some(locale) if !LOCALES.iter().chain(&more).any(|known| *known == locale) => {
            Err(wrong("ckan.locale_default", &locale, "a language that CKAN has, such as ky, ru or en"))
        }
        known => Ok(known),
    }
}

/// The languages that may stand in front of an address (CKAN's `get_locales_from_config`).
fn locales(read: &Reader) -> Vec<String> {
    let mut locales = LOCALES.map(str::to_owned).to_vec();
    for name in ["ckan.locales_offered", "ckan.locale_order", "ckan.locale_default"] {
        locales.extend(read.words(name));
    }
    let out = read.words("ckan.locales_filtered_out");
    locales.retain(|locale| !out.contains(locale));
    locales.sort_unstable();
    locales.dedup();
    locales
}

fn mail(read: &Reader) -> Result<MailSettings> {
    let standard = MailSettings::default();
    Ok(MailSettings {
        server: read.text("smtp.server").unwrap_or(standard.server),
        starttls: read.flag("smtp.starttls", false)?,
        starttls_verify: read.flag("smtp.starttls_verify", standard.starttls_verify)?,
        starttls_ca_bundle: read.text("smtp.starttls_ca_bundle").map(PathBuf::from),
        user: read.text("smtp.user"),
        password: Secret::new(read.text("smtp.password").unwrap_or_default()),
        mail_from: read.text("smtp.mail_from"),
        reply_to: read.text("smtp.reply_to"),
    })
}

/// Options that only front ends use and sysadmins may change, with CKAN's defaults.
fn editable(read: &Reader) -> BTreeMap<String, String> {
    let default = |name: &str| match name {
        "ckan.site_logo" => "/base/images/ckan-logo.png",
        "ckan.theme" => "css/main",
        _ => "",
    };
    ["ckan.site_about", "ckan.site_custom_css", "ckan.site_intro_text", "ckan.site_logo", "ckan.theme"]
        .map(|name| (name.to_owned(), read.text(name).unwrap_or_else(|| default(name).to_owned())))
        .into()
}

/// Active users always have addresses of their own: the database sees to that.
fn email_states(read: &Reader) -> Vec<String> {
    let mut states = read.words("ckan.user.unique_email_states");
    if !states.iter().any(|state| state == "active") {
        states.push("active".to_owned());
    }
    states
}

fn activity(read: &Reader) -> Result<ActivitySettings> {
    let standard = ActivitySettings::default();
    Ok(ActivitySettings {
        enabled: read.flag("ckan.activity_streams_enabled", standard.enabled)?,
        list_limit: read.parsed("ckan.activity_list_limit", "a number")?.unwrap_or(standard.list_limit),
        list_limit_max: read.parsed("ckan.activity_list_limit_max", "a number")?.unwrap_or(standard.list_limit_max),
        hidden_users: read.words("ckan.hide_activity_from_users"),
        public_detail: read.flag("ckan.auth.public_activity_stream_detail", standard.public_detail)?,
        email: read.flag("ckan.activity_streams_email_notifications", standard.email)?,
        email_since: match read.text("ckan.email_notifications_since") {
            None => standard.email_since,
            Some(text) => span::micros(&text)
                .ok_or_else(|| wrong("ckan.email_notifications_since", &text, "2 days, 4:35:00 or 7 days, 3:23:34"))?,
        },
    })
}

fn views(read: &Reader) -> ViewSettings {
    let standard = ViewSettings::default();
    let words = |name: &str, default: Vec<String>| {
        let name = format!("ckan.preview.{name}_formats");
        if read.has(&name) { read.words(&name).iter().map(|word| word.to_lowercase()).collect() } else { default }
    };
    let own = |formats: &[&str]| standard.text.iter().filter(|word| formats.contains(&word.as_str())).cloned().collect();
    let text = [
        words("text", own(&["text/plain", "txt", "plain"])),
        words("xml", own(&["xml", "rdf", "rdf+xml", "owl+xml", "atom", "rss"])),
        words("json", own(&["json"])),
    ]
    .concat();
    let given = read.has("ckan.views.default_views");
    ViewSettings {
        defaults: if given { read.words("ckan.views.default_views") } else { standard.defaults.clone() },
        image: words("image", standard.image.clone()),
        text,
        jsonp: words("jsonp", standard.jsonp.clone()),
        video: words("video", standard.video.clone()),
        audio: words("audio", standard.audio.clone()),
    }
}

fn wrong(name: &str, value: &str, expected: &str) -> Error {
    Error::bad_request(format!("the option {name} is \"{value}\", expected {expected}"))
}

/// SQLAlchemy names a driver (`postgresql+psycopg2://`), libpq does not.
fn without_driver(url: String) -> String {
    match url.split_once("://") {
        Some((scheme, rest)) if scheme.starts_with("postgres") => format!("postgresql://{rest}"),
        _ => url,
    }
}

/// Reads options, and remembers which it was asked for.
struct Reader<'a> {
    options: &'a Options,
    asked: RefCell<BTreeSet<String>>,
}

impl<'a> Reader<'a> {
    fn new(options: &'a Options) -> Self {
        Self { options, asked: RefCell::default() }
    }

    fn get(&self, name: &str) -> Option<&String> {
        self.asked.borrow_mut().insert(name.to_owned());
        self.options.get(name)
    }

    fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    fn text(&self, name: &str) -> Option<String> {
        self.get(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty())
    }

    fn words(&self, name: &str) -> Vec<String> {
        self.text(name)
            .unwrap_or_default()
            .split([' ', ',', '\n', '\t'])
            .filter(|word| !word.is_empty())
            .map(str::to_owned)
            .collect()
    }

    fn flag(&self, name: &str, default: bool) -> Result<bool> {
        let Some(text) = self.text(name) else { return Ok(default) };
        loose::bool_of(&Value::String(text.clone())).ok_or_else(|| wrong(name, &text, "true or false"))
    }

    fn parsed<T: std::str::FromStr>(&self, name: &str, expected: &str) -> Result<Option<T>> {
        self.text(name).map(|text| text.parse().map_err(|_error| wrong(name, &text, expected))).transpose()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(pairs: &[(&str, &str)]) -> Options {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn options_become_settings() {
        let config = Config::from_options(options(&[
            ("sqlalchemy.url", "postgresql+psycopg2://u:p@h/d"),
            ("ckan.site_url", "https://data.gov.kg/"),
            ("ckan.auth.create_unowned_dataset", "True"),
            ("ckan.plugins", "activity  datastore"),
            ("kurak.fetch.allow", "127.0.0.0/8, ::1/128"),
        ]))
        .unwrap();
        assert_eq!(config.database_url.as_deref(), Some("postgresql://u:p@h/d"));
        assert_eq!(config.settings.site_url, "https://data.gov.kg");
        assert!(config.settings.auth.create_unowned_dataset);
        assert_eq!(config.settings.plugins, ["activity", "datastore"]);
        let datastore = |pairs: &[(&str, &str)]| Config::from_options(options(pairs)).unwrap().settings.has_plugin("datastore");
        assert!(config.settings.has_plugin("datastore") && datastore(&[]) && !datastore(&[("ckan.plugins", "")]));
        assert_eq!(config.fetch_allow.len(), 2);
    }

    #[test]
    fn a_wrong_option_is_named_with_what_would_be_right() {
        for (name, value) in [("kurak.port", "http"), ("ckan.hide_version", "maybe"), ("kurak.fetch.allow", "everything")] {
            let error = Config::from_options(options(&[(name, value)])).unwrap_err();
            assert!(error.message().contains(name) && error.message().contains("expected"), "{error}");
        }
    }

    #[test]
    fn paths_of_a_site_have_a_place_for_the_language() {
        for (text, before, behind) in [
            ("/", "", ""),
            ("/data/", "/data", ""),
            ("data/{{LANG}}", "/data", ""),
            ("/{{LANG}}/catalog", "", "/catalog"),
            ("/a/b/{{LANG}}/c", "/a/b", "/c"),
        ] {
            let config = Config::from_options(options(&[("ckan.root_path", text)])).unwrap();
            assert_eq!(config.settings.root_path, RootPath { before: before.to_owned(), behind: behind.to_owned() }, "{text}");
        }
        for text in ["/a b", "/../x", "/a//b", "/{{LANG}}/{{LANG}}"] {
            assert!(Config::from_options(options(&[("ckan.root_path", text)])).is_err(), "{text}");
        }
    }

    #[test]
    fn addresses_keep_all_but_their_password() {
        for (value, shown) in [
            ("postgresql://u:p@h:5432/d", "postgresql://u:***@h:5432/d"),
            ("postgresql://u@h/d", "postgresql://u@h/d"),
            ("postgresql:///d?host=/run/x", "postgresql:///d?host=/run/x"),
            ("http://h/a@b", "http://h/a@b"),
            ("no address", "no address"),
        ] {
            assert_eq!(without_password(value), shown);
        }
    }

    #[test]
    fn data_goes_where_ckan_stores() {
        let config = Config::from_options(options(&[("ckan.storage_path", "/srv/ckan")])).unwrap();
        assert_eq!(config.data, Path::new("/srv/ckan/kurak"));
        let config = Config::from_options(options(&[("ckan.storage_path", "/srv/ckan"), ("kurak.data", "/x")])).unwrap();
        assert_eq!(config.data, Path::new("/x"));
    }

    #[test]
    fn secrets_are_not_printed_and_unknown_options_are_named() {
        let config = Config::from_options(options(&[
            ("secret_key", "s3cret"),
            ("ckan.tracking_enabled", "true"),
            ("sqlalchemy.url", "postgresql://u:p@pw/x@h/d?password=pw2"),
        ]))
        .unwrap();
        let printed = format!("{:?}", config.printable());
        assert!(!printed.contains("s3cret") && !printed.contains("pw"), "{printed}");
        assert_eq!(config.not_honoured(), [("ckan.tracking_enabled", "visits are not counted")]);
    }
}
