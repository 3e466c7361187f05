//! `kurak config`.

use base::Result;
use clap::Subcommand;
use serde_json::{Value, json};

use super::print;
use crate::config::{Config, InForce, honoured};

#[derive(Subcommand)]
pub enum Command {
    /// Print the options in force, secrets hidden
    Print {
        /// As a JSON object
        #[arg(long)]
        json: bool,
    },
    /// Print every option that there is, and what it does here
    #[command(alias = "docs", alias = "declaration")]
    Describe {
        #[command(flatten)]
        parts: Parts,
    },
    /// Print the options whose names fit; * is any text
    Search {
        #[arg(default_value = "*")]
        pattern: String,
        /// Only those that are given
        #[arg(long)]
        custom_only: bool,
        /// Only those that are not given
        #[arg(long)]
        no_custom: bool,
        /// Say what each does here
        #[arg(long)]
        explain: bool,
        #[arg(long, hide = true)]
        with_default: bool,
        #[arg(long, hide = true)]
        with_current: bool,
        #[arg(short, long, hide = true)]
        include_plugin: Vec<String>,
    },
    /// Print the options that were given and that nothing reads
    Undeclared,
    /// Say whether the options can be read
    Validate,
}

/// CKAN's choices of plugins and formats. All options are told of in any case: taken for scripts.
#[derive(clap::Args)]
pub struct Parts {
    #[arg(hide = true)]
    plugins: Vec<String>,
    #[arg(long, hide = true)]
    core: bool,
    #[arg(long, hide = true)]
    enabled: bool,
    #[arg(short, long, hide = true)]
    format: Option<String>,
    #[arg(short = 'd', long, hide = true)]
    include_docs: bool,
    #[arg(short, long, hide = true)]
    minimal: bool,
}

pub fn run(config: &Config, command: &Command) -> Result<()> {
    match command {
        Command::Print { json } => print(config, *json),
        Command::Describe { parts: _ } => honoured::text().lines().try_for_each(print::line),
        Command::Search { pattern, custom_only, no_custom, explain, .. } => {
            let (options, fits) = (config.printable(), |name: &str| fits(pattern, name));
            let given = options.iter().filter(|(name, _)| fits(name));
            let told = |name: &str| given.clone().any(|(known, _)| known == name);
            let others = honoured::TABLE.iter().filter(|(name, _)| fits(name) && !told(name)).map(|(name, _)| *name);
            let tell = |name: &str, value: &str| {
                print::line(format!("{name}: {value}"))?;
                let meaning = explain.then(|| honoured::effect(name)).flatten();
                meaning.map_or(Ok(()), |effect| print::line(format!("\t{}", effect.words())))
            };
            if !no_custom {
                given.clone().try_for_each(|(name, value)| tell(name, value))?;
            }
            if *custom_only { Ok(()) } else { others.into_iter().try_for_each(|name| tell(name, "not given")) }
        }
        Command::Undeclared => {
            let unknown = config.options.keys().filter(|name| honoured::effect(name).is_none());
            unknown.into_iter().try_for_each(print::line)
        }
        // Options that cannot be read let no command begin.
        Command::Validate => {
            for (name, meaning) in config.not_honoured() {
                let source = config.origins.get(name).map(|source| format!(" ({source})")).unwrap_or_default();
                print::line(format!("{name}{source} does nothing: {meaning}"))?;
            }
            config
                .missing_plugins()
                .iter()
                .try_for_each(|(name, meaning)| print::line(format!("ckan.plugins: {name} is not here: {meaning}")))?;
            print::line("the options can be read")
        }
    }
}

/// True when a name is what the pattern says, in which `*` is any text.
fn fits(pattern: &str, name: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == name,
        Some((before, rest)) => name
            .strip_prefix(before)
            .is_some_and(|end| (0..=end.len()).filter_map(|place| end.get(place..)).any(|end| fits(rest, end))),
    }
}

fn print(config: &Config, json: bool) -> Result<()> {
    let options = config.in_force();
    if json {
        let shown = |option: InForce| (option.name, json!({"value": option.value, "source": option.source}));
        return print::json(&Value::Object(options.into_iter().map(shown).collect()));
    }
    let unread = config.not_honoured();
    let rows: Vec<Vec<String>> = options
        .into_iter()
        .map(|InForce { name, value, source }| {
            let note = unread.iter().find(|(unread, _)| *unread == name).map(|(_, meaning)| format!("does nothing: {meaning}"));
            vec![name, value.replace('\n', " "), source, note.unwrap_or_default()]
        })
        .collect();
    print::table(&["option", "value", "source", ""], &rows)
}

#[cfg(test)]
mod tests {
    use super::fits;

    #[test]
    fn patterns_fit_whole_names() {
        for (pattern, name, fit) in [
            ("*", "a.b", true),
            ("a.*", "a.b", true),
            ("*.b", "a.b", true),
            ("a*c*e", "abcde", true),
            ("a.b", "a.b", true),
            ("a", "a.b", false),
            ("b*", "a.b", false),
            ("*a", "a.b", false),
        ] {
            assert_eq!(fits(pattern, name), fit, "{pattern} {name}");
        }
    }
}
