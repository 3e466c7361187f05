//! `kurak demo`: a whole portal on this machine, with a second one on loopback to harvest from. Nothing in it is special:
//! database, users, harvest and server are those of `kurak run`.

mod portal;
mod state;

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::PathBuf,
    time::{Duration, Instant},
};

use action::actors::Proof;
use base::{Error, Kind, Result};
use serde_json::{Value, json};
use state::State;

use super::{act, harvester, input, print, run::must_be_free, signals::Signals};
use crate::{Kurak, config::Config, upkeep};

/// The name of the sample portal's harvest source.
const SOURCE: &str = "sample-portal";
/// How long a busy machine is given until searches find what was harvested.
const PATIENCE: Duration = Duration::from_secs(60);
/// The sysadmin of the demo.
const ADMIN: &str = "admin";

#[derive(clap::Args)]
pub struct Arguments {
    /// Port to serve on
    #[arg(short, long)]
    port: Option<u16>,
    /// Where everything is kept; the next start goes on with it
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// The sample portal: a folder such as fixtures/portals/sample, or a dump of packages
    #[arg(long, value_name = "DIR")]
    portal: Option<PathBuf>,
    /// Harvest again, although there was a harvest already
    #[arg(long)]
    harvest: bool,
}

pub fn run(config: Config, arguments: Arguments) -> Result<()> {
    let begin = Instant::now();
    let signals = Signals::listen()?;
    let (config, address) = prepared(config, &arguments)?;
    must_be_free(address)?;
    let sample = portal::load(arguments.portal)?;
    let kurak = Kurak::open(config)?;
    let server = kurak.serve(address)?;
    print::line(format!("kurak serves on http://{address} after {:.1} s", begin.elapsed().as_secs_f64()))?;
    let mut state = State::load(&kurak.config().data)?;
    people(&kurak, &mut state)?;
    let portal = portal::serve(sample, state.portal_port)?;
    state.portal_port = Some(portal.address().port());
    state.save()?;
    if let Some(told) = harvested(&kurak, &portal.base_url(), arguments.harvest, &signals)? {
        farewell(&kurak, address, &state, &told)?;
        signals.wait();
    }
    print::line("stopping; the next start goes on from here")?;
    server.stop();
    portal.stop();
    Ok(())
}

fn prepared(mut config: Config, arguments: &Arguments) -> Result<(Config, SocketAddr)> {
    if let Some(data) = &arguments.data {
        config.data = std::path::absolute(data).map_err(Error::internal)?;
    } else if !config.options.contains_key("kurak.data") {
        config.data = config.data.join("demo");
    }
    config.port = arguments.port.unwrap_or(config.port);
    let address = SocketAddr::new(config.host, config.port);
    if !config.options.contains_key("ckan.site_url") {
        config.settings.site_url = format!("http://{address}");
    }
    if !config.options.contains_key("ckan.site_title") {
        "A kurak demo".clone_into(&mut config.settings.site_title);
    }
    // The sample portal is on this machine, where harvests otherwise have no business.
    let loopback = "127.0.0.0/8".parse().map_err(Error::internal)?;
    config.settings.fetch_allow.push(loopback);
    Ok((config, address))
}

/// The sysadmin, his password and a token that works.
fn people(kurak: &Kurak, state: &mut State) -> Result<()> {
    let known = act(kurak, "user_show", input([("id", ADMIN)]));
    match known {
        Err(error) if error.kind() == Kind::NotFound => {
            // Kept before it is used: a start that breaks off here leaves no user whose password nobody knows.
            let password = auth::token::random_text()?;
            state.password = Some(password.clone());
            state.token = None;
            state.save()?;
            let mut user = input([("name", ADMIN), ("email", "admin@example.org"), ("password", &password)]);
            user.insert("sysadmin".to_owned(), Value::Bool(true));
            act(kurak, "user_create", user)?;
        }
        Err(error) => return Err(error),
        Ok(_) => {}
    }
    let works =
        |token: &String| kurak.app().actors.resolve(&kurak.app().pools, &Proof::token(token)).map(|actor| actor.is_sysadmin());
    if !state.token.as_ref().map_or(Ok(false), works)? {
        let made = act(kurak, "api_token_create", input([("user", ADMIN), ("name", "demo")]))?;
        state.token = made.get("token").and_then(Value::as_str).map(str::to_owned);
    }
    Ok(())
}

/// The harvest of the sample portal: the first time, when the last one was broken off, or when it is asked for. `None`
/// when a signal came first.
fn harvested(kurak: &Kurak, url: &str, again: bool, signals: &Signals) -> Result<Option<String>> {
    let source = match act(kurak, "harvest_source_show", input([("id", SOURCE)])) {
        Ok(source) => moved(kurak, source, url)?,
        Err(error) if error.kind() == Kind::NotFound => make_source(kurak, url)?,
        Err(error) => return Err(error),
    };
    let last = source.pointer("/status/last_job").filter(|job| !job.is_null());
    let status = last.and_then(|job| job.get("status")).and_then(Value::as_str).unwrap_or_default();
    let id = last.and_then(|job| job.get("id")).and_then(Value::as_str).unwrap_or_default();
    let job = match status {
        "Finished" | "Held" if !again => last.cloned(),
        "New" | "Running" => harvester::follow(kurak, id, signals)?,
        _ => {
            let made = act(kurak, "harvest_job_create", input([("source_id", SOURCE)]))?;
            harvester::follow(kurak, made.get("id").and_then(Value::as_str).unwrap_or_default(), signals)?
        }
    };
    let Some(job) = job else { return Ok(None) };
    let mut told = format!("harvested from the sample portal: {}", harvester::counts(&job));
    for reason in harvester::reasons(&job) {
        told.push_str("\n    ");
        told.push_str(&reason);
    }
    Ok(Some(told))
}

fn make_source(kurak: &Kurak, url: &str) -> Result<Value> {
    let config = json!({"remote_orgs": "create", "remote_groups": "create"}).to_string();
    let source = input([
        ("name", SOURCE),
        ("title", "The sample portal"),
        ("url", url),
        ("source_type", "ckan"),
        ("config", &config),
        ("notes", "Comes with kurak; all data in it is invented."),
    ]);
    act(kurak, "harvest_source_create", source)
}

/// The sample portal may have got another port.
fn moved(kurak: &Kurak, source: Value, url: &str) -> Result<Value> {
    if source.get("url").and_then(Value::as_str) == Some(url) {
        return Ok(source);
    }
    act(kurak, "harvest_source_update", input([("id", SOURCE), ("url", url)]))?;
    act(kurak, "harvest_source_show", input([("id", SOURCE)]))
}

fn farewell(kurak: &Kurak, address: SocketAddr, state: &State, told: &str) -> Result<()> {
    let base = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => format!("http://{}:{}", Ipv4Addr::LOCALHOST, address.port()),
        _ => format!("http://{address}"),
    };
    let sees_all = kurak.app().feed().is_none_or(|feed| upkeep::sees_all(feed, PATIENCE));
    let mut page = input([("sort", "metadata_modified desc"), ("fl", "name")]);
    page.insert("rows".to_owned(), Value::from(1));
    let found = act(kurak, "package_search", page)?;
    let total = found.get("count").and_then(Value::as_u64).unwrap_or_default();
    let name = found.pointer("/results/0/name").and_then(Value::as_str).unwrap_or_default().to_owned();
    let count = |action: &str| act(kurak, action, input([])).map(|names| names.as_array().map_or(0, Vec::len));
    print::line(told)?;
    if !sees_all {
        print::line("the index is not done with them yet: searches find more in a while")?;
    }
    print::line(format!(
        "the catalog has {total} datasets of {} organizations in {} groups",
        count("organization_list")?,
        count("group_list")?
    ))?;
    let line = |what: &str, text: String| print::line(format!("  {what:<8} {text}"));
    print::line("\nTo be pasted:")?;
    line("search", format!("curl -s '{base}/api/3/action/package_search?q=population&rows=3'"))?;
    line("dataset", format!("curl -s '{base}/api/3/action/package_show?id={name}'"))?;
    line("catalog", format!("curl -s {base}/catalog.ttl"))?;
    line("docs", format!("{base}/docs"))?;
    line("token", format!("export CKAN_TOKEN={}", state.token.as_deref().unwrap_or_default()))?;
    if let Some(password) = &state.password {
        print::line(format!("\nThe sysadmin is {ADMIN}, the password {password} (both kept in {})", state.path().display()))?;
    }
    print::line("Ctrl-C ends all of it.")
}
