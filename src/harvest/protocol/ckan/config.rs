//! The options of a CKAN source: ckanext-harvest's keys, checked in its words. Keys that are not known are accepted, so
//! that existing definitions can be taken over.

use base::loose;
use serde_json::{Map, Value};

/// What to do with a remote's organizations or groups.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Remote {
    /// Not given: datasets go to the source's organization, groups are left out.
    #[default]
    Ignore,
    /// Taken where they exist here.
    OnlyLocal,
    /// Made where they do not.
    Create,
}

/// A checked configuration.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Config {
    /// `fq` of each listing.
    pub filters: Vec<String>,
    pub default_tags: Vec<String>,
    pub default_groups: Vec<String>,
    pub default_extras: Vec<(String, String)>,
    pub override_extras: bool,
    pub remote_orgs: Remote,
    pub remote_groups: Remote,
    pub user_agent: Option<String>,
    pub force_all: bool,
    pub clean_tags: bool,
}

type Checked<T> = Result<T, String>;

impl Config {
    /// Reads it.
    ///
    /// # Errors
    /// The first fault, in ckanext-harvest's words.
    pub fn read(config: &Map<String, Value>) -> Checked<Self> {
        if let Some(version) = config.get("api_version")
            && loose::text_of(version).parse::<u32>().is_err()
        {
            return Err("api_version must be an integer".to_owned());
        }
        for key in ["user_agent", "api_key", "user"] {
            if config.get(key).is_some_and(|value| !value.is_string()) {
                return Err(format!("{key} must be a string"));
            }
        }
        let header_safe = |key: &str| match config.get(key).and_then(Value::as_str) {
            Some(text) if text.len() > 4_096 || !text.bytes().all(|byte| (0x20..0x7f).contains(&byte)) => {
                Err(format!("{key} must be of printable ASCII characters"))
            }
            text => Ok(text.filter(|text| !text.is_empty()).map(str::to_owned)),
        };
        header_safe("api_key")?;
        // Taken over from ckanext-harvest, where it had a meaning once.
        flag(config, "read_only")?;
        Ok(Self {
            filters: filters(config)?,
            default_tags: default_tags(config)?,
            default_groups: default_groups(config)?,
            default_extras: default_extras(config)?,
            override_extras: flag(config, "override_extras")?,
            remote_orgs: remote(config, "remote_orgs")?,
            remote_groups: remote(config, "remote_groups")?,
            user_agent: header_safe("user_agent")?,
            force_all: flag(config, "force_all")?,
            clean_tags: flag(config, "clean_tags")?,
        })
    }
}

fn flag(config: &Map<String, Value>, key: &str) -> Checked<bool> {
    match config.get(key) {
        None | Some(Value::Null) => Ok(false),
        Some(Value::Bool(flag)) => Ok(*flag),
        Some(_) => Err(format!("{key} must be boolean")),
    }
}

fn remote(config: &Map<String, Value>, key: &str) -> Checked<Remote> {
    match config.get(key) {
        None | Some(Value::Null) => Ok(Remote::Ignore),
        Some(Value::String(text)) if text == "only_local" => Ok(Remote::OnlyLocal),
        Some(Value::String(text)) if text == "create" => Ok(Remote::Create),
        Some(Value::String(text)) if text.is_empty() => Ok(Remote::Ignore),
        Some(_) => Err(format!("{key} must be \"only_local\" or \"create\"")),
    }
}

fn names(config: &Map<String, Value>, key: &str) -> Checked<Vec<String>> {
    let items = match config.get(key) {
        None | Some(Value::Null) => return Ok(Vec::new()),
        Some(Value::Array(items)) if items.len() <= 200 => items,
        Some(_) => return Err(format!("{key} must be a list")),
    };
    items
        .iter()
        .map(|item| {
            let name = item.as_str().unwrap_or_default();
            let good = !name.is_empty()
                && name.len() <= 200
                && name.chars().all(|letter| letter.is_alphanumeric() || matches!(letter, '-' | '_' | '.'));
            if good { Ok(name.to_owned()) } else { Err(format!("{key} must be a list of names")) }
        })
        .collect()
}

fn filters(config: &Map<String, Value>) -> Checked<Vec<String>> {
    let mut filters = Vec::new();
    for (noun, field) in [("organizations", "organization"), ("groups", "groups")] {
        let include = names(config, &format!("{noun}_filter_include"))?;
        let exclude = names(config, &format!("{noun}_filter_exclude"))?;
        if !include.is_empty() && !exclude.is_empty() {
            return Err(format!("Harvest configuration cannot contain both {noun}_filter_include and {noun}_filter_exclude"));
        }
        if !include.is_empty() {
            filters.push(include.iter().map(|name| format!("{field}:\"{name}\"")).collect::<Vec<_>>().join(" OR "));
        }
        filters.extend(exclude.iter().map(|name| format!("-{field}:\"{name}\"")));
    }
    Ok(filters)
}

fn default_tags(config: &Map<String, Value>) -> Checked<Vec<String>> {
    match config.get("default_tags") {
        None | Some(Value::Null) => Ok(Vec::new()),
        Some(Value::Array(items)) if items.len() <= 100 => items
            .iter()
            .map(|item| {
                let name = item.as_str().or_else(|| item.get("name").and_then(Value::as_str));
                name.map(str::to_owned).ok_or_else(|| "default_tags must be a list of dictionaries".to_owned())
            })
            .collect(),
        Some(_) => Err("default_tags must be a list".to_owned()),
    }
}

fn default_groups(config: &Map<String, Value>) -> Checked<Vec<String>> {
    match config.get("default_groups") {
        None | Some(Value::Null) => Ok(Vec::new()),
        Some(Value::Array(items)) if items.len() <= 100 && items.iter().all(Value::is_string) => {
            Ok(items.iter().filter_map(Value::as_str).map(str::to_owned).collect())
        }
        Some(_) => Err("default_groups must be a *list* of group names/ids".to_owned()),
    }
}

fn default_extras(config: &Map<String, Value>) -> Checked<Vec<(String, String)>> {
    match config.get("default_extras") {
        None | Some(Value::Null) => Ok(Vec::new()),
        Some(Value::Object(extras)) if extras.len() <= 100 => {
            Ok(extras.iter().map(|(key, value)| (key.clone(), loose::text_of(value))).collect())
        }
        Some(_) => Err("default_extras must be a dictionary".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(value: &Value) -> Checked<Config> {
        Config::read(value.as_object().unwrap())
    }

    #[test]
    fn every_known_key_is_read() {
        let config = read(&json!({"api_version": 3, "default_tags": [{"name": "a"}, "b"], "default_groups": ["g"],
            "default_extras": {"k": "{harvest_source_id}", "n": 1}, "override_extras": true, "read_only": true, "user": "me",
            "api_key": "k", "user_agent": "u/1", "force_all": true, "clean_tags": true, "remote_groups": "only_local",
            "remote_orgs": "create", "organizations_filter_include": ["x", "y"], "groups_filter_exclude": ["z"], "other": 1}))
        .unwrap();
        assert_eq!(config.filters, ["organization:\"x\" OR organization:\"y\"", "-groups:\"z\""]);
        assert_eq!((config.remote_groups, config.remote_orgs), (Remote::OnlyLocal, Remote::Create));
        assert_eq!(config.default_extras[1], ("n".to_owned(), "1".to_owned()));
        assert_eq!(config.default_tags, ["a", "b"]);
        assert!(config.force_all && config.clean_tags && config.override_extras);
        assert_eq!(read(&json!({})).unwrap(), Config::default());
    }

    #[test]
    fn every_wrong_type_is_told() {
        for (config, message) in [
            (json!({"api_version": "x"}), "api_version must be an integer"),
            (json!({"default_tags": "a"}), "default_tags must be a list"),
            (json!({"default_tags": [1]}), "default_tags must be a list of dictionaries"),
            (json!({"default_groups": "a"}), "default_groups must be a *list* of group names/ids"),
            (json!({"default_extras": []}), "default_extras must be a dictionary"),
            (json!({"force_all": "yes"}), "force_all must be boolean"),
            (json!({"remote_orgs": "all"}), "remote_orgs must be \"only_local\" or \"create\""),
            (json!({"api_key": 1}), "api_key must be a string"),
            (json!({"user_agent": "a\r\nb"}), "user_agent must be of printable ASCII characters"),
            (json!({"organizations_filter_include": ["a) OR (*:*"]}), "organizations_filter_include must be a list of names"),
            (
                json!({"groups_filter_include": ["a"], "groups_filter_exclude": ["b"]}),
                "Harvest configuration cannot contain both groups_filter_include and groups_filter_exclude",
            ),
        ] {
            assert_eq!(read(&config), Err(message.to_owned()));
        }
    }
}
