//! Reads ckan.ini as CKAN does, which leaves it to Python's configparser: `[DEFAULT]` and `[app:main]`, continuation
//! lines, comments, `%(name)s`, and the files that `use = config:…` names. What configparser refuses is refused here, too:
//! a file that is overlooked would start a server on other data than the operator's.

use std::path::{Path, PathBuf};

use base::{Error, Result};

use super::{Given, Options};

/// How often `%(name)s` is replaced inside what it was replaced by (configparser's number).
const DEPTH: usize = 10;
/// Files in a chain of `use = config:…`.
const CHAIN: usize = 10;
/// The section that counts.
const SECTION: &str = "app:main";

/// The options of a file, and of those that its `use = config:…` names; the one that names counts before the one named.
///
/// # Errors
/// BadRequest, with the file and the line that cannot be read.
pub fn read(file: &Path) -> Result<Given> {
    let mut given = Given::default();
    // What files before this one say, for `%(name)s`.
    let mut before = Options::new();
    let mut files: Vec<PathBuf> = Vec::new();
    let mut file = file.to_path_buf();
    loop {
        let shown = file.display();
        let text = std::fs::read_to_string(&file).map_err(|error| Error::bad_request(format!("cannot read {shown}: {error}")))?;
        let raw = parse(&text, &file)?;
        given.fill(interpolated(&raw, &before, &file)?);
        files.push(std::path::absolute(&file).unwrap_or_else(|_error| file.clone()));
        let named = raw.options.get("use").and_then(|value| value.trim().strip_prefix("config:"));
        let Some(named) = named.map(|named| file.parent().unwrap_or(Path::new("")).join(named.trim())) else { break };
        if files.len() == CHAIN || files.contains(&std::path::absolute(&named).unwrap_or_else(|_error| named.clone())) {
            return Err(Error::bad_request(format!("{shown}: `use = config:…` names files in a circle, or too many of them")));
        }
        before.extend(raw.options);
        file = named;
    }
    Ok(given)
}

/// The options of `[app:main]`, over those of `[DEFAULT]`, as they stand there; `here` is the folder of the file.
///
/// # Errors
/// BadRequest, with the number of the line that cannot be read.
fn parse(text: &str, file: &Path) -> Result<Given> {
    let wrong = |number: usize, what: &str| Error::bad_request(format!("{} line {}: {what}", file.display(), number + 1));
    // `-c ckan.ini` has no folder of its own; what is below it must not be looked for at the root.
    let whole = std::path::absolute(file).unwrap_or_else(|_error| file.to_path_buf());
    let here = whole.parent().unwrap_or(Path::new("/")).display().to_string();
    let mut defaults = Given::default();
    for (name, value) in [("here", here), ("__file__", whole.display().to_string())] {
        defaults.options.insert(name.to_owned(), value);
    }
    let (mut main, mut others, mut has_main) = (Given::default(), Given::default(), false);
    let mut section: Option<String> = None;
    // The option that a line further in goes on with, and how far in it stands.
    let mut last: Option<(String, usize)> = None;
    for (number, line) in text.lines().enumerate() {
        let bare = line.trim();
        if bare.is_empty() || bare.starts_with('#') || bare.starts_with(';') {
            continue;
        }
        let target = match section.as_deref() {
            Some("DEFAULT") => &mut defaults,
            Some(SECTION) => &mut main,
            _ => &mut others,
        };
        let indent = line.chars().take_while(|letter| letter.is_whitespace()).count();
        if let Some((name, begin)) = &last
            && indent > *begin
            && let Some(value) = target.options.get_mut(name)
        {
            value.push('\n');
            value.push_str(bare);
            continue;
        }
        if let Some(rest) = bare.strip_prefix('[') {
            let Some((name, _comment)) = rest.rsplit_once(']').filter(|(name, _comment)| !name.is_empty()) else {
                return Err(wrong(number, &format!("expected a section such as [{SECTION}], found \"{bare}\"")));
            };
            has_main |= name == SECTION;
            section = Some(name.to_owned());
            last = None;
            continue;
        }
        if section.is_none() {
            return Err(wrong(number, &format!("an option stands before the first section; options belong below [{SECTION}]")));
        }
        // The line is not repeated: a secret may stand in it.
        let Some((name, value)) = bare.split_once(['=', ':']).filter(|(name, _value)| !name.trim().is_empty()) else {
            return Err(wrong(number, "expected `name = value`"));
        };
        let name = name.trim().to_lowercase();
        target.put(&name, value.trim(), format!("{}:{}", file.display(), number + 1));
        last = Some((name, indent));
    }
    if !has_main {
        return Err(Error::bad_request(format!("{} has no section [{SECTION}]: nothing in it would count", file.display())));
    }
    defaults.extend(main);
    Ok(defaults)
}

/// What the names in the values stand for; also in what they are replaced by.
fn interpolated(raw: &Given, before: &Options, file: &Path) -> Result<Given> {
    let mut given = raw.clone();
    for (name, value) in &mut given.options {
        *value = value_of(value, &raw.options, before).map_err(|fault| {
            let place = raw.origins.get(name).cloned().unwrap_or_else(|| file.display().to_string());
            Error::bad_request(format!("{place}: the option {name} {fault}"))
        })?;
    }
    for own in ["here", "__file__"] {
        given.options.remove(own);
    }
    Ok(given)
}

/// Replaces `%(name)s` by the option's value and `%%` by `%`; another `%` stays.
fn value_of(value: &str, own: &Options, before: &Options) -> std::result::Result<String, String> {
    let mut text = value.to_owned();
    for _ in 0..DEPTH {
        let Some(place) = reference(&text) else { return Ok(text.replace("%%", "%")) };
        let (head, rest) = text.split_at(place);
        let Some((name, tail)) = rest.trim_start_matches("%(").split_once(")s") else {
            return Err("has a `%(` without a `)s` behind it; a plain % is written %%".to_owned());
        };
        let found = own.get(&name.to_lowercase()).or_else(|| before.get(&name.to_lowercase()));
        let Some(found) = found else { return Err(format!("names %({name})s, and there is no option {name}")) };
        text = format!("{head}{found}{tail}");
    }
    Err("names options in a circle".to_owned())
}

/// Where the first `%(` stands that is not the end of a `%%(`.
fn reference(text: &str) -> Option<usize> {
    let mut from = 0;
    loop {
        let rest = text.get(from..)?;
        let place = from + rest.find('%')?;
        match text.as_bytes().get(place + 1) {
            Some(b'(') => return Some(place),
            Some(b'%') => from = place + 2,
            _ => from = place + 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(text: &str, file: &str) -> Result<Options> {
        let file = Path::new(file);
        Ok(interpolated(&parse(text, file)?, &Options::new(), file)?.options)
    }

    #[test]
    fn ckans_file_is_read() {
        let text = "[DEFAULT]\nroot = /x\n\n[server:main]\nport = 1\n\n[app:main] ; the portal\n# a comment\nckan.site_URL = http://%(host)s/a%%20b\nhost=h\n\
                    ckan.plugins = one\n  two\n; another\nstore = %(here)s/%(root)s\nplain = %%(host)s 5%\n[loggers]\nkeys = root\n";
        let options = options(text, "/etc/ckan/ckan.ini").unwrap();
        assert_eq!(options["ckan.site_url"], "http://h/a%20b");
        assert_eq!(options["ckan.plugins"], "one\ntwo");
        assert_eq!(options["store"], "/etc/ckan//x");
        assert_eq!(options["plain"], "%(host)s 5%");
        assert!(["port", "keys", "here", "__file__"].iter().all(|name| !options.contains_key(*name)));
        let given = parse(text, Path::new("ckan.ini")).unwrap();
        assert_eq!((given.origins["root"].as_str(), given.origins["host"].as_str()), ("ckan.ini:2", "ckan.ini:10"));
        let options = super::tests::options("[app:main]\nstore = %(here)s/x\n", "ckan.ini").unwrap();
        assert_eq!(options["store"], std::env::current_dir().unwrap().join("x").display().to_string());
    }

    #[test]
    fn a_section_further_in_has_options_of_its_own() {
        let options = options("[app:main]\n  a = 1\n    2\n  b = 3\n", "x.ini").unwrap();
        assert_eq!((options["a"].as_str(), options["b"].as_str()), ("1\n2", "3"));
    }

    #[test]
    fn what_cannot_be_read_is_named() {
        for (text, told) in [
            ("[app:main]\nhunter2\n", "x.ini line 2: expected `name = value`"),
            ("[app:main\na = 1\n", "x.ini line 1: expected a section such as [app:main], found \"[app:main\""),
            ("[DEFAULT]\n[app:main\na = 1\n", "x.ini line 2"),
            ("# nothing\na = 1\n", "x.ini line 2: an option stands before the first section"),
            ("[app:main]\na = 1\n[loggers]\nkeys\n", "x.ini line 4"),
            ("[app:main]\n= 1\n", "x.ini line 2"),
            ("", "x.ini has no section [app:main]"),
            ("[app:web]\na = 1\n", "x.ini has no section [app:main]"),
            ("[app:main]\na = 1\nb = %(nope)s\n", "x.ini:3: the option b names %(nope)s"),
            ("[app:main]\nb = %(nope\n", "x.ini:2: the option b has a `%(` without"),
            ("[app:main]\na = %(b)s\nb = %(a)s\n", "in a circle"),
        ] {
            let error = options(text, "x.ini").unwrap_err();
            assert!(error.message().contains(told) && !error.message().contains("hunter2"), "{text:?}: {error}");
        }
    }

    #[test]
    fn files_that_a_file_names_are_read_behind_it() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
        std::fs::create_dir(folder.path().join("base")).unwrap();
        write("ckan.ini", "[app:main]\nuse = config:base/one.ini\nckan.site_title = Mine\nhost = h\n");
        write("base/one.ini", "[app:main]\nuse = config:two.ini\nckan.site_title = Theirs\nckan.site_url = http://%(host)s\n");
        write("base/two.ini", "[DEFAULT]\nroot = %(here)s\n[app:main]\nuse = egg:ckan\n");
        let given = read(&folder.path().join("ckan.ini")).unwrap();
        let base = folder.path().join("base");
        for (name, value) in [("ckan.site_title", "Mine"), ("ckan.site_url", "http://h"), ("root", base.to_str().unwrap())] {
            assert_eq!(given.options[name], value);
        }
        assert!(given.origins["ckan.site_url"].ends_with("base/one.ini:4"), "{given:?}");
        write("base/two.ini", "[app:main]\nuse = config:../ckan.ini\n");
        assert!(read(&folder.path().join("ckan.ini")).is_err());
        write("base/two.ini", "[app:main]\nuse = config:none.ini\n");
        assert!(read(&folder.path().join("ckan.ini")).unwrap_err().message().contains("none.ini"));
    }
}
