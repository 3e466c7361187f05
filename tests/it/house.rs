//! The house: who may import whom, where heavy dependencies and diesel live, how long a file may be. The table is that
//! of docs/ARCHITECTURE.md.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::Value;

/// Crate → the crates of the house that it may import.
const EDGES: &[(&str, &[&str])] = &[
    ("base", &[]),
    ("model", &["base"]),
    ("auth", &["base"]),
    ("cluster", &["base"]),
    ("scheming", &["base", "model"]),
    ("store", &["base", "model"]),
    ("search", &["base", "model"]),
    ("dcat", &["base", "model"]),
    ("fetch", &["base"]),
    ("files", &["base"]),
    ("fixture", &["base"]),
    ("action", &["base", "model", "auth", "files", "scheming", "store", "search"]),
    ("catalog", &["base", "model", "auth", "files", "scheming", "store", "search", "action"]),
    ("people", &["base", "model", "auth", "files", "store", "search", "action", "catalog"]),
    ("harvest", &["base", "model", "auth", "scheming", "store", "search", "fetch", "action", "catalog"]),
    ("web", &["base", "model", "auth", "files", "action", "catalog", "people", "dcat", "search", "store"]),
];

/// Dependency → the crates where it is at home.
const HOMES: &[(&str, &[&str])] = &[
    ("argon2", &["auth"]),
    ("ring", &["auth"]),
    ("r2d2", &["store"]),
    ("diesel_migrations", &["store"]),
    ("tantivy", &["search"]),
    ("oxrdf", &["dcat"]),
    ("oxttl", &["dcat"]),
    ("oxrdfxml", &["dcat"]),
    ("oxjsonld", &["dcat"]),
    ("reqwest", &["fetch", "files"]),
    ("object_store", &["files"]),
    ("serde-saphyr", &["scheming"]),
    ("utoipa", &["action"]),
    ("actix-web", &["web", "fixture"]),
    ("clap", &["kurak"]),
    ("tracing-subscriber", &["kurak"]),
];

/// Nobody should have to scroll further.
const LINES: usize = 600;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_path_buf()
}

fn packages() -> Vec<Value> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--format-version", "1", "--offline"])
        .current_dir(root())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    metadata["packages"].as_array().unwrap().clone()
}

fn short(name: &str) -> &str {
    name.strip_prefix("kurak-").unwrap_or(name)
}

/// Normal dependencies of each package that is part of the product.
fn dependencies() -> BTreeMap<String, BTreeSet<String>> {
    packages()
        .iter()
        .filter(|package| !["kurak-kit", "kurak-bench"].contains(&package["name"].as_str().unwrap()))
        .map(|package| {
            let normal = package["dependencies"].as_array().unwrap().iter().filter(|dependency| dependency["kind"].is_null());
            let names = normal.map(|dependency| dependency["name"].as_str().unwrap().to_owned()).collect();
            (short(package["name"].as_str().unwrap()).to_owned(), names)
        })
        .collect()
}

#[test]
fn nobody_imports_upwards_or_sideways() {
    let edges: BTreeMap<&str, &[&str]> = EDGES.iter().copied().collect();
    for (name, dependencies) in dependencies() {
        if name == "kurak" {
            continue;
        }
        let allowed = edges.get(name.as_str()).unwrap_or_else(|| panic!("{name} is a new room: give it a line in the table"));
        for dependency in dependencies.iter().filter_map(|dependency| dependency.strip_prefix("kurak-")) {
            assert!(allowed.contains(&dependency), "{name} may not import {dependency}");
        }
    }
}

#[test]
fn heavy_dependencies_stay_at_home() {
    for (name, dependencies) in dependencies() {
        for (heavy, homes) in HOMES {
            assert!(!dependencies.contains(*heavy) || homes.contains(&name.as_str()), "{heavy} is not at home in {name}");
        }
    }
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

#[test]
fn diesel_is_used_where_tables_are_known() {
    let mut files = Vec::new();
    sources(&root().join("src"), &mut files);
    for file in files {
        let inside = file.strip_prefix(root().join("src")).unwrap().to_path_buf();
        let first = inside.iter().next().and_then(|part| part.to_str()).unwrap();
        let name = inside.file_name().and_then(|name| name.to_str()).unwrap();
        let here = ["store", "jobs", "action"].contains(&first)
            || ["db.rs", "write.rs", "index.rs"].contains(&name)
            || inside.iter().any(|part| part == "db");
        let text = std::fs::read_to_string(&file).unwrap();
        let uses = text.lines().any(|line| !line.trim_start().starts_with("//") && line.contains("diesel::"));
        assert!(here || !uses, "{} uses diesel; queries belong in its db.rs", inside.display());
    }
}

#[test]
fn no_file_is_too_long() {
    let mut files = Vec::new();
    for folder in ["src", "tests", "benches"] {
        let folder = root().join(folder);
        if folder.exists() {
            sources(&folder, &mut files);
        }
    }
    for file in files {
        let lines = std::fs::read_to_string(&file).unwrap().lines().count();
        assert!(lines <= LINES, "{} has {lines} lines", file.display());
    }
}
