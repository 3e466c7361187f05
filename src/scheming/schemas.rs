//! All schemas of a site: those that its options name, and those that are built in.

use std::{collections::HashSet, path::PathBuf, sync::Arc};

use base::{Error, Result};

use crate::{
    builtin, declare, file,
    fluent::Languages,
    preset,
    schema::{Family, Schema},
};

/// Files of one option.
const FILES: usize = 100;

/// What the options say.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    /// `scheming.dataset_schemas`, `scheming.group_schemas`, `scheming.organization_schemas`.
    pub files: [Vec<String>; 3],
    /// `scheming.dataset_fallback` and the others: a type without a schema is refused.
    pub fallback: [bool; 3],
    /// `scheming.presets`; the first one counts most.
    pub presets: Vec<String>,
    /// Where files are looked for: the folder of the configuration, then `kurak.schema_folders`.
    pub folders: Vec<PathBuf>,
    /// Languages of forms where a schema names none.
    pub languages: Vec<String>,
}

/// The schemas of a site.
#[derive(Clone, Debug)]
pub struct Schemas {
    listed: Vec<Arc<Schema>>,
    fallback: [bool; 3],
}

impl Default for Schemas {
    /// Those that are built in.
    fn default() -> Self {
        let listed = Family::ALL.iter().map(|family| Arc::new(builtin::schema(*family))).collect();
        Self { listed, fallback: [false; 3] }
    }
}

impl Schemas {
    /// Reads and checks what the options name.
    ///
    /// # Errors
    /// BadRequest with the option, the file, the field and what is wrong.
    pub fn load(sources: &Sources) -> Result<Self> {
        let wrong = |option: &str, named: &str, fault: &str| Error::bad_request(format!("{option}: {named}: {fault}"));
        let read = |option: &str, named: &String| {
            let path = file::find(named, &sources.folders).map_err(|fault| wrong(option, named, &fault))?;
            file::read(&path).map_err(|fault| wrong(option, &path.display().to_string(), &fault))
        };
        let mut presets = preset::built_in();
        for named in sources.presets.iter().rev() {
            let option = "scheming.presets";
            match read(option, named) {
                Ok(file) => preset::add(&mut presets, &file).map_err(|fault| wrong(option, named, &fault))?,
                Err(_missing) if preset::KNOWN_FILES.contains(&named.as_str()) => {}
                Err(error) => return Err(error),
            }
        }
        let languages = Languages::of_site(sources.languages.clone());
        let mut listed = Vec::new();
        for (family, files) in Family::ALL.into_iter().zip(&sources.files) {
            let option = format!("scheming.{}_schemas", family.word());
            if files.len() > FILES {
                return Err(wrong(&option, &files.len().to_string(), "there are more files than 100"));
            }
            let mut kinds = HashSet::new();
            for named in files {
                let content = read(&option, named)?;
                let schema =
                    declare::schema(&content, family, &presets, &languages).map_err(|fault| wrong(&option, named, &fault))?;
                if !kinds.insert(schema.kind.clone()) {
                    return Err(wrong(&option, named, &format!("the type {} has a schema already", schema.kind)));
                }
                listed.push(Arc::new(schema));
            }
            if !kinds.contains(family.word()) {
                listed.push(Arc::new(builtin::schema(family)));
            }
        }
        Ok(Self { listed, fallback: sources.fallback })
    }

    /// Types that have a schema, in the order in which they are named.
    pub fn kinds(&self, family: Family) -> impl Iterator<Item = &str> {
        self.listed.iter().filter(move |schema| schema.family == family).map(|schema| schema.kind.as_str())
    }

    /// The schema of a type.
    #[must_use]
    pub fn find(&self, family: Family, kind: &str) -> Option<&Arc<Schema>> {
        self.listed.iter().find(|schema| schema.family == family && schema.kind == kind)
    }

    /// The schema of a type, if the site declares one.
    #[must_use]
    pub fn declared(&self, family: Family, kind: &str) -> Option<&Arc<Schema>> {
        self.find(family, kind).filter(|schema| schema.declared)
    }

    /// True for a field that one of the site's schemas declares and that is none of CKAN's own.
    #[must_use]
    pub fn declares(&self, family: Family, field: &str) -> bool {
        self.listed.iter().any(|schema| schema.family == family && schema.own.iter().any(|name| name == field))
    }

    /// Fields of resources, some of them CKAN's own, that the site's schemas declare.
    pub fn resource_fields(&self) -> impl Iterator<Item = &str> {
        let declared = self.listed.iter().filter(|schema| schema.declared);
        declared.flat_map(|schema| &schema.resource_fields).map(|field| field.name.as_str())
    }

    /// True where things of such a type may not be made: it has no schema, and the site wants one of each.
    #[must_use]
    pub fn refuses(&self, family: Family, kind: &str) -> bool {
        let wanted = Family::ALL.iter().zip(self.fallback).any(|(of, fallback)| *of == family && fallback);
        wanted && self.declared(family, kind).is_none()
    }

    /// How many are the site's.
    #[must_use]
    pub fn count_declared(&self) -> usize {
        self.listed.iter().filter(|schema| schema.declared).count()
    }
}
