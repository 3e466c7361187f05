//! The configuration: one table of options under CKAN's names, gathered from defaults, ckan.ini, kurak.toml and the
//! environment, in this order; the last one wins. The only place that reads the environment.

mod database_url;
mod files;
mod given;
pub mod honoured;
pub mod ini;
mod proofs;
mod reader;
mod schemas;
mod sources;
mod span;

use std::{
    collections::BTreeMap,
    net::{IpAddr, SocketAddr},
    path::{Path, PathBuf},
};

use action::{
    Settings,
    plugins::{self, Stand},
    settings::{ActivitySettings, AuthSettings, FeedSettings, LOCALES, MailSettings, RootPath, SearchSettings, ViewSettings},
};
use base::{Result, limits, secret::Secret};
pub use given::{Given, InForce};
use reader::{Reader, wrong};
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
    /// Where each of them was given.
    pub origins: BTreeMap<String, String>,
    /// What counts for those that were not given; empty: nothing does.
    pub defaults: BTreeMap<String, String>,
    /// `kurak.data`: the private PostgreSQL, the index, generated secrets.
    pub data: PathBuf,
    /// `sqlalchemy.url`, `DATABASE_URL`; a private PostgreSQL when absent.
    pub database_url: Option<String>,
    /// True: a private PostgreSQL that is not there yet is made. Commands that only look, or work on what is there, say instead
    /// that nothing is.
    pub begins: bool,
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
        let (given, folder) = sources::gather(file)?;
        let mut config = Self { origins: given.origins, ..Self::from_options(given.options)? };
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
        read.tell("kurak.data", data.display());
        let port: u16 = read.parsed_or("kurak.port", "a port number", 5000)?;
        let host: IpAddr = read.parsed_or("kurak.host", "an address such as 127.0.0.1", IpAddr::from([127, 0, 0, 1]))?;
        let settings = Settings { files: files::files(read, &data)?, ..settings(read, host, port)? };
        Ok(Self {
            data,
            database_url: read.text("sqlalchemy.url").map(|url| database_url::read(&url)).transpose()?,
            begins: true,
            migrate: read.flag("kurak.migrate", true)?,
            log: read.text("kurak.log"),
            log_format: read.parsed_told("kurak.log_format", "auto, json or text", "auto")?.unwrap_or_default(),
            pg_bindir: read.text("kurak.pg_bindir").map(PathBuf::from),
            host,
            port,
            licenses: read.text("licenses_group_url"),
            formats: read.text("ckan.resource_formats").map(PathBuf::from),
            request_seconds: read.parsed_or("ckan.requests.timeout", "seconds", 5)?.clamp(1, 60),
            cors_allow_all: read.flag("ckan.cors.origin_allow_all", false)?,
            cors_origins: read.words("ckan.cors.origin_whitelist"),
            schemas: schemas::sources(read)?,
            settings,
            options: read.options.clone(),
            origins: BTreeMap::new(),
            defaults: read.defaults(),
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

    /// Every option that counts: those that were given, and the defaults of those that were not.
    #[must_use]
    pub fn in_force(&self) -> Vec<InForce> {
        let source = |name: &String| self.origins.get(name).cloned().unwrap_or_else(|| "given".to_owned());
        let given = self.printable().into_iter().map(|(name, value)| InForce { source: source(&name), name, value });
        let defaults = self.defaults.iter().filter(|(name, _)| !self.options.contains_key(*name));
        let defaults =
            defaults.map(|(name, value)| InForce { name: name.clone(), value: value.clone(), source: "default".to_owned() });
        let mut all: Vec<InForce> = given.chain(defaults).collect();
        // Relative to the folder where the program stands, or derived from another option.
        if let Some(data) = all.iter_mut().find(|option| option.name == "kurak.data") {
            data.value = self.data.display().to_string();
        }
        all.sort_by(|one, other| one.name.cmp(&other.name));
        all
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
    read.tell("ckan.locale_default", &standard.locale_default);
    Ok(Settings {
        site_url: site_url(read, host, port)?,
        root_path: root_path(read)?,
        site_title: read.text_or("ckan.site_title", standard.site_title),
        site_description: read.text("ckan.site_description").unwrap_or_default(),
        site_id: read.text_or("ckan.site_id", standard.site_id),
        locale_default: locale_default(read)?.unwrap_or(standard.locale_default),
        accept_language: read.flag("kurak.accept_language", standard.accept_language)?,
        locales: locales(read),
        feeds: FeedSettings {
            limit: read.parsed_or("ckan.feeds.limit", "a number", standard.feeds.limit)?.clamp(1, limits::ROWS_MAX),
            author_name: read.text("ckan.feeds.author_name"),
            author_link: read.text("ckan.feeds.author_link"),
            authority_name: read.text("ckan.feeds.authority_name"),
            date: read.text("ckan.feeds.date"),
        },
        plugins: read.words("ckan.plugins"),
        every_plugin: !read.has("ckan.plugins"),
        licenses: standard.licenses,
        formats: standard.formats,
        group_sort: read.text_or("ckan.default_group_sort", standard.group_sort),
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
            roles_that_cascade_to_sub_groups: read
                .words_or("ckan.auth.roles_that_cascade_to_sub_groups", &auth.roles_that_cascade_to_sub_groups),
        },
        tokens: proofs::tokens(read)?,
        sessions: proofs::sessions(read)?,
        unique_email_states: email_states(read),
        mail: mail(read)?,
        files: standard.files,
        schemas: standard.schemas,
        search: SearchSettings {
            default_sort: read.text_or("ckan.search.default_package_sort", search.default_sort),
            rows_max: read.parsed_or("ckan.search.rows_max", "a number", search.rows_max)?,
            facets_limit: read.parsed_or("search.facets.limit", "a number", search.facets_limit)?,
            ranking: read.parsed_told("kurak.search.ranking", "kurak or ckan", "kurak")?.unwrap_or(search.ranking),
            solr_or_semantics: read.flag("kurak.search.solr_or_semantics", false)?,
            resource_fields: read.words("ckan.extra_resource_fields"),
        },
        activity: activity(read)?,
        views: views(read),
        harvest_source_limit: read.parsed_or("ckan.harvest.harvest_source_limit", "a number", standard.harvest_source_limit)?,
        fetch_allow: read
            .words("kurak.fetch.allow")
            .iter()
            .map(|word| word.parse().map_err(|_error| wrong("kurak.fetch.allow", word, "networks such as 10.0.0.0/8")))
            .collect::<Result<_>>()?,
        dcat_per_page: read
            .parsed_or("ckanext.dcat.datasets_per_page", "a number", standard.dcat_per_page)?
            .clamp(1, limits::ROWS_MAX),
        editable: editable(read),
        group_list_max: read.parsed_or("ckan.group_and_organization_list_max", "a number", standard.group_list_max)?,
        group_list_all_fields_max: read.parsed_or(
            "ckan.group_and_organization_list_all_fields_max",
            "a number",
            standard.group_list_all_fields_max,
        )?,
    })
}

/// Without a slash at its end. CKAN does not start either with what is no address of the web.
fn site_url(read: &Reader, host: IpAddr, port: u16) -> Result<String> {
    const NAME: &str = "ckan.site_url";
    let address = SocketAddr::new(host, port);
    let url = read.text_or(NAME, format!("http://{address}"));
    let rest = ["http://", "https://"].iter().find_map(|scheme| {
        let (begin, rest) = url.split_at_checked(scheme.len())?;
        begin.eq_ignore_ascii_case(scheme).then_some(rest)
    });
    let is_odd = |letter: char| letter.is_whitespace() || letter.is_control() || "?#<>\"\\@".contains(letter);
    if rest.is_none_or(|rest| rest.is_empty() || rest.starts_with(['/', ':']) || rest.contains(is_odd)) {
        return Err(wrong(NAME, &url, "the address that visitors see, such as https://data.example.org"));
    }
    Ok(url.trim_end_matches('/').to_owned())
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
        server: read.text_or("smtp.server", standard.server),
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
        .map(|name| (name.to_owned(), read.text_or(name, default(name).to_owned())))
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
        list_limit: read.parsed_or("ckan.activity_list_limit", "a number", standard.list_limit)?,
        list_limit_max: read.parsed_or("ckan.activity_list_limit_max", "a number", standard.list_limit_max)?,
        hidden_users: read.words("ckan.hide_activity_from_users"),
        public_detail: read.flag("ckan.auth.public_activity_stream_detail", standard.public_detail)?,
        email: read.flag("ckan.activity_streams_email_notifications", standard.email)?,
        email_since: match read.text("ckan.email_notifications_since") {
            None => {
                read.tell("ckan.email_notifications_since", "2 days");
                standard.email_since
            }
            Some(text) => span::micros(&text)
                .ok_or_else(|| wrong("ckan.email_notifications_since", &text, "2 days, 4:35:00 or 7 days, 3:23:34"))?,
        },
    })
}

fn views(read: &Reader) -> ViewSettings {
    let standard = ViewSettings::default();
    let words = |name: &str, default: Vec<String>| {
        let name = format!("ckan.preview.{name}_formats");
        read.words_or(&name, &default).iter().map(|word| word.to_lowercase()).collect()
    };
    let own = |formats: &[&str]| standard.text.iter().filter(|word| formats.contains(&word.as_str())).cloned().collect();
    let text = [
        words("text", own(&["text/plain", "txt", "plain"])),
        words("xml", own(&["xml", "rdf", "rdf+xml", "owl+xml", "atom", "rss"])),
        words("json", own(&["json"])),
    ]
    .concat();
    ViewSettings {
        defaults: read.words_or("ckan.views.default_views", &standard.defaults),
        image: words("image", standard.image.clone()),
        text,
        jsonp: words("jsonp", standard.jsonp.clone()),
        video: words("video", standard.video.clone()),
        audio: words("audio", standard.audio.clone()),
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
        assert_eq!(config.settings.fetch_allow.len(), 2);
    }

    #[test]
    fn a_wrong_option_is_named_with_what_would_be_right() {
        for (name, value) in [("kurak.port", "http"), ("ckan.hide_version", "maybe"), ("kurak.fetch.allow", "everything")] {
            let error = Config::from_options(options(&[(name, value)])).unwrap_err();
            assert!(error.message().contains(name) && error.message().contains("expected"), "{error}");
        }
    }

    #[test]
    fn the_address_of_a_site_is_one() {
        for text in ["not a url", "data.gov.kg", "ftp://data.gov.kg", "https://", "http:///x", "http://a b", "http://h/?x"] {
            let error = Config::from_options(options(&[("ckan.site_url", text)])).unwrap_err();
            assert!(error.message().contains("ckan.site_url"), "{text}: {error}");
        }
        for text in ["https://data.gov.kg/data", "HTTP://localhost:5000", "http://[::1]:5000"] {
            assert!(Config::from_options(options(&[("ckan.site_url", text)])).is_ok(), "{text}");
        }
        let config = Config::from_options(options(&[("kurak.host", "::1")])).unwrap();
        assert_eq!(config.settings.site_url, "http://[::1]:5000");
    }

    #[test]
    fn what_is_in_force_is_told_with_where_it_comes_from() {
        let mut given = Given::default();
        given.put("ckan.site_title", "Portal", "ckan.ini:3".to_owned());
        given.put("secret_key", "hush", "SECRET".to_owned());
        let config = Config { origins: given.origins, ..Config::from_options(given.options).unwrap() };
        let all = config.in_force();
        let find = |name: &str| {
            let option = all.iter().find(|option| option.name == name).unwrap();
            (option.value.as_str(), option.source.as_str())
        };
        assert_eq!(find("ckan.site_title"), ("Portal", "ckan.ini:3"));
        assert_eq!(find("secret_key"), ("***", "SECRET"));
        for (name, value) in [
            ("kurak.port", "5000"),
            ("ckan.site_url", "http://127.0.0.1:5000"),
            ("ckan.auth.create_unowned_dataset", "false"),
            ("ckan.search.rows_max", "1000"),
            ("ckan.max_image_size", "2"),
            ("session_cookie_samesite", "Lax"),
            ("kurak.data", config.data.to_str().unwrap()),
            ("smtp.user", ""),
        ] {
            assert_eq!(find(name), (value, "default"), "{name}");
        }
        assert!(all.is_sorted_by(|one, other| one.name < other.name), "each once");
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
            ("solr_url", "postgresql://u:p@pw/x@h/d?password=pw2"),
        ]))
        .unwrap();
        let printed = format!("{:?}", config.printable());
        assert!(!printed.contains("s3cret") && !printed.contains("pw"), "{printed}");
        assert_eq!(config.not_honoured(), [("ckan.tracking_enabled", "visits are not counted")]);
    }
}
