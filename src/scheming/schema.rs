//! A schema as it is kept: what clients are shown of it, and its fields, ready to check.

use serde_json::Value;

use crate::step::Step;

/// What a schema is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    Dataset,
    Group,
    Organization,
}

impl Family {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Dataset, Self::Group, Self::Organization];

    /// The word in names of keys and options, and the type of those that name none.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Dataset => "dataset",
            Self::Group => "group",
            Self::Organization => "organization",
        }
    }
}

/// A schema of one type of datasets, groups or organizations.
#[derive(Clone, Debug)]
pub struct Schema {
    pub(crate) family: Family,
    pub(crate) kind: String,
    pub(crate) raw: Value,
    pub(crate) expanded: Value,
    pub(crate) fields: Vec<Field>,
    pub(crate) resource_fields: Vec<Field>,
    pub(crate) own: Vec<String>,
    /// The site's, none that is built in: those are what the catalog does by itself.
    pub(crate) declared: bool,
}

/// A field, with its validators in their order.
#[derive(Clone, Debug)]
pub struct Field {
    pub(crate) name: String,
    /// The publisher's, none of CKAN's.
    pub(crate) own: bool,
    pub(crate) steps: Vec<Step>,
    /// Instead of `steps` where something new is made.
    pub(crate) create: Option<Vec<Step>>,
    pub(crate) output: Vec<Step>,
    /// The field that is called by this one's text in the portal's language.
    pub(crate) mirrors: Option<String>,
    pub(crate) subfields: Option<Vec<Field>>,
}

impl Schema {
    /// The type that it is of.
    #[must_use]
    pub fn kind(&self) -> &str {
        &self.kind
    }

    /// As clients are shown it: with the keys of presets, or as it was written.
    #[must_use]
    pub fn shown(&self, expanded: bool) -> &Value {
        if expanded { &self.expanded } else { &self.raw }
    }

    /// Names of the fields that are none of CKAN's own.
    #[must_use]
    pub fn own_fields(&self) -> &[String] {
        &self.own
    }
}
