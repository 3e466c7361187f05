//! `kurak views`: views of resources.

use base::{Error, Result};
use clap::Subcommand;
use serde_json::{Map, json};

use super::{act, input, print};
use crate::{Kurak, config::Config};

#[derive(Subcommand)]
pub enum Command {
    /// Give the resources of datasets the views that `ckan.views.default_views` names, where they have none
    Create {
        /// Id or name of a dataset; may be said again
        #[arg(short, long, required = true)]
        dataset: Vec<String>,
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
        Command::Create { dataset, yes: _ } => {
            let kurak = Kurak::tools(config)?;
            for id in &dataset {
                let package = act(&kurak, "package_show", input([("id", id)]))?;
                let made =
                    act(&kurak, "package_create_default_resource_views", Map::from_iter([("package".to_owned(), package)]))?;
                print::line(format!("{id}: {} views made", made.as_array().map_or(0, Vec::len)))?;
            }
            Ok(())
        }
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
