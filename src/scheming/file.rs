//! The files of a site's schemas: found, bounded, read.

use std::{
    fs::File,
    io::Read,
    path::{Path, PathBuf},
};

use serde_json::Value;

use crate::yaml;

/// Bytes of a file.
const BYTES: u64 = 1024 * 1024;
/// Levels of nesting in a file.
pub(crate) const DEPTH: usize = 24;

/// Where a file lies that an option names: a path, `file:///…`, or `module:file` as ckanext-scheming takes it. A module is
/// a folder below one of `folders`, of which the first is that of the configuration.
///
/// # Errors
/// What was looked for and not found.
pub fn find(named: &str, folders: &[PathBuf]) -> Result<PathBuf, String> {
    if named.starts_with("http://") || named.starts_with("https://") {
        return Err("addresses are not fetched at a start; save the file and name its path".to_owned());
    }
    let here = |path: &Path| match folders.first() {
        Some(folder) => folder.join(path),
        None => path.to_path_buf(),
    };
    if let Some(path) = named.strip_prefix("file://") {
        return exists(here(Path::new(path)));
    }
    let Some((module, file)) = named.split_once(':') else { return exists(here(Path::new(named))) };
    if Path::new(file).is_absolute() {
        return exists(PathBuf::from(file));
    }
    let inside: PathBuf = module.split('.').collect::<PathBuf>().join(file);
    let tried: Vec<PathBuf> = folders.iter().map(|folder| folder.join(&inside)).collect();
    match tried.iter().find(|path| path.is_file()) {
        Some(path) => Ok(path.clone()),
        None => {
            let tried: Vec<String> = tried.iter().map(|path| path.display().to_string()).collect();
            Err(format!(
                "there is no {}; name the file by its path, or the folder of its module in kurak.schema_folders",
                tried.join(", nor ")
            ))
        }
    }
}

fn exists(path: PathBuf) -> Result<PathBuf, String> {
    if path.is_file() { Ok(path) } else { Err(format!("there is no file {}", path.display())) }
}

/// Reads a file: YAML by its ending, else JSON.
///
/// # Errors
/// Why it cannot be read, with the place where that is known.
pub fn read(path: &Path) -> Result<Value, String> {
    let mut text = String::new();
    let file = File::open(path).map_err(|error| format!("it cannot be read: {error}"))?;
    file.take(BYTES + 1).read_to_string(&mut text).map_err(|error| format!("it cannot be read: {error}"))?;
    if u64::try_from(text.len()).is_ok_and(|bytes| bytes > BYTES) {
        return Err(format!("it is larger than {BYTES} bytes"));
    }
    let ending = path.extension().map(|ending| ending.to_ascii_lowercase());
    let is_yaml = ending.is_some_and(|ending| ending == "yaml" || ending == "yml");
    let value =
        if is_yaml { yaml::read(&text)? } else { serde_json::from_str(&text).map_err(|error| format!("no JSON: {error}"))? };
    if depth(&value) > DEPTH {
        return Err(format!("it is nested deeper than {DEPTH} levels"));
    }
    Ok(value)
}

fn depth(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(depth).max().unwrap_or(0),
        Value::Object(members) => 1 + members.values().map(depth).max().unwrap_or(0),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn yaml_and_json_say_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let (yaml, json) = (folder.path().join("a.YAML"), folder.path().join("a.json"));
        fs::write(&yaml, "dataset_type: d\ndataset_fields:\n- field_name: a\n  required: true\n  label: {ky: Ат, en: \"No\"}\n  n: 1.5\n  m: null\n")
            .unwrap();
        fs::write(
            &json,
            r#"{"dataset_type": "d", "dataset_fields": [{"field_name": "a", "required": true, "label": {"ky": "Ат", "en": "No"}, "n": 1.5, "m": null}]}"#,
        )
        .unwrap();
        assert_eq!(read(&yaml).unwrap(), read(&json).unwrap());
    }

    #[test]
    fn hostile_files_are_refused_with_a_reason() {
        let folder = tempfile::tempdir().unwrap();
        let refused = |name: &str, text: &str| {
            let path = folder.path().join(name);
            fs::write(&path, text).unwrap();
            read(&path).unwrap_err()
        };
        assert!(refused("a.json", "{\"a\": 1").starts_with("no JSON: EOF"));
        assert!(refused("a.yaml", "a: [1\nb: {").starts_with("no YAML"));
        assert!(refused("b.json", &format!("{}{}", "[".repeat(40), "]".repeat(40))).contains("nested deeper"));
        assert!(refused("b.yaml", &format!("{}{}", "[".repeat(400), "]".repeat(400))).starts_with("no YAML"));
        assert!(refused("c.json", &" ".repeat(1_100_000)).contains("larger than"));
        let bomb = (1..12).fold("a0: &a0 [x,x,x,x,x,x,x,x,x]\n".to_owned(), |text, level| {
            let before = level - 1;
            text + &format!("a{level}: &a{level} [{}]\n", vec![format!("*a{before}"); 9].join(","))
        });
        assert!(refused("bomb.yaml", &bomb).starts_with("no YAML"));
    }

    #[test]
    fn files_are_found_by_path_and_module() {
        let (folder, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let folders = [folder.path().to_path_buf(), other.path().to_path_buf()];
        fs::write(folder.path().join("a.yaml"), "").unwrap();
        fs::create_dir_all(other.path().join("ckanext/kg")).unwrap();
        let inside = other.path().join("ckanext/kg/b.json");
        fs::write(&inside, "").unwrap();
        assert_eq!(find("a.yaml", &folders).unwrap(), folder.path().join("a.yaml"));
        assert_eq!(find("ckanext.kg:b.json", &folders).unwrap(), inside);
        assert_eq!(find(&format!("ckanext.kg:{}", inside.display()), &folders).unwrap(), inside);
        assert_eq!(find(&format!("file://{}", inside.display()), &folders).unwrap(), inside);
        assert!(find("ckanext.kg:c.json", &folders).unwrap_err().contains("kurak.schema_folders"));
        assert!(find("https://x.org/a.yaml", &folders).unwrap_err().contains("not fetched"));
        assert!(find("none.yaml", &folders).unwrap_err().contains("no file"));
    }
}
