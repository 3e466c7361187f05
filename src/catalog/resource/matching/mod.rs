//! Which resources have a text in their fields: what `resource_search` asks.

pub mod db;

use base::time::Stamp;

/// What a field shall have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Term {
    /// A text in it, whatever the case.
    Text(Text, String),
    /// The same of a field beside CKAN's.
    Own(String, String),
    /// A text at its beginning (`hash`).
    Hash(String),
    Size(i64),
    At(Time, Stamp),
}

/// Fields with text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Text {
    Url,
    Format,
    Description,
    Name,
    ResourceType,
    Mimetype,
    MimetypeInner,
    CacheUrl,
    UrlType,
}

/// Fields with times.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Time {
    Created,
    LastModified,
    MetadataModified,
    CacheLastUpdated,
}

/// Why a field cannot be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    Unknown,
    /// The value is not of the field's kind.
    Value(&'static str),
}

impl Term {
    /// Reads a field's name and what it shall have; `own`: the fields beside CKAN's that can be asked.
    ///
    /// # Errors
    /// See [`Fault`].
    pub fn read(field: &str, value: &str, own: &[&str]) -> Result<Self, Fault> {
        let time = |time| Stamp::parse(value.trim()).map(|at| Self::At(time, at)).ok_or(Fault::Value("Date format incorrect"));
        let text = match field {
            "hash" => return Ok(Self::Hash(value.to_owned())),
            "size" => return value.trim().parse().map(Self::Size).map_err(|_error| Fault::Value("Invalid integer")),
            "created" => return time(Time::Created),
            "last_modified" => return time(Time::LastModified),
            "metadata_modified" => return time(Time::MetadataModified),
            "cache_last_updated" => return time(Time::CacheLastUpdated),
            "url" => Text::Url,
            "format" => Text::Format,
            "description" => Text::Description,
            "name" => Text::Name,
            "resource_type" => Text::ResourceType,
            "mimetype" => Text::Mimetype,
            "mimetype_inner" => Text::MimetypeInner,
            "cache_url" => Text::CacheUrl,
            "url_type" => Text::UrlType,
            name if own.contains(&name) => return Ok(Self::Own(name.to_owned(), value.to_owned())),
            _ => return Err(Fault::Unknown),
        };
        Ok(Self::Text(text, value.to_owned()))
    }
}
