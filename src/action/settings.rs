//! The options that actions read. Filled by the program's configuration; the names and defaults are CKAN's.

use std::{collections::BTreeMap, path::PathBuf, sync::Arc};

use auth::jwt;
use base::secret::Secret;
use ipnet::IpNet;
use model::{format::Formats, license::Register};
use scheming::Schemas;

/// Options of CKAN that the actions of this program honour.
#[derive(Clone, Debug)]
pub struct Settings {
    /// `ckan.site_url`, without a trailing slash.
    pub site_url: String,
    /// `ckan.root_path`.
    pub root_path: RootPath,
    /// `ckan.site_title`.
    pub site_title: String,
    /// `ckan.site_description`.
    pub site_description: String,
    /// `ckan.site_id`: also the name of the user that the program acts as.
    pub site_id: String,
    /// `ckan.locale_default`.
    pub locale_default: String,
    /// `kurak.accept_language`: what a client accepts counts where neither address nor `lang=` names a language.
    pub accept_language: bool,
    /// The languages that may stand in front of an address: CKAN's and Kyrgyz, and what `ckan.locales_offered` and
    /// `ckan.locale_order` add, without `ckan.locales_filtered_out`.
    pub locales: Vec<String>,
    /// `ckan.feeds.*`.
    pub feeds: FeedSettings,
    /// `ckan.plugins`, in order: what `status_show` lists.
    pub plugins: Vec<String>,
    /// `ckan.plugins` is not given: all plugins that this program stands in for are there.
    pub every_plugin: bool,
    /// `licenses_group_url`, or CKAN's own.
    pub licenses: Arc<Register>,
    /// `ckan.resource_formats`, or CKAN's own.
    pub formats: Arc<Formats>,
    /// `ckan.default_group_sort`: how `group_list` and `organization_list` are sorted when nobody says.
    pub group_sort: String,
    /// `email_to`: `error_emails_to` of `status_show`.
    pub email_to: Option<String>,
    /// `ckan.hide_version`.
    pub hide_version: bool,
    /// `SECRET_KEY`: seals stored secrets.
    pub secret_key: Secret,
    /// `ckan.auth.*`.
    pub auth: AuthSettings,
    /// `api_token.*` and what of it plugins add.
    pub tokens: TokenSettings,
    /// `SESSION_*` and `REMEMBER_*`.
    pub sessions: SessionSettings,
    /// `ckan.user.unique_email_states`: a new address must not be one of a user in these states.
    pub unique_email_states: Vec<String>,
    /// `smtp.*`.
    pub mail: MailSettings,
    /// `ckan.search.*` and `search.facets.*`.
    pub search: SearchSettings,
    /// `ckan.storage_path`, `ckan.max_*`, `ckan.upload.*`, `ckan.files.*`.
    pub files: files::Settings,
    /// `ckan.activity_*`.
    pub activity: ActivitySettings,
    /// `scheming.*`: the fields of datasets, groups and organizations beside CKAN's.
    pub schemas: Arc<Schemas>,
    /// `ckan.views.*` and `ckan.preview.*`.
    pub views: ViewSettings,
    /// `ckan.harvest.harvest_source_limit`: sources in a list when the caller says nothing.
    pub harvest_source_limit: usize,
    /// `kurak.fetch.allow`: networks that may be fetched from although they are not public.
    pub fetch_allow: Vec<IpNet>,
    /// `ckanext.dcat.datasets_per_page`.
    pub dcat_per_page: usize,
    /// Options that only front ends use: `ckan.site_logo`, `ckan.site_about` and the like, by name.
    pub editable: BTreeMap<String, String>,
    /// `ckan.group_and_organization_list_max`.
    pub group_list_max: usize,
    /// `ckan.group_and_organization_list_all_fields_max`.
    pub group_list_all_fields_max: usize,
}

impl Settings {
    /// True when the plugin is there.
    #[must_use]
    pub fn has_plugin(&self, name: &str) -> bool {
        self.every_plugin || self.plugins.iter().any(|plugin| plugin == name)
    }

    /// What addresses of this site begin with, once somebody has changed `ckan.site_url` to `site_url` or not.
    #[must_use]
    pub fn begin_of_addresses(&self, site_url: &str) -> String {
        format!("{site_url}{}{}", self.root_path.before, self.root_path.behind)
    }
}

/// `ckan.root_path`, such as `/data/{{LANG}}/catalog`: what stands in addresses before and behind the language. Both are
/// empty or begin with a slash.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RootPath {
    pub before: String,
    pub behind: String,
}

/// `ckan.auth.*` (ckan-api 5.4).
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option of CKAN's")]
pub struct AuthSettings {
    pub anon_create_dataset: bool,
    pub create_unowned_dataset: bool,
    pub create_dataset_if_not_in_organization: bool,
    pub user_create_groups: bool,
    pub user_create_organizations: bool,
    pub user_delete_groups: bool,
    pub user_delete_organizations: bool,
    pub create_user_via_api: bool,
    pub create_user_via_web: bool,
    pub public_user_details: bool,
    pub allow_dataset_collaborators: bool,
    pub allow_admin_collaborators: bool,
    pub allow_collaborators_to_change_owner_org: bool,
    /// The roles that also hold in the organizations and groups below.
    pub roles_that_cascade_to_sub_groups: Vec<String>,
}

impl Default for AuthSettings {
    fn default() -> Self {
        Self {
            anon_create_dataset: false,
            create_unowned_dataset: false,
            create_dataset_if_not_in_organization: true,
            user_create_groups: true,
            user_create_organizations: true,
            user_delete_groups: true,
            user_delete_organizations: true,
            create_user_via_api: false,
            create_user_via_web: false,
            public_user_details: true,
            allow_dataset_collaborators: false,
            allow_admin_collaborators: false,
            allow_collaborators_to_change_owner_org: false,
            roles_that_cascade_to_sub_groups: vec!["admin".to_owned()],
        }
    }
}

/// The languages that CKAN speaks, and Kyrgyz.
pub const LOCALES: [&str; 56] = [
    "am", "ar", "bg", "bs", "ca", "cs_CZ", "da_DK", "de", "el", "en", "en_AU", "en_GB", "es", "es_AR", "eu", "fa_IR", "fi", "fr",
    "gl", "gl_ES", "he", "hr", "hu", "id", "is", "it", "ja", "km", "ko_KR", "ky", "lt", "lv", "mk", "mn_MN", "my_MM", "nb_NO",
    "ne", "ne_NP", "nl", "pl", "pt_BR", "pt_PT", "ro", "ru", "sk", "sl", "sq", "sr", "sr_Latn", "sv", "th", "tl", "tr", "uk",
    "uk_UA", "vi",
];

/// Options of the Atom feeds.
#[derive(Clone, Debug)]
pub struct FeedSettings {
    /// `ckan.feeds.limit`: datasets a page.
    pub limit: usize,
    /// `ckan.feeds.author_name`; `ckan.site_id` else.
    pub author_name: Option<String>,
    /// `ckan.feeds.author_link`; `ckan.site_url` else.
    pub author_link: Option<String>,
    /// `ckan.feeds.authority_name`: whose name ids have; the host of `ckan.site_url` else.
    pub authority_name: Option<String>,
    /// `ckan.feeds.date`: since when it is his; ids are addresses without it.
    pub date: Option<String>,
}

impl Default for FeedSettings {
    fn default() -> Self {
        Self { limit: 20, author_name: None, author_link: None, authority_name: None, date: None }
    }
}

/// Options of API tokens.
#[derive(Clone, Debug, Default)]
pub struct TokenSettings {
    /// `api_token.jwt.decode.secret`, else `SECRET_KEY`: what CKAN signed its tokens with. Nothing: none of them counts.
    pub jwt_secret: Option<Secret>,
    /// `api_token.jwt.algorithm`.
    pub jwt_algorithm: jwt::Algorithm,
    /// `apitoken_header_name`: where a token may stand beside `Authorization`.
    pub header: Option<String>,
    /// `ckan.plugins` has `expire_api_token`: new tokens must end.
    pub must_expire: bool,
}

/// Options of the sessions of browsers.
#[derive(Clone, Debug)]
pub struct SessionSettings {
    /// `ckan.auth.enable_cookie_auth_in_api`: a session counts for actions too.
    pub in_api: bool,
    /// `SESSION_COOKIE_NAME`.
    pub cookie: String,
    /// `SESSION_COOKIE_DOMAIN`.
    pub domain: Option<String>,
    /// `SESSION_COOKIE_PATH`.
    pub path: String,
    /// `SESSION_COOKIE_SECURE`; always where `ckan.site_url` is https.
    pub secure: bool,
    /// `SESSION_COOKIE_SAMESITE` is `Strict`; `Lax` else.
    pub strict: bool,
    /// `PERMANENT_SESSION_LIFETIME`: seconds that a session lasts at most.
    pub lifetime: i64,
    /// `REMEMBER_COOKIE_DURATION`: the same for who wants to be remembered.
    pub remembered: i64,
    /// `WTF_CSRF_FIELD_NAME`.
    pub csrf_field: String,
    /// `WTF_CSRF_HEADERS`.
    pub csrf_headers: Vec<String>,
    /// `ckan.auth.route_after_login`: a local path; CKAN's names of routes count as none.
    pub after_login: String,
    /// `ckan.user_reset_landing_page`: the same after a password was chosen; the login page else.
    pub after_reset: Option<String>,
}

impl Default for SessionSettings {
    fn default() -> Self {
        Self {
            in_api: true,
            cookie: "ckan".to_owned(),
            domain: None,
            path: "/".to_owned(),
            secure: false,
            strict: false,
            lifetime: 7 * 24 * 3_600,
            remembered: 365 * 24 * 3_600,
            csrf_field: "_csrf_token".to_owned(),
            csrf_headers: vec!["X-CSRFToken".to_owned(), "X-CSRF-Token".to_owned()],
            after_login: "/user/me".to_owned(),
            after_reset: None,
        }
    }
}

/// Options of outgoing mail.
#[derive(Clone, Debug)]
pub struct MailSettings {
    /// `smtp.server`: host, or host and port.
    pub server: String,
    /// `smtp.starttls`: nothing is said before the connection is sealed.
    pub starttls: bool,
    /// `smtp.starttls_verify`: the server has to prove its name.
    pub starttls_verify: bool,
    /// `smtp.starttls_ca_bundle`: a file of certificates in PEM that prove it; those of the machine else.
    pub starttls_ca_bundle: Option<PathBuf>,
    /// `smtp.user`; without one nobody logs in.
    pub user: Option<String>,
    /// `smtp.password`.
    pub password: Secret,
    /// `smtp.mail_from`.
    pub mail_from: Option<String>,
    /// `smtp.reply_to`.
    pub reply_to: Option<String>,
}

impl Default for MailSettings {
    fn default() -> Self {
        Self {
            server: "localhost".to_owned(),
            starttls: false,
            starttls_verify: true,
            starttls_ca_bundle: None,
            user: None,
            password: Secret::default(),
            mail_from: None,
            reply_to: None,
        }
    }
}

/// Options of searching.
#[derive(Clone, Debug)]
pub struct SearchSettings {
    /// `ckan.search.default_package_sort`.
    pub default_sort: String,
    /// `ckan.search.rows_max`.
    pub rows_max: usize,
    /// `search.facets.limit`.
    pub facets_limit: i64,
    /// `kurak.search.ranking`.
    pub ranking: search::Ranking,
    /// `kurak.search.solr_or_semantics`: an unparenthesised OR in `fq` says nothing, as in CKAN.
    pub solr_or_semantics: bool,
    /// `ckan.extra_resource_fields`: fields of resources that are found as `res_extras_<field>`.
    pub resource_fields: Vec<String>,
}

impl Default for SearchSettings {
    fn default() -> Self {
        Self {
            default_sort: "score desc, metadata_modified desc".to_owned(),
            rows_max: base::limits::ROWS_MAX,
            facets_limit: 50,
            ranking: search::Ranking::default(),
            solr_or_semantics: false,
            resource_fields: Vec::new(),
        }
    }
}

/// Options of what people are told of changes.
#[derive(Clone, Debug)]
pub struct ActivitySettings {
    /// `ckan.activity_streams_enabled`: false writes no activities.
    pub enabled: bool,
    /// `ckan.activity_list_limit`.
    pub list_limit: usize,
    /// `ckan.activity_list_limit_max`.
    pub list_limit_max: usize,
    /// `ckan.hide_activity_from_users`: ids and names; the site's own user when empty.
    pub hidden_users: Vec<String>,
    /// `ckan.auth.public_activity_stream_detail`.
    pub public_detail: bool,
    /// `ckan.activity_streams_email_notifications`: who wants it is told of his dashboard by e-mail.
    pub email: bool,
    /// `ckan.email_notifications_since` in microseconds: what is older is not told any more.
    pub email_since: i64,
}

impl Default for ActivitySettings {
    fn default() -> Self {
        Self {
            enabled: true,
            list_limit: 31,
            list_limit_max: 100,
            hidden_users: Vec::new(),
            public_detail: false,
            email: false,
            email_since: 2 * 24 * 3_600 * 1_000_000,
        }
    }
}

/// Options of how resources are looked at: formats are in lower case.
#[derive(Clone, Debug)]
pub struct ViewSettings {
    /// `ckan.views.default_views`.
    pub defaults: Vec<String>,
    /// `ckan.preview.image_formats`.
    pub image: Vec<String>,
    /// `ckan.preview.text_formats`, `xml_formats` and `json_formats`: shown where the site may fetch the address.
    pub text: Vec<String>,
    /// `ckan.preview.jsonp_formats`.
    pub jsonp: Vec<String>,
    /// `ckan.preview.video_formats`.
    pub video: Vec<String>,
    /// `ckan.preview.audio_formats`.
    pub audio: Vec<String>,
}

impl Default for ViewSettings {
    fn default() -> Self {
        let words = |text: &str| text.split(' ').map(str::to_owned).collect();
        Self {
            defaults: words("image_view datatables_view"),
            image: words("png jpeg jpg gif"),
            text: words("text/plain txt plain xml rdf rdf+xml owl+xml atom rss json"),
            jsonp: words("jsonp"),
            video: words("mp4 ogg webm"),
            audio: words("wav ogg mp3"),
        }
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            site_url: "http://127.0.0.1:5000".to_owned(),
            root_path: RootPath::default(),
            site_title: "kurak".to_owned(),
            site_description: String::new(),
            site_id: "default".to_owned(),
            locale_default: "en".to_owned(),
            accept_language: true,
            locales: LOCALES.map(str::to_owned).to_vec(),
            feeds: FeedSettings::default(),
            plugins: Vec::new(),
            every_plugin: true,
            licenses: Arc::default(),
            formats: Arc::default(),
            group_sort: "title".to_owned(),
            email_to: None,
            hide_version: false,
            secret_key: Secret::default(),
            auth: AuthSettings::default(),
            tokens: TokenSettings::default(),
            sessions: SessionSettings::default(),
            unique_email_states: vec!["active".to_owned()],
            mail: MailSettings::default(),
            search: SearchSettings::default(),
            files: files::Settings::default(),
            activity: ActivitySettings::default(),
            schemas: Arc::default(),
            views: ViewSettings::default(),
            harvest_source_limit: 100,
            fetch_allow: Vec::new(),
            dcat_per_page: 100,
            editable: BTreeMap::new(),
            group_list_max: 1_000,
            group_list_all_fields_max: 25,
        }
    }
}
