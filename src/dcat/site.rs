//! What a catalog says of itself.

/// The portal: the subject of `dcat:Catalog` and the stem of every local IRI.
#[derive(Clone, Debug, Default)]
pub struct Site {
    /// `ckan.site_url` without a trailing slash.
    pub url: String,
    /// Without language, as CKAN writes it; empty becomes the address.
    pub title: String,
    /// Empty becomes the title: DCAT-AP asks for one.
    pub description: String,
    /// Language codes of the portal (`ky`, `ru`, `en`), the default first.
    pub languages: Vec<String>,
    /// Who runs the portal; without one the portal's title stands for it.
    pub publisher: Option<Publisher>,
}

/// Who runs the portal.
#[derive(Clone, Debug, Default)]
pub struct Publisher {
    pub name: String,
    /// Its IRI; without one `<site>/#publisher`.
    pub uri: Option<String>,
    pub email: Option<String>,
    pub homepage: Option<String>,
    /// A word of ADMS (`NationalAuthority`) or an IRI.
    pub r#type: Option<String>,
}

impl Site {
    /// The IRI of the catalog: its address, repaired, without query or fragment.
    #[must_use]
    pub fn iri(&self) -> String {
        crate::value::iri(&self.url)
            .filter(|iri| iri.starts_with("http"))
            .and_then(|iri| Some(iri.split(['?', '#']).next()?.trim_end_matches('/').to_owned()))
            .unwrap_or_else(|| "http://localhost".to_owned())
    }
}
