//! Relationships between datasets: one depends on, derives from, links to or is a child of another. Each dataset shows
//! those that it has (`relationships_as_subject`, `relationships_as_object`), so a change of one renders both anew.

pub mod allow;
pub mod create;
pub mod db;
pub mod delete;
pub mod list;
pub mod update;
pub mod write;

use action::Row;

/// The actions of this noun.
#[must_use]
pub fn rows() -> Vec<Row> {
    vec![Row::of::<create::Create>(), Row::of::<delete::Delete>(), Row::of::<list::List>(), Row::of::<update::Update>()]
}

/// Forward types, which are stored, each with its reverse.
const TYPES: [(&str, &str); 4] =
    [("depends_on", "dependency_of"), ("derives_from", "has_derivation"), ("links_to", "linked_from"), ("child_of", "parent_of")];

/// The forward type behind a type, and whether that is its reverse; `None` when there is no such type.
#[must_use]
pub fn forward(kind: &str) -> Option<(&'static str, bool)> {
    TYPES.iter().find(|(ahead, back)| *ahead == kind || *back == kind).map(|(ahead, back)| (*ahead, *back == kind))
}

/// The reverse of a forward type.
#[must_use]
pub fn reverse(forward: &str) -> &str {
    TYPES.iter().find(|(ahead, _)| *ahead == forward).map_or(forward, |(_, back)| *back)
}

/// Every type, as CKAN's message lists them.
#[must_use]
pub fn all_types() -> String {
    let words: Vec<String> = TYPES.iter().flat_map(|(ahead, back)| [format!("'{ahead}'"), format!("'{back}'")]).collect();
    format!("[{}]", words.join(", "))
}
