//! What sysadmins may change of the site while it runs: `config_option_update`.

use std::{
    collections::BTreeMap,
    sync::{Arc, PoisonError, RwLock},
};

use crate::Settings;

/// The options that may be changed, in CKAN's order.
pub const EDITABLE: [&str; 10] = [
    "ckan.site_title",
    "ckan.site_logo",
    "ckan.site_url",
    "ckan.site_description",
    "ckan.site_about",
    "ckan.site_intro_text",
    "ckan.site_custom_css",
    "ckan.theme",
    "logo_upload",
    "clear_logo_upload",
];

/// The site as it is called now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site {
    /// What its addresses begin with: `ckan.site_url` and `ckan.root_path`, without a trailing slash.
    pub url: String,
    /// `ckan.site_url` alone.
    pub address: String,
    pub title: String,
    pub description: String,
    /// All options that may be changed and have a value.
    pub options: BTreeMap<String, String>,
}

impl Site {
    /// From the configuration, and what was changed since.
    #[must_use]
    pub fn new(settings: &Settings, changed: BTreeMap<String, String>) -> Self {
        let mut options = settings.editable.clone();
        for (name, value) in [
            ("ckan.site_title", &settings.site_title),
            ("ckan.site_url", &settings.site_url),
            ("ckan.site_description", &settings.site_description),
        ] {
            options.insert(name.to_owned(), value.clone());
        }
        options.extend(changed.into_iter().filter(|(name, _)| EDITABLE.contains(&name.as_str())));
        let text = |name: &str| options.get(name).cloned().unwrap_or_default();
        // A site without an address could not be linked to.
        let url = text("ckan.site_url").trim().trim_end_matches('/').to_owned();
        let address = if url.is_empty() { settings.site_url.clone() } else { url };
        Self {
            url: settings.begin_of_addresses(&address),
            address,
            title: text("ckan.site_title"),
            description: text("ckan.site_description"),
            options,
        }
    }
}

/// The place of the site in memory.
pub(crate) struct Place(RwLock<Arc<Site>>);

impl Place {
    pub(crate) fn new(site: Site) -> Self {
        Self(RwLock::new(Arc::new(site)))
    }

    pub(crate) fn get(&self) -> Arc<Site> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    pub(crate) fn set(&self, site: Site) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(site);
    }
}
