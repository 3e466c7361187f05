//! `kurak views`: views of resources.

use action::Ctx;
use base::{Error, Result};
use catalog::{
    package,
    resource_view::{
        defaults,
        plugin::{self, Plugin},
    },
};
use clap::Subcommand;
use model::{Document, document};
use serde_json::{Map, json};

use super::{act, print};
use crate::{Kurak, config::Config};

/// Datasets that are read at a time.
const PAGE: i64 = 500;

#[derive(Subcommand)]
pub enum Command {
    /// Give resources views of these kinds, or of those that `ckan.views.default_views` names, where they suit and are missing
    Create {
        types: Vec<String>,
        /// Id or name of a dataset; may be said again. Left out: all datasets that are not deleted
        #[arg(short, long)]
        dataset: Vec<String>,
        /// Only datasets with suitable resources are looked at in any case: taken for scripts
        #[arg(long, hide = true)]
        no_default_filters: bool,
        /// There is no question: taken for scripts
        #[arg(short, long, hide = true)]
        yes: bool,
    },
    /// Remove views: of these kinds, or of all
    Clear {
        types: Vec<String>,
        /// Do it without a question
        #[arg(short, long)]
        yes: bool,
    },
}

pub fn run(config: Config, command: Command) -> Result<()> {
    match command {
        Command::Create { types, dataset, no_default_filters: _, yes: _ } => create(&Kurak::tools(config)?, &types, &dataset),
        Command::Clear { yes: false, .. } => Err(Error::bad_request("this removes views for good; say --yes if that is meant")),
        Command::Clear { types, yes: true } => {
            let fields = if types.is_empty() { Map::new() } else { Map::from_iter([("view_types".to_owned(), json!(types))]) };
            act(&Kurak::tools(config)?, "resource_view_clear", fields).map(drop)?;
            print::line(if types.is_empty() {
                "all views are removed".to_owned()
            } else {
                format!("removed: {}", types.join(" "))
            })
        }
    }
}

fn create(kurak: &Kurak, types: &[String], datasets: &[String]) -> Result<()> {
    let settings = &kurak.app().settings;
    let named = |name: &String| {
        plugin::find(settings, name).ok_or_else(|| Error::bad_request(format!("there is no kind of view \"{name}\" here")))
    };
    let kinds: Vec<&'static Plugin> =
        if types.is_empty() { defaults::kinds(settings).collect() } else { types.iter().map(named).collect::<Result<_>>()? };
    let mut total = 0;
    for key in datasets {
        total += give(kurak, key, &kinds)?.ok_or_else(|| Error::not_found(format!("there is no dataset \"{key}\"")))?;
    }
    if datasets.is_empty() {
        let mut connection = kurak.app().pools.get(store::Lane::Job)?;
        let mut after = String::new();
        loop {
            let page = store::documents::page_after(&mut connection, &after, PAGE)?;
            let Some(last) = page.last() else { break };
            after.clone_from(&last.id);
            for document in page.iter().filter(|document| document.state != "deleted") {
                if suits(kurak, document, &kinds) {
                    total += give(kurak, &document.id, &kinds)?.unwrap_or(0);
                }
            }
        }
    }
    print::line(format!("{total} views made"))
}

/// True when a kind suits a resource of the dataset, or may: a damaged document is read from its rows when it is locked.
fn suits(kurak: &Kurak, document: &Document, kinds: &[&'static Plugin]) -> bool {
    let Ok(package) = document::parse(&document.body) else { return true };
    let settings = &kurak.app().settings;
    package.resources.iter().any(|resource| kinds.iter().any(|plugin| plugin.suits(settings, resource.into())))
}

/// Gives the resources of a dataset its missing views and says how many; `None` if there is no such dataset.
fn give(kurak: &Kurak, key: &str, kinds: &[&'static Plugin]) -> Result<Option<usize>> {
    let mut ctx = Ctx::job(kurak.app(), kurak.site());
    let Some(dataset) = package::db::lock(ctx.db()?, key)? else { return Ok(None) };
    let resources = document::parse(&dataset.body)?.resources;
    let made = defaults::give(&mut ctx, &dataset, &resources, kinds)?;
    ctx.finish()?;
    if made > 0 {
        print::line(format!("{}: {made} views made", dataset.name))?;
    }
    Ok(Some(made))
}
