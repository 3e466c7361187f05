//! `kurak config-tool`: changes options of a ckan.ini and leaves the rest of it as it is.

use std::{
    fs,
    path::{Path, PathBuf},
};

use base::{Error, Result};

use super::print;

#[derive(clap::Args)]
pub struct Arguments {
    /// The file to change
    file: PathBuf,
    /// NAME=VALUE
    #[arg(value_name = "NAME=VALUE")]
    options: Vec<String>,
    /// The section that the options stand in
    #[arg(short, long, default_value = "app:main")]
    section: String,
    /// Only options that are there already
    #[arg(short, long)]
    edit: bool,
    /// Takes the options of this file's same section, too
    #[arg(short = 'f', long = "file", value_name = "FILE")]
    merge: Option<PathBuf>,
}

pub fn run(arguments: &Arguments) -> Result<()> {
    let mut options = Vec::new();
    if let Some(merge) = &arguments.merge {
        options.extend(options_of(&read(merge)?, &arguments.section));
    }
    for option in &arguments.options {
        let (name, value) =
            option.split_once('=').ok_or_else(|| Error::bad_request(format!("expected name=value, found \"{option}\"")))?;
        options.push((name.trim().to_owned(), value.trim().to_owned()));
    }
    if options.is_empty() {
        return Err(Error::bad_request("no option was given"));
    }
    let mut text = read(&arguments.file)?;
    for (name, value) in &options {
        let told;
        (text, told) = changed(&text, &arguments.section, (name, value), arguments.edit)?;
        print::line(told)?;
    }
    // Beside it first: a file that is half written would be no configuration.
    let failed = |error: std::io::Error| Error::bad_request(format!("cannot write {}: {error}", arguments.file.display()));
    let target = fs::canonicalize(&arguments.file).map_err(failed)?;
    let beside = target.with_extension("ini.new");
    fs::write(&beside, text).map_err(failed)?;
    let kept = fs::metadata(&target).and_then(|meta| fs::set_permissions(&beside, meta.permissions()));
    kept.and_then(|()| fs::rename(&beside, &target)).map_err(failed)
}

fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).map_err(|error| Error::bad_request(format!("cannot read {}: {error}", path.display())))
}

fn section_of(line: &str) -> Option<&str> {
    line.trim().strip_prefix('[').and_then(|rest| rest.strip_suffix(']'))
}

/// Name and value of a line that is an option, also one that a `#` keeps from being one.
fn option_of(line: &str) -> Option<(&str, &str)> {
    if line.starts_with([' ', '\t']) {
        return None;
    }
    let (name, value) = line.split_once('=')?;
    Some((name.trim_start_matches(['#', ';']).trim(), value.trim()))
}

fn options_of(text: &str, section: &str) -> Vec<(String, String)> {
    let mut inside = false;
    let mut found = Vec::new();
    for line in text.lines() {
        if let Some(name) = section_of(line) {
            inside = name == section;
        } else if inside
            && !line.starts_with(['#', ';'])
            && let Some((name, value)) = option_of(line)
        {
            found.push((name.to_owned(), value.to_owned()));
        }
    }
    found
}

/// The text with the option in its section: in the place of the line that has it, else of one that is commented out, else at
/// the section's beginning; and what was done.
fn changed(text: &str, section: &str, (name, value): (&str, &str), edit: bool) -> Result<(String, String)> {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let begin = lines.iter().position(|line| section_of(line) == Some(section));
    let inside = begin.map_or(0..0, |begin| {
        let end = lines.iter().skip(begin + 1).position(|line| section_of(line).is_some());
        begin + 1..end.map_or(lines.len(), |end| begin + 1 + end)
    });
    let is_it = |line: &str| option_of(line).is_some_and(|(known, _)| known.eq_ignore_ascii_case(name));
    let places: Vec<usize> = inside.filter(|place| lines.get(*place).is_some_and(|line| is_it(line))).collect();
    let is_comment = |place: &usize| lines.get(*place).is_some_and(|line| line.starts_with(['#', ';']));
    let live = places.iter().copied().find(|place| !is_comment(place));
    if edit && live.is_none() {
        return Err(Error::bad_request(format!("the option {name} is not in [{section}]")));
    }
    let line = format!("{name} = {}", value.replace('\n', "\n  "));
    let told = if live.is_some() { "Edited" } else { "Added" };
    match (live.or(places.first().copied()), begin) {
        (Some(place), _) => {
            // What goes on in indented lines belongs to the value that goes.
            let more = lines.iter().skip(place + 1).take_while(|line| line.starts_with([' ', '\t']) && !line.trim().is_empty());
            let end = place + 1 + if live.is_some() { more.count() } else { 0 };
            lines.splice(place..end, [line]);
        }
        (None, Some(begin)) => lines.insert(begin + 1, line),
        (None, None) => lines.extend([String::new(), format!("[{section}]"), line]),
    }
    Ok((lines.join("\n") + "\n", format!("{told} option {name} = \"{value}\" ([{section}])")))
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str =
        "# head\n[DEFAULT]\ndebug = false\n\n[app:main]\nckan.plugins = a\n  b\n#ckan.theme = x\n\n[loggers]\nckan.theme = no\n";

    #[test]
    fn only_what_is_meant_changes() {
        for (section, option, edit, expected) in [
            ("app:main", ("ckan.plugins", "c"), true, FILE.replace("ckan.plugins = a\n  b\n", "ckan.plugins = c\n")),
            ("app:main", ("CKAN.theme", "y"), false, FILE.replace("#ckan.theme = x", "CKAN.theme = y")),
            ("app:main", ("new", "1=2"), false, FILE.replace("[app:main]\n", "[app:main]\nnew = 1=2\n")),
            ("DEFAULT", ("debug", "true"), true, FILE.replace("debug = false", "debug = true")),
            ("server:main", ("port", "1"), false, format!("{FILE}\n[server:main]\nport = 1\n")),
        ] {
            assert_eq!(changed(FILE, section, option, edit).unwrap().0, expected, "{option:?}");
        }
        assert!(changed(FILE, "app:main", ("ckan.theme", "y"), true).is_err());
        assert!(changed(FILE, "nowhere", ("debug", "y"), true).is_err());
    }

    #[test]
    fn options_of_a_file_are_merged() {
        let expected = [("ckan.plugins".to_owned(), "a".to_owned())];
        assert_eq!(options_of(FILE, "app:main"), expected);
    }
}
