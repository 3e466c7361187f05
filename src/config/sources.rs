//! Where options come from.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use base::{Error, Result};
use files::S3Settings;

use super::{Options, honoured, ini};

/// Variables with a name of their own (CKAN's `environment.py`).
const NAMED: &[(&str, &str)] = &[
    ("DATABASE_URL", "sqlalchemy.url"),
    ("CKAN_SQLALCHEMY_URL", "sqlalchemy.url"),
    ("CKAN_SITE_URL", "ckan.site_url"),
    ("CKAN_SITE_ID", "ckan.site_id"),
    ("CKAN_STORAGE_PATH", "ckan.storage_path"),
    ("CKAN_DATASTORE_WRITE_URL", "ckan.datastore.write_url"),
    ("CKAN_DATASTORE_READ_URL", "ckan.datastore.read_url"),
    ("CKAN_DATAPUSHER_URL", "ckan.datapusher.url"),
    ("CKAN_SOLR_URL", "solr_url"),
    ("CKAN_SOLR_USER", "solr_user"),
    ("CKAN_SOLR_PASSWORD", "solr_password"),
    ("CKAN_REDIS_URL", "ckan.redis.url"),
    ("CKAN_SMTP_SERVER", "smtp.server"),
    ("CKAN_SMTP_STARTTLS", "smtp.starttls"),
    ("CKAN_SMTP_USER", "smtp.user"),
    ("CKAN_SMTP_PASSWORD", "smtp.password"),
    ("CKAN_SMTP_MAIL_FROM", "smtp.mail_from"),
    ("CKAN_MAX_UPLOAD_SIZE_MB", "ckan.max_resource_size"),
];

/// Reads all sources, the weakest first: CKAN's file, `kurak.toml` beside it, the environment. Answers the folder of the
/// first one, too.
///
/// # Errors
/// BadRequest, for a file that was named and cannot be read, or one that cannot be understood.
pub fn gather(file: Option<&Path>) -> Result<(Options, PathBuf)> {
    let environment: Vec<(String, String)> =
        std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?))).collect();
    let named = |name: &str| environment.iter().find(|(known, _)| known == name).map(|(_, value)| PathBuf::from(value));
    let named = file.map(Path::to_path_buf).or_else(|| named("CKAN_INI").filter(|path| !path.as_os_str().is_empty()));
    let main = named.or_else(|| Some(PathBuf::from("ckan.ini")).filter(|path| path.exists()));
    let mut options = Options::new();
    if let Some(path) = &main {
        options.extend(read(path)?);
    }
    let folder = main.as_deref().and_then(Path::parent).unwrap_or(Path::new("")).to_path_buf();
    let beside = folder.join("kurak.toml");
    if main.as_deref() != Some(&beside) && beside.exists() {
        options.extend(read(&beside)?);
    }
    options.extend(of_environment(&environment));
    options.extend(of_aws(&options, &environment));
    Ok((options, folder))
}

fn read(path: &Path) -> Result<Options> {
    let text =
        std::fs::read_to_string(path).map_err(|error| Error::bad_request(format!("cannot read {}: {error}", path.display())))?;
    if path.extension().is_some_and(|extension| extension == "toml") {
        let table: toml::Table = text.parse().map_err(|error| Error::bad_request(format!("{}: {error}", path.display())))?;
        let mut options = Options::new();
        flatten("", &table, &mut options);
        Ok(options)
    } else {
        ini::parse(&text, path)
    }
}

/// `[kurak.fetch] allow = […]` becomes `kurak.fetch.allow`.
fn flatten(prefix: &str, table: &toml::Table, into: &mut Options) {
    for (name, value) in table {
        let name = if prefix.is_empty() { name.to_lowercase() } else { format!("{prefix}.{}", name.to_lowercase()) };
        match value {
            toml::Value::Table(table) => flatten(&name, table, into),
            toml::Value::Array(items) => {
                let words: Vec<String> = items.iter().map(plain).collect();
                into.insert(name, words.join(" "));
            }
            other => {
                into.insert(name, plain(other));
            }
        }
    }
}

fn plain(value: &toml::Value) -> String {
    match value {
        toml::Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// `CKAN___X__Y` is `x.y`, `CKAN__X__Y` is `ckan.x.y` (ckanext-envvars), `KURAK_X__Y` is `kurak.x.y`.
fn of_environment(environment: &[(String, String)]) -> Options {
    let dotted = |name: &str| name.to_lowercase().replace("__", ".");
    let mut options = Options::new();
    for (variable, option) in NAMED {
        if let Some((_, value)) = environment.iter().find(|(name, value)| name == variable && !value.is_empty()) {
            options.insert((*option).to_owned(), value.clone());
        }
    }
    for (name, value) in environment {
        if let Some(rest) = name.strip_prefix("CKAN___") {
            options.insert(dotted(rest), value.clone());
        } else if let Some(rest) = name.strip_prefix("CKAN__") {
            options.insert(format!("ckan.{}", dotted(rest)), value.clone());
        } else if let Some(rest) = name.strip_prefix("KURAK_") {
            // Scripts have variables of the same beginning that are none of the program's.
            let option = format!("kurak.{}", dotted(rest));
            if honoured::effect(&option).is_some() {
                options.insert(option, value.clone());
            }
        }
    }
    options
}

/// `AWS_ACCESS_KEY_ID` and its like for every storage in S3, as far as they mean something to one and it has nothing of the
/// kind of its own.
fn of_aws(options: &Options, environment: &[(String, String)]) -> Options {
    let all = options.iter().filter(|(_, value)| value.trim() == "kurak:s3");
    let storages = all.filter_map(|(option, _)| option.strip_suffix("type").filter(|it| it.starts_with("ckan.files.storage.")));
    let given = environment.iter().filter(|(name, value)| name.starts_with("AWS_") && !value.is_empty());
    let given: Vec<(String, &String)> =
        given.filter_map(|(name, value)| Some((S3Settings::option(&name.to_lowercase())?, value))).collect();
    let mut found = Options::new();
    for storage in storages {
        let own = options.range(storage.to_owned()..).map_while(|(option, _)| option.strip_prefix(storage));
        let own: BTreeSet<String> = own.filter_map(S3Settings::option).collect();
        let new = given.iter().filter(|(key, _)| !own.contains(key));
        found.extend(new.map(|(key, value)| (format!("{storage}{key}"), (*value).clone())));
    }
    found
}

/// True when the program runs as root.
pub fn is_root() -> bool {
    std::fs::metadata("/proc/self").is_ok_and(|owner| std::os::unix::fs::MetadataExt::uid(&owner) == 0)
}

/// Where data goes when nobody says. Root's own folders are closed to the user that the private PostgreSQL runs as.
pub fn default_data() -> PathBuf {
    PathBuf::from(if is_root() { "/var/lib/kurak" } else { "kurak-data" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_become_options() {
        let environment = [
            ("CKAN_SQLALCHEMY_URL", "postgresql://a"),
            ("DATABASE_URL", "postgresql://b"),
            ("CKAN___CKAN__AUTH__CREATE_UNOWNED_DATASET", "true"),
            ("CKAN__SITE_TITLE", "Портал"),
            ("CKAN_SMTP_STARTTLS", "true"),
            ("KURAK_FETCH__ALLOW", "10.0.0.0/8"),
            ("KURAK_PG_BINDIR", "/pg"),
            ("KURAK_SHAPES", "of a script"),
            ("DATABASE_URL_OLD", "not ours"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()));
        let options = of_environment(&environment);
        assert_eq!(options["sqlalchemy.url"], "postgresql://a");
        assert_eq!(options["ckan.auth.create_unowned_dataset"], "true");
        assert_eq!(options["ckan.site_title"], "Портал");
        assert_eq!(options["kurak.fetch.allow"], "10.0.0.0/8");
        assert_eq!(options["kurak.pg_bindir"], "/pg");
        assert_eq!(options["smtp.starttls"], "true");
        assert_eq!(options.len(), 6, "{options:?}");
    }

    #[test]
    fn credentials_of_the_machine_are_for_storages_that_have_none() {
        let pairs = |pairs: &[(&str, &str)]| -> Vec<(String, String)> {
            pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
        };
        let options = pairs(&[
            ("ckan.files.storage.a.type", "kurak:s3"),
            ("ckan.files.storage.a.access_key_id", "own"),
            ("ckan.files.storage.b.type", "kurak:s3"),
            ("ckan.files.storage.c.type", "ckan:fs"),
        ]);
        let environment =
            pairs(&[("AWS_ACCESS_KEY_ID", "x"), ("AWS_REGION", "eu"), ("AWS_PROFILE", "p"), ("AWS_ENDPOINT_URL", "")]);
        let found = of_aws(&options.into_iter().collect(), &environment);
        let expected = pairs(&[
            ("ckan.files.storage.a.aws_region", "eu"),
            ("ckan.files.storage.b.aws_access_key_id", "x"),
            ("ckan.files.storage.b.aws_region", "eu"),
        ]);
        assert_eq!(found, expected.into_iter().collect());
    }

    #[test]
    fn tables_of_toml_become_dotted_names() {
        let mut options = Options::new();
        flatten("", &"[kurak]\nport = 80\n[kurak.fetch]\nallow = [\"::1/128\"]\n".parse().unwrap(), &mut options);
        assert_eq!(options["kurak.port"], "80");
        assert_eq!(options["kurak.fetch.allow"], "::1/128");
    }

    #[test]
    fn kurak_toml_beside_ckans_file_has_the_last_word() {
        let folder = tempfile::tempdir().unwrap();
        let ini = folder.path().join("ckan.ini");
        std::fs::write(&ini, "[app:main]\nckan.site_title = One\nckan.site_description = Two\n").unwrap();
        std::fs::write(folder.path().join("kurak.toml"), "[ckan]\nsite_title = \"Three\"\n").unwrap();
        let (options, _) = gather(Some(&ini)).unwrap();
        assert_eq!(options["ckan.site_title"], "Three");
        assert_eq!(options["ckan.site_description"], "Two");
        assert!(gather(Some(&folder.path().join("none.ini"))).is_err());
        std::fs::write(folder.path().join("kurak.toml"), "no toml").unwrap();
        assert!(gather(Some(&ini)).unwrap_err().message().contains("kurak.toml"));
    }
}
