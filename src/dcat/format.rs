//! The serialisations: their names in paths, their media types, and which one a client asks for.

/// A serialisation of RDF.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    Turtle,
    /// Notation3, of which Turtle is a part: the same text under another name.
    N3,
    RdfXml,
    JsonLd,
}

impl Format {
    pub const ALL: [Self; 4] = [Self::Turtle, Self::N3, Self::RdfXml, Self::JsonLd];

    /// From the end of a path: `ttl`, `n3`, `rdf`, `xml` or `jsonld`.
    #[must_use]
    pub fn from_extension(extension: &str) -> Option<Self> {
        match extension {
            "ttl" => Some(Self::Turtle),
            "n3" => Some(Self::N3),
            "rdf" | "xml" => Some(Self::RdfXml),
            "jsonld" => Some(Self::JsonLd),
            _ => None,
        }
    }

    /// The extension that links carry.
    #[must_use]
    pub fn extension(self) -> &'static str {
        match self {
            Self::Turtle => "ttl",
            Self::N3 => "n3",
            Self::RdfXml => "rdf",
            Self::JsonLd => "jsonld",
        }
    }

    /// The bare media type, as `Accept` names it.
    #[must_use]
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Turtle => "text/turtle",
            Self::N3 => "text/n3",
            Self::RdfXml => "application/rdf+xml",
            Self::JsonLd => "application/ld+json",
        }
    }

    /// The value of `Content-Type`.
    #[must_use]
    pub fn content_type(self) -> &'static str {
        self.media_type()
    }

    /// What an `Accept` header asks for: the highest `q` wins, then the earlier one. `None` when it prefers HTML or
    /// anything (`*/*`), or names no RDF: the caller then answers as if there were no header.
    #[must_use]
    pub fn from_accept(header: &str) -> Option<Self> {
        let mut best: (u32, Option<Self>) = (0, None);
        for range in header.split(',').take(64) {
            let mut parts = range.split(';').map(str::trim);
            let name = parts.next().unwrap_or_default().to_ascii_lowercase();
            let weight = parts.find_map(|part| part.strip_prefix("q=").map(thousandths)).unwrap_or(1000);
            let format = match name.as_str() {
                "text/html" | "application/xhtml+xml" | "*/*" => None,
                "text/*" => Some(Self::Turtle),
                "application/*" => Some(Self::RdfXml),
                other => match Self::ALL.into_iter().find(|format| format.media_type() == other) {
                    Some(format) => Some(format),
                    None => continue,
                },
            };
            if weight > best.0 {
                best = (weight, format);
            }
        }
        best.1
    }
}

/// `0.85` → 850; unreadable → 0.
fn thousandths(text: &str) -> u32 {
    let (whole, fraction) = text.trim().split_once('.').unwrap_or((text.trim(), ""));
    let digits: String = fraction.chars().chain("000".chars()).take(3).collect();
    match (whole.parse::<u32>(), digits.parse::<u32>()) {
        (Ok(whole), Ok(rest)) if whole <= 1 => (whole * 1000 + rest).min(1000),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_highest_weight_wins_and_html_is_left_to_the_page() {
        for (header, expected) in [
            ("text/turtle", Some(Format::Turtle)),
            ("application/rdf+xml;q=0.5, application/ld+json;q=0.9", Some(Format::JsonLd)),
            ("text/html, text/turtle;q=0.9", None),
            ("text/turtle, text/html;q=0.9", Some(Format::Turtle)),
            ("*/*", None),
            ("application/*;q=0.2", Some(Format::RdfXml)),
            ("image/png, text/turtle;q=x", None),
            (";;;,,q=", None),
        ] {
            assert_eq!(Format::from_accept(header), expected, "{header}");
        }
    }

    #[test]
    fn an_extension_leads_back_to_its_format() {
        for format in Format::ALL {
            assert_eq!(Format::from_extension(format.extension()), Some(format));
        }
        assert_eq!(Format::from_extension("html"), None);
    }
}
