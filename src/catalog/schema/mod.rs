//! The schemas of the site: what they say of what is written, and how front ends read them to make their forms
//! (ckanext-scheming).

pub mod apply;
pub mod db;
pub mod list;
pub mod restate;
pub mod show;

use action::Row;

/// The actions of this noun.
#[must_use]
pub fn rows() -> Vec<Row> {
    vec![
        Row::of::<list::DatasetList>(),
        Row::of::<list::GroupList>(),
        Row::of::<list::OrganizationList>(),
        Row::of::<show::DatasetShow>(),
        Row::of::<show::GroupShow>(),
        Row::of::<show::OrganizationShow>(),
    ]
}
