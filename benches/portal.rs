//! A portal of the wanted size in a folder of its own: filled through the catalog's own write path, then run as the
//! real program.

use std::{
    fs,
    io::{BufWriter, Write},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::Command,
    sync::Arc,
    time::Instant,
};

use action::{App, Ctx};
use catalog::package::{Incoming, Outcome as Stored, store_many};
use kurak::{Kurak, config::Config};
use serde_json::{Value, json};
use store::{Lane, documents};
use tempfile::TempDir;

use crate::{
    Outcome,
    generate::{self, Generator},
    process::Server,
};

/// Datasets stored in one transaction.
const BATCH: usize = 200;
/// Datasets of the portal that is harvested.
const HARVESTED: usize = 10_000;
/// Datasets whose titles give the words that are searched for.
const TITLES: usize = 5_000;

/// What the parts measure on.
pub struct Portal {
    pub folder: TempDir,
    pub size: usize,
    pub generator: Generator,
    /// Of a sysadmin.
    pub token: String,
    /// Ids and names of all public datasets.
    pub names: Vec<(String, String)>,
    pub titles: Vec<String>,
}

impl Portal {
    /// Makes and fills it; its index is built by the part that measures that, or by the first start.
    pub fn fill(size: usize) -> Outcome<Self> {
        // PostgreSQL may run as somebody else, who has to get in.
        let open = fs::Permissions::from_mode(0o755);
        let folder = tempfile::Builder::new().prefix("kurak-bench-").permissions(open).tempdir()?;
        let (generator, begin) = (Generator::new(), Instant::now());
        let kurak = Kurak::tools(config(&folder.path().join("data"))?)?;
        let token = sysadmin(&kurak)?;
        groups(&kurak)?;
        let mut from = 0;
        while from < size {
            let upto = (from + BATCH).min(size);
            store(&kurak, (from..upto).map(|n| generator.package(n, None)))?;
            from = upto;
        }
        eprintln!("{size} datasets stored in {:.1} s", begin.elapsed().as_secs_f64());
        let mut portal = Self { folder, size, generator, token, names: Vec::new(), titles: Vec::new() };
        portal.dump(kurak.app())?;
        Ok(portal)
    }

    /// Remembers what there is, and writes down what the harvested portal will serve.
    fn dump(&mut self, app: &App) -> Outcome<()> {
        let mut file = BufWriter::new(fs::File::create(self.dumped())?);
        let (mut bytes, mut count, mut text) = (0, 0, String::new());
        walk(app, &mut |document| {
            bytes += document.body.len();
            count += 1;
            if document.private {
                return Ok(());
            }
            if self.names.len() < HARVESTED {
                text.clear();
                app.quotes.splice(&document, &mut text);
                writeln!(file, "{text}")?;
            }
            if self.titles.len() < TITLES {
                self.titles.push(model::document::parse(&document.body)?.title);
            }
            self.names.push((document.id, document.name));
            Ok(())
        })?;
        eprintln!("{count} datasets of {} bytes, {} of them public", bytes / count.max(1), self.names.len());
        Ok(file.flush()?)
    }

    /// A package a line.
    pub fn dumped(&self) -> PathBuf {
        self.folder.path().join("packages.jsonl")
    }

    pub fn harvested(&self) -> usize {
        self.names.len().min(HARVESTED)
    }

    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// Runs the program on it.
    pub fn run(&self) -> Outcome<Server> {
        run(&self.data())
    }
}

/// Every document of the database.
pub fn walk(app: &App, visit: &mut dyn FnMut(model::Document) -> Outcome<()>) -> Outcome<()> {
    let mut connection = app.pools.get(Lane::Job)?;
    let mut after = String::new();
    loop {
        let page = documents::page_after(&mut connection, &after, 500)?;
        let Some(last) = page.last() else { return Ok(()) };
        after.clone_from(&last.id);
        page.into_iter().try_for_each(&mut *visit)?;
    }
}

/// Runs `kurak run` on a data folder.
pub fn run(data: &Path) -> Outcome<Server> {
    run_with(data, &[])
}

/// Runs it with further options, as variables.
pub fn run_with(data: &Path, options: &[(&str, &str)]) -> Outcome<Server> {
    let mut command = program(data)?;
    command.arg("run").envs(options.iter().copied());
    Server::start(command, &data.with_extension("log"))
}

/// The program beside this one, on a data folder.
pub fn program(data: &Path) -> Outcome<Command> {
    let path = std::env::current_exe()?.with_file_name("kurak");
    if !path.exists() {
        return Err(format!("{} is missing; scripts/bench builds it", path.display()).into());
    }
    let mut command = Command::new(path);
    command.env_remove("DATABASE_URL").env_remove("CKAN_SQLALCHEMY_URL").env_remove("CKAN_INI");
    command.env("KURAK_DATA", data).env("KURAK_LOG", "warn").env("KURAK_FETCH__ALLOW", "127.0.0.0/8");
    Ok(command)
}

/// The configuration of work on a data folder in this process.
pub fn config(data: &Path) -> Outcome<Config> {
    let mut config = Config::load(None)?;
    config.data = data.to_path_buf();
    config.database_url = None;
    Ok(config)
}

/// Makes a sysadmin and his token.
pub fn sysadmin(kurak: &Kurak) -> Outcome<String> {
    let user = json!({"name": "bench", "email": "bench@example.org", "password": "a-long-password", "sysadmin": true});
    act(kurak, "user_create", user)?;
    let made = act(kurak, "api_token_create", json!({"user": "bench", "name": "bench"}))?;
    Ok(made.get("token").and_then(Value::as_str).ok_or("no token")?.to_owned())
}

fn groups(kurak: &Kurak) -> Outcome<()> {
    for rank in 0..generate::ORGANIZATIONS {
        let name = generate::organization(rank);
        act(kurak, "organization_create", json!({"name": name, "title": format!("The organization of rank {rank}")}))?;
    }
    for number in 0..generate::GROUPS {
        act(kurak, "group_create", json!({"name": generate::group(number), "title": format!("Group {number}")}))?;
    }
    // Nobody follows the changes here.
    Ok(kurak.app().quotes.reload(&mut *kurak.app().pools.get(Lane::Job)?)?)
}

/// Runs an action as the site.
pub fn act(kurak: &Kurak, name: &str, input: Value) -> Outcome<Value> {
    let row = kurak.app().row(name).ok_or("no such action")?;
    let Value::Object(input) = input else { return Err("an input is an object".into()) };
    Ok(serde_json::from_str(&(row.call)(kurak.app(), kurak.site(), input, &action::Conditions::default())?.result)?)
}

fn store(kurak: &Kurak, dicts: impl Iterator<Item = serde_json::Map<String, Value>>) -> Outcome<()> {
    let app: &Arc<App> = kurak.app();
    let mut ctx = Ctx::job(app, kurak.site());
    let batch = dicts.map(|dict| Incoming { id: None, dict, patch: false }).collect();
    for outcome in store_many(&mut ctx, batch)? {
        if let Stored::Rejected(error) = outcome {
            return Err(format!("a generated dataset is rejected: {:?}", error.dict().fields()).into());
        }
    }
    Ok(ctx.finish()?)
}
