//! Reads ckan.ini as Python's configparser does, as far as CKAN's files use it: `[DEFAULT]` and `[app:main]`,
//! continuation lines, comments, `%(name)s`.

use std::path::Path;

use base::{Error, Result};

use super::Options;

/// How often `%(name)s` is replaced inside what it was replaced by.
const DEPTH: usize = 10;

/// The options of `[app:main]`, over those of `[DEFAULT]`; `here` is the folder of the file.
///
/// # Errors
/// BadRequest, with the number of the line that cannot be read.
pub fn parse(text: &str, file: &Path) -> Result<Options> {
    // `-c ckan.ini` has no folder of its own; what is below it must not be looked for at the root.
    let file = std::path::absolute(file).unwrap_or_else(|_error| file.to_path_buf());
    let here = file.parent().unwrap_or(Path::new("/")).display().to_string();
    let mut defaults = Options::from([("here".to_owned(), here)]);
    let mut main = Options::new();
    let mut section = String::new();
    let mut last: Option<String> = None;
    for (number, line) in text.lines().enumerate() {
        let bare = line.trim();
        if bare.is_empty() || bare.starts_with('#') || bare.starts_with(';') {
            continue;
        }
        if let Some(name) = bare.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            name.clone_into(&mut section);
            last = None;
            continue;
        }
        let target = match section.as_str() {
            "DEFAULT" => &mut defaults,
            "app:main" => &mut main,
            _ => continue,
        };
        if line.starts_with([' ', '\t'])
            && let Some(value) = last.as_ref().and_then(|name| target.get_mut(name))
        {
            value.push('\n');
            value.push_str(bare);
            continue;
        }
        let Some((name, value)) = bare.split_once(['=', ':']) else {
            return Err(Error::bad_request(format!(
                "{} line {}: expected `name = value`, found \"{bare}\"",
                file.display(),
                number + 1
            )));
        };
        let name = name.trim().to_lowercase();
        target.insert(name.clone(), value.trim().to_owned());
        last = Some(name);
    }
    let mut all = defaults;
    all.extend(main);
    let plain = all.clone();
    for value in all.values_mut() {
        *value = interpolated(value, &plain);
    }
    all.remove("here");
    Ok(all)
}

/// Replaces `%(name)s` by the option's value and `%%` by `%`; a name without a value stays as it is.
fn interpolated(value: &str, options: &Options) -> String {
    let mut text = value.to_owned();
    for _ in 0..DEPTH {
        let Some((before, rest)) = text.split_once("%(") else { break };
        let Some((name, after)) = rest.split_once(")s") else { break };
        let Some(found) = options.get(&name.to_lowercase()) else { break };
        text = format!("{before}{found}{after}");
    }
    text.replace("%%", "%")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ckans_file_is_read() {
        let text = "[DEFAULT]\nroot = /x\n\n[server:main]\nport = 1\n\n[app:main]\n# a comment\nckan.site_URL = http://%(host)s/a%%20b\nhost=h\n\
                    ckan.plugins = one\n  two\n; another\nstore = %(here)s/%(root)s\n[loggers]\nkeys = root\n";
        let options = parse(text, Path::new("/etc/ckan/ckan.ini")).unwrap();
        assert_eq!(options["ckan.site_url"], "http://h/a%20b");
        assert_eq!(options["ckan.plugins"], "one\ntwo");
        assert_eq!(options["store"], "/etc/ckan//x");
        assert!(!options.contains_key("port") && !options.contains_key("keys"));
        let options = parse("[app:main]\nstore = %(here)s/x\n", Path::new("ckan.ini")).unwrap();
        assert_eq!(options["store"], std::env::current_dir().unwrap().join("x").display().to_string());
    }

    #[test]
    fn a_bad_line_is_named() {
        let error = parse("[app:main]\nnonsense\n", Path::new("x.ini")).unwrap_err();
        assert!(error.message().contains("x.ini line 2"), "{error}");
    }

    #[test]
    fn names_in_a_circle_come_to_an_end() {
        let options = parse("[app:main]\na = %(b)s\nb = %(a)s\n", Path::new("x.ini")).unwrap();
        assert!(options["a"].starts_with("%("));
    }
}
