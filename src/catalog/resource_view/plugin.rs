//! The kinds of views that CKAN's core brings: what each knows beside title and description, and which resources it is
//! good for. A site that names its plugins (`ckan.plugins`) has the kinds among them; one that names none has all.

use action::Settings;
use model::Resource;
use serde_json::{Map, Value};

/// How a key of a kind of view is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// A text; nothing when empty.
    Text,
    /// A text that stands for one left out.
    TextOr(&'static str),
    /// True or false.
    Flag(bool),
    /// A number that counts.
    Natural(u64),
    /// Whatever it is.
    Any,
}

/// A kind of view.
#[derive(Debug)]
pub struct Plugin {
    /// `view_type`.
    pub name: &'static str,
    /// Title of a view that is made without being asked for.
    pub title: &'static str,
    /// Takes `filter_fields` and `filter_values`.
    pub filterable: bool,
    /// Shows what is in the DataStore.
    pub of_datastore: bool,
    /// Its own keys.
    pub keys: &'static [(&'static str, Rule)],
}

const PLUGINS: &[Plugin] = &[
    Plugin { name: "audio_view", title: "Audio", filterable: false, of_datastore: false, keys: &[("audio_url", Rule::Text)] },
    Plugin {
        name: "datatables_view",
        title: "Table",
        filterable: true,
        of_datastore: true,
        keys: &[
            ("responsive", Rule::Flag(false)),
            ("ellipsis_length", Rule::Natural(100)),
            ("date_format", Rule::TextOr("llll")),
            ("show_fields", Rule::Any),
            ("filterable", Rule::Flag(true)),
        ],
    },
    Plugin { name: "image_view", title: "Image", filterable: false, of_datastore: false, keys: &[("image_url", Rule::Text)] },
    Plugin { name: "text_view", title: "Text", filterable: false, of_datastore: false, keys: &[] },
    Plugin {
        name: "video_view",
        title: "Video",
        filterable: false,
        of_datastore: false,
        keys: &[("video_url", Rule::Text), ("poster_url", Rule::Text)],
    },
    Plugin { name: "webpage_view", title: "Website", filterable: false, of_datastore: false, keys: &[("page_url", Rule::Text)] },
];

/// The kind of that name, if this site has it.
#[must_use]
pub fn find(settings: &Settings, name: &str) -> Option<&'static Plugin> {
    PLUGINS.iter().find(|plugin| plugin.name == name && settings.has_plugin(name))
}

/// What of a resource says which kinds of views are good for it.
#[derive(Clone, Copy, Debug)]
pub struct Traits<'a> {
    pub format: &'a str,
    pub url: &'a str,
    /// `datastore_active`.
    pub in_datastore: bool,
}

impl<'a> Traits<'a> {
    /// Of a resource as clients send it.
    #[must_use]
    pub fn sent(resource: &'a Map<String, Value>) -> Self {
        let text = |key: &str| resource.get(key).and_then(Value::as_str).unwrap_or_default();
        let in_datastore = resource.get("datastore_active").and_then(Value::as_bool).unwrap_or(false);
        Self { format: text("format"), url: text("url"), in_datastore }
    }
}

impl<'a> From<&'a Resource> for Traits<'a> {
    fn from(resource: &'a Resource) -> Self {
        Self { format: &resource.format, url: &resource.url, in_datastore: resource.datastore_active.unwrap_or(false) }
    }
}

impl Plugin {
    /// True when it is good for such a resource.
    #[must_use]
    pub fn suits(&self, settings: &Settings, resource: Traits<'_>) -> bool {
        let (format, url) = (resource.format.to_lowercase(), resource.url);
        let among = |formats: &[String]| formats.contains(&format);
        let views = &settings.views;
        match self.name {
            "audio_view" => among(&views.audio),
            "datatables_view" => resource.in_datastore,
            "image_view" => among(&views.image),
            "text_view" => {
                let proxied = settings.plugins.iter().any(|plugin| plugin == "resource_proxy");
                among(&views.jsonp) || (among(&views.text) && (proxied || is_own(&settings.site_url, url)))
            }
            "video_view" => among(&views.video),
            "webpage_view" => {
                let ending = url.rsplit('.').next().unwrap_or_default();
                [format.as_str(), ending].iter().any(|text| ["html", "htm"].contains(text))
            }
            _ => false,
        }
    }
}

/// True when an address lies on the site: same scheme, host and port.
fn is_own(site: &str, url: &str) -> bool {
    let site = origin(site);
    site.is_some() && site == origin(url)
}

/// Scheme, host and port of an address; `None` for one without a host.
fn origin(url: &str) -> Option<(String, String, Option<u16>)> {
    let url = url.to_lowercase();
    if url.starts_with('/') && !url.starts_with("//") {
        return None;
    }
    let (scheme, rest) = url.split_once("://").unwrap_or(("http", url.trim_start_matches("//")));
    let authority = rest.split(['/', '?', '#']).next()?;
    let place = authority.rsplit('@').next()?;
    let (host, port) = match place.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, Some(port.parse().ok()?)),
        _ => (place, None),
    };
    (!host.is_empty()).then(|| (scheme.to_owned(), host.to_owned(), port))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_site_has_the_kinds_that_it_names() {
        let mut settings = Settings::default();
        assert!(find(&settings, "text_view").is_some());
        settings.every_plugin = false;
        assert!(find(&settings, "text_view").is_none());
        settings.plugins = vec!["image_view".to_owned()];
        assert!(find(&settings, "text_view").is_none());
        assert!(find(&settings, "image_view").is_some());
        assert!(find(&settings, "nope").is_none());
    }

    #[test]
    fn formats_decide() {
        let settings = Settings { site_url: "http://Data.gov.kg:80".to_owned(), ..Settings::default() };
        let suits = |name: &str, format: &str, url: &str| {
            find(&settings, name).unwrap().suits(&settings, Traits { format, url, in_datastore: false })
        };
        assert!(suits("image_view", "PNG", "http://x/y"));
        assert!(!suits("image_view", "CSV", "http://x/y.png"));
        assert!(suits("webpage_view", "", "http://x/y.html"));
        assert!(suits("text_view", "jsonp", "http://x/y"));
        assert!(!suits("text_view", "TXT", "http://x/y"));
        assert!(suits("text_view", "TXT", "http://data.gov.kg:80/y"));
        assert!(!suits("text_view", "TXT", "/y"));
        assert!(!suits("datatables_view", "CSV", "http://x/y"));
    }
}
