//! Where options come from.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use base::{Error, Result};
use files::S3Settings;

use super::{Given, Options, ini};

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
pub fn gather(file: Option<&Path>) -> Result<(Given, PathBuf)> {
    let environment: Vec<(String, String)> =
        std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?))).collect();
    let named = |name: &str| environment.iter().find(|(known, _)| known == name).map(|(_, value)| PathBuf::from(value));
    let named = file.map(Path::to_path_buf).or_else(|| named("CKAN_INI").filter(|path| !path.as_os_str().is_empty()));
    let main = named.or_else(|| Some(PathBuf::from("ckan.ini")).filter(|path| path.exists()));
    let mut given = Given::default();
    if let Some(path) = &main {
        given.extend(read(path)?);
    }
    let folder = main.as_deref().and_then(Path::parent).unwrap_or(Path::new("")).to_path_buf();
    let beside = folder.join("kurak.toml");
    if main.as_deref() != Some(&beside) && beside.exists() {
        given.extend(read(&beside)?);
    }
    given.extend(of_environment(&environment));
    let of_aws = of_aws(&given.options, &environment);
    given.extend(of_aws);
    Ok((given, folder))
}

fn read(path: &Path) -> Result<Given> {
    if path.extension().is_none_or(|extension| extension != "toml") {
        return ini::read(path);
    }
    let wrong = |error: &dyn std::fmt::Display| Error::bad_request(format!("{}: {error}", path.display()));
    let text = std::fs::read_to_string(path).map_err(|error| wrong(&error))?;
    let table: toml::Table = text.parse().map_err(|error| wrong(&error))?;
    let mut options = Options::new();
    flatten("", &table, &mut options);
    let origins = options.keys().map(|name| (name.clone(), path.display().to_string())).collect();
    Ok(Given { options, origins })
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

/// Variables of the project's scripts, which are none of the program's.
const OF_SCRIPTS: &[&str] =
    &["KURAK_BENCH_", "KURAK_BIN", "KURAK_CHECK_", "KURAK_MEASURE_", "KURAK_SHAPES", "KURAK_TEST_", "KURAK_TOKEN"];

/// `CKAN___X__Y` is `x.y`, `CKAN__X__Y` is `ckan.x.y` (ckanext-envvars), `KURAK_X__Y` is `kurak.x.y`; what there is no
/// option for is kept all the same, so that somebody is told of it.
fn of_environment(environment: &[(String, String)]) -> Given {
    let dotted = |name: &str| name.to_lowercase().replace("__", ".");
    let mut given = Given::default();
    for (variable, option) in NAMED {
        if let Some((_, value)) = environment.iter().find(|(name, value)| name == variable && !value.is_empty()) {
            given.put(option, value, (*variable).to_owned());
        }
    }
    for (name, value) in environment {
        let option = if let Some(rest) = name.strip_prefix("CKAN___") {
            dotted(rest)
        } else if let Some(rest) = name.strip_prefix("CKAN__") {
            format!("ckan.{}", dotted(rest))
        } else if let Some(rest) = name.strip_prefix("KURAK_").filter(|_| !OF_SCRIPTS.iter().any(|it| name.starts_with(it))) {
            format!("kurak.{}", dotted(rest))
        } else {
            continue;
        };
        given.put(&option, value, name.clone());
    }
    given
}

/// `AWS_ACCESS_KEY_ID` and its like for every storage in S3, as far as they mean something to one and it has nothing of the
/// kind of its own.
fn of_aws(options: &Options, environment: &[(String, String)]) -> Given {
    let all = options.iter().filter(|(_, value)| value.trim() == "kurak:s3");
    let storages = all.filter_map(|(option, _)| option.strip_suffix("type").filter(|it| it.starts_with("ckan.files.storage.")));
    let variables = environment.iter().filter(|(name, value)| name.starts_with("AWS_") && !value.is_empty());
    let variables: Vec<(String, &(String, String))> =
        variables.filter_map(|pair| Some((S3Settings::option(&pair.0.to_lowercase())?, pair))).collect();
    let mut found = Given::default();
    for storage in storages {
        let own = options.range(storage.to_owned()..).map_while(|(option, _)| option.strip_prefix(storage));
        let own: BTreeSet<String> = own.filter_map(S3Settings::option).collect();
        for (key, (variable, value)) in variables.iter().filter(|(key, _)| !own.contains(key)) {
            found.put(&format!("{storage}{key}"), value, variable.clone());
        }
    }
    found
}

/// True when the program runs as root.
pub fn is_root() -> bool {
    std::fs::metadata("/proc/self").is_ok_and(|owner| std::os::unix::fs::MetadataExt::uid(&owner) == 0)
}

/// Where data goes when nobody says: the user's own folder of data (freedesktop.org's), wherever he stands. Root's own
/// folders are closed to the user that the private PostgreSQL runs as.
pub fn default_data() -> PathBuf {
    let folder = |name: &str| std::env::var_os(name).map(PathBuf::from);
    data_of(is_root(), folder("XDG_DATA_HOME"), folder("HOME"))
}

fn data_of(is_root: bool, data_home: Option<PathBuf>, home: Option<PathBuf>) -> PathBuf {
    if is_root {
        return PathBuf::from("/var/lib/kurak");
    }
    let home = home.filter(|folder| folder.is_absolute()).map(|folder| folder.join(".local/share"));
    let found = data_home.filter(|folder| folder.is_absolute()).or(home);
    found.map_or_else(|| PathBuf::from("kurak-data"), |folder| folder.join("kurak"))
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
            ("KURAK_NONSENSE", "misspelt"),
            ("KURAK_SHAPES", "of a script"),
            ("DATABASE_URL_OLD", "not ours"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()));
        let Given { options, origins } = of_environment(&environment);
        assert_eq!(options["sqlalchemy.url"], "postgresql://a");
        assert_eq!(options["ckan.auth.create_unowned_dataset"], "true");
        assert_eq!(options["ckan.site_title"], "Портал");
        assert_eq!(options["kurak.fetch.allow"], "10.0.0.0/8");
        assert_eq!(options["kurak.pg_bindir"], "/pg");
        assert_eq!(options["smtp.starttls"], "true");
        assert_eq!(options["kurak.nonsense"], "misspelt");
        assert_eq!(options.len(), 7, "{options:?}");
        assert_eq!((origins["sqlalchemy.url"].as_str(), origins.len()), ("CKAN_SQLALCHEMY_URL", 7));
    }

    #[test]
    fn data_lies_in_the_same_place_wherever_one_stands() {
        let of = |is_root: bool, data_home: &str, home: &str| {
            let folder = |text: &str| Some(PathBuf::from(text)).filter(|_| !text.is_empty());
            data_of(is_root, folder(data_home), folder(home)).display().to_string()
        };
        assert_eq!(of(true, "/x", "/root"), "/var/lib/kurak");
        assert_eq!(of(false, "/x", "/home/anna"), "/x/kurak");
        assert_eq!(of(false, "relative", "/home/anna"), "/home/anna/.local/share/kurak");
        assert_eq!(of(false, "", ""), "kurak-data");
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
        let found = of_aws(&options.into_iter().collect(), &environment).options;
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
        let Given { options, origins } = gather(Some(&ini)).unwrap().0;
        assert_eq!(options["ckan.site_title"], "Three");
        assert_eq!(options["ckan.site_description"], "Two");
        assert!(origins["ckan.site_title"].ends_with("kurak.toml") && origins["ckan.site_description"].ends_with("ckan.ini:3"));
        assert!(gather(Some(&folder.path().join("none.ini"))).is_err());
        std::fs::write(folder.path().join("kurak.toml"), "no toml").unwrap();
        assert!(gather(Some(&ini)).unwrap_err().message().contains("kurak.toml"));
    }
}
