//! `kurak doctor`: what would go wrong, before it does. Mends nothing; the index is
//! brought up to the change log before it is compared, as any start does it.

use std::{
    fs,
    path::{Path, PathBuf},
    time::{SystemTime, UNIX_EPOCH},
};

use base::{Error, Result};
use serde_json::{Value, json};
use store::pool::Connection;

use super::{print, words};
use crate::{Database, Kurak, POSTGRESQL, comparison, config::Config, control, db, formats, upkeep};

#[derive(clap::Args)]
pub struct Arguments {
    /// As JSON
    #[arg(long)]
    json: bool,
}

/// Bytes that should be free.
const FREE_WARN: u64 = 2 * 1024 * 1024 * 1024;
const FREE_FAIL: u64 = 200 * 1024 * 1024;
/// Seconds that two clocks may differ.
const CLOCK: f64 = 2.0;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Ok,
    Warn,
    Fail,
}

impl Verdict {
    fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warn => "warn",
            Self::Fail => "FAIL",
        }
    }
}

/// One line of the table.
struct Finding(Verdict, &'static str, String);

#[derive(Default)]
struct Findings(Vec<Finding>);

impl Findings {
    fn add(&mut self, verdict: Verdict, what: &'static str, text: impl Into<String>) {
        self.0.push(Finding(verdict, what, text.into()));
    }

    /// A look that can fail by itself.
    fn look(&mut self, what: &'static str, outcome: Result<(Verdict, String)>) {
        match outcome {
            Ok((verdict, text)) => self.add(verdict, what, text),
            Err(error) => self.add(Verdict::Fail, what, words(&error)),
        }
    }
}

pub fn run(config: Config, arguments: &Arguments) -> Result<()> {
    let mut findings = Findings::default();
    configuration(&config, &mut findings);
    findings.look("schemas", schemas(&config));
    findings.look("formats", formats::load(&config).map(|_formats| (Verdict::Ok, "can be read".to_owned())));
    findings.look("data folder", data_folder(&config.data));
    findings.look("disk", disk(&config.data));
    if let Some(root) = &config.settings.files.root {
        findings.look("files", files(root));
        findings.look("disk of files", disk(root));
    }
    buckets(&config, &mut findings);
    database(config, &mut findings);
    let fails = findings.0.iter().filter(|finding| finding.0 == Verdict::Fail).count();
    if arguments.json {
        let rows = findings
            .0
            .iter()
            .map(|Finding(verdict, what, text)| json!({"check": what, "verdict": verdict.word().to_lowercase(), "text": text}));
        print::json(&Value::Array(rows.collect()))?;
    } else {
        let rows: Vec<Vec<String>> = findings
            .0
            .into_iter()
            .map(|Finding(verdict, what, text)| vec![verdict.word().to_owned(), what.to_owned(), text])
            .collect();
        print::table(&["", "check", "found"], &rows)?;
    }
    if fails == 0 { Ok(()) } else { Err(Error::internal(format!("{fails} of the checks failed"))) }
}

fn configuration(config: &Config, findings: &mut Findings) {
    let unread = config.not_honoured();
    if unread.is_empty() {
        findings.add(Verdict::Ok, "options", format!("{} given, all of them honoured", config.options.len()));
    } else {
        let names: Vec<&str> = unread.iter().map(|(name, _)| *name).collect();
        findings.add(Verdict::Warn, "options", format!("these do nothing here: {}", names.join(" ")));
    }
    let missing: Vec<&str> = config.missing_plugins().into_iter().map(|(name, _)| name).collect();
    if !missing.is_empty() {
        findings.add(Verdict::Warn, "plugins", format!("ckan.plugins names what is not here: {}", missing.join(" ")));
    }
    let secret = config.settings.secret_key.reveal();
    match secret.len() {
        0 => findings.add(Verdict::Ok, "secret", "generated, kept in the data folder"),
        1..16 => findings.add(Verdict::Warn, "secret", "SECRET_KEY is shorter than 16 characters"),
        _ => findings.add(Verdict::Ok, "secret", "SECRET_KEY is given"),
    }
    if config.settings.fetch_allow.is_empty() {
        findings.add(Verdict::Ok, "fetching", "public addresses only");
    } else {
        let list: Vec<String> = config.settings.fetch_allow.iter().map(ToString::to_string).collect();
        let wide = config.settings.fetch_allow.iter().any(|net| net.prefix_len() == 0);
        let verdict = if wide { Verdict::Fail } else { Verdict::Warn };
        findings.add(verdict, "fetching", format!("harvests may also reach {}", list.join(" ")));
    }
    let site = &config.settings.site_url;
    let is_local = config.host.is_loopback();
    if site.starts_with("https://") || is_local {
        findings.add(Verdict::Ok, "site url", site);
    } else {
        findings.add(Verdict::Warn, "site url", format!("{site}: tokens would travel without TLS"));
    }
}

/// The files that `scheming.*` names.
fn schemas(config: &Config) -> Result<(Verdict, String)> {
    let schemas = scheming::Schemas::load(&config.schemas)?;
    let text = match schemas.count_declared() {
        0 => "built in".to_owned(),
        count => format!("{count} of this site"),
    };
    Ok((Verdict::Ok, text))
}

fn data_folder(data: &Path) -> Result<(Verdict, String)> {
    use std::os::unix::fs::MetadataExt;
    let shown = data.display();
    if !data.exists() {
        return Ok((Verdict::Warn, format!("{shown} is not there yet; the first start makes it")));
    }
    let trial = data.join(format!("doctor.{}", std::process::id()));
    fs::write(&trial, b"x").map_err(|error| Error::internal(format!("{shown} cannot be written: {error}")))?;
    fs::remove_file(&trial).map_err(Error::internal)?;
    let open = |path: PathBuf, bits: u32| fs::metadata(&path).ok().filter(|meta| meta.mode() & bits != 0).map(|_| path);
    // What is secret is closed to others; the folder itself may be entered but not written.
    let wrong = [open(data.to_path_buf(), 0o022), open(data.join("secret_key"), 0o077), open(data.join("control"), 0o077)];
    match wrong.into_iter().flatten().next() {
        Some(path) => Ok((Verdict::Fail, format!("{} is open to other users of this machine", path.display()))),
        None => Ok((Verdict::Ok, format!("{shown} can be written"))),
    }
}

/// Where uploads go.
fn files(root: &Path) -> Result<(Verdict, String)> {
    let shown = root.display();
    if !root.exists() {
        return Ok((Verdict::Ok, format!("{shown} is made by the first upload")));
    }
    let trial = root.join(format!(".doctor.{}", std::process::id()));
    fs::write(&trial, b"x").map_err(|error| Error::internal(format!("{shown} cannot be written: {error}")))?;
    fs::remove_file(&trial).map_err(Error::internal)?;
    Ok((Verdict::Ok, format!("{shown} can be written")))
}

/// Storages in S3.
fn buckets(config: &Config, findings: &mut Findings) {
    let files = match files::Files::new(&config.settings.files) {
        Ok(files) => files,
        Err(error) => return findings.add(Verdict::Fail, "storages", words(&error)),
    };
    for storage in files.storages().filter(|storage| storage.settings.s3.is_some()) {
        let answer = storage.check().map(|()| (Verdict::Ok, format!("{}: the bucket answers", storage.name)));
        findings.look("storage in S3", answer);
    }
}

/// Free space as `df` counts it: the standard library has no call for it.
fn disk(data: &Path) -> Result<(Verdict, String)> {
    let folder = data.ancestors().find(|folder| folder.exists()).unwrap_or(Path::new("/"));
    let output = std::process::Command::new("df").arg("-Pk").arg(folder).output();
    let Ok(output) = output else { return Ok((Verdict::Warn, "there is no df to ask".to_owned())) };
    let text = String::from_utf8_lossy(&output.stdout);
    let free: Option<u64> =
        text.lines().nth(1).and_then(|line| line.split_whitespace().nth(3)).and_then(|word| word.parse().ok());
    let Some(free) = free.map(|kilobytes| kilobytes.saturating_mul(1024)) else {
        return Ok((Verdict::Warn, "df does not say".to_owned()));
    };
    let verdict = match free {
        ..FREE_FAIL => Verdict::Fail,
        FREE_FAIL..FREE_WARN => Verdict::Warn,
        _ => Verdict::Ok,
    };
    Ok((verdict, format!("{} MB free at {}", free / (1024 * 1024), folder.display())))
}

fn database(config: Config, findings: &mut Findings) {
    if let Some(folder) = Database::missing(&config) {
        let text = format!("there is none in {} yet; the first start makes it", folder.display());
        return findings.add(Verdict::Warn, "PostgreSQL", text);
    }
    let (is_private, data) = (config.database_url.is_none(), config.data.clone());
    let opened = Database::connect(&config).and_then(|database| {
        let connection = database.pools.get(store::Lane::Job)?;
        Ok((database, connection))
    });
    let (database, mut connection) = match opened {
        Ok(opened) => opened,
        Err(error) => return findings.add(Verdict::Fail, "PostgreSQL", words(&error)),
    };
    findings.look("PostgreSQL", version(&mut connection, is_private));
    findings.look("clock", clock(&mut connection));
    if findings.0.iter().any(|finding| finding.1 == "PostgreSQL" && finding.0 == Verdict::Fail) {
        return;
    }
    match tables(&mut connection) {
        Ok((verdict, text)) => findings.add(verdict, "tables", text),
        Err(error) => return findings.add(Verdict::Fail, "tables", words(&error)),
    }
    if !findings.0.iter().any(|finding| finding.1 == "tables" && finding.0 == Verdict::Ok) {
        return;
    }
    findings.look("sysadmins", sysadmins(&mut connection, &config.settings.site_id));
    drop(connection);
    drop(database);
    findings.look("index", index(config, &data));
}

fn version(connection: &mut Connection, is_private: bool) -> Result<(Verdict, String)> {
    let number = db::server_version(connection)?;
    let whose = if is_private { "kurak's own" } else { "yours" };
    let encoding = db::encoding(connection)?;
    let text = format!("{}.{}, {whose}, {encoding}", number / 10_000, number % 10_000);
    let good = number >= POSTGRESQL && encoding == "UTF8";
    Ok(if good { (Verdict::Ok, text) } else { (Verdict::Fail, format!("{text}; 14 or newer in UTF8 is needed")) })
}

fn clock(connection: &mut Connection) -> Result<(Verdict, String)> {
    let here = SystemTime::now().duration_since(UNIX_EPOCH).map_err(Error::internal)?.as_secs_f64();
    let difference = (db::clock(connection)? - here).abs();
    let verdict = if difference <= CLOCK { Verdict::Ok } else { Verdict::Warn };
    Ok((verdict, format!("{difference:.1} s off the database's")))
}

fn tables(connection: &mut Connection) -> Result<(Verdict, String)> {
    let behind = store::migrate::is_behind(connection)?;
    let version = store::migrate::version(connection)?;
    Ok(match (version, behind) {
        (None, _) => (Verdict::Warn, "there are none yet; the first start makes them".to_owned()),
        (Some(version), true) => {
            (Verdict::Warn, format!("{version}, older than this program; `kurak db upgrade`, or a start, mends it"))
        }
        (Some(version), false) => (Verdict::Ok, version),
    })
}

fn sysadmins(connection: &mut Connection, site: &str) -> Result<(Verdict, String)> {
    let count = db::count_sysadmins(connection, site)?;
    Ok(match count {
        0 => (Verdict::Warn, "there are none; `kurak sysadmin add` makes one".to_owned()),
        _ => (Verdict::Ok, count.to_string()),
    })
}

fn index(config: Config, data: &Path) -> Result<(Verdict, String)> {
    let (count, differences, left_out) = if let Some(done) = control::ask(data, "check", &mut |_| ())? {
        let length = |name: &str| done.get(name).and_then(Value::as_array).map_or(0, Vec::len);
        let count = done.get("count").and_then(Value::as_u64).unwrap_or_default();
        let left_out = done.get("quarantined").and_then(Value::as_object).map_or(0, serde_json::Map::len);
        (count, length("missing") + length("stale") + length("surplus"), left_out)
    } else {
        let mut kurak = Kurak::with_index(config)?;
        if kurak.app().index.mark().is_none() {
            return Ok((Verdict::Warn, "it is empty; the next start builds it".to_owned()));
        }
        upkeep::catch_up(&kurak.follow()?)?;
        let found = comparison::whole(kurak.app(), &mut |_| ())?;
        (kurak.app().index.count(), found.ids().count(), found.quarantined.len())
    };
    Ok(match differences {
        0 if left_out > 0 => {
            (Verdict::Fail, format!("{left_out} datasets cannot be taken into it; `kurak search-index check` says which and why"))
        }
        0 => (Verdict::Ok, format!("equals the database: {count} datasets")),
        _ => (Verdict::Fail, format!("{differences} datasets differ; `kurak search-index rebuild` mends it")),
    })
}
