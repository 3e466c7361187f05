//! Groups, which collect datasets, and what they share with organizations, which own them: one table, one way of
//! reading, checking, storing and showing.

pub mod allow;
pub mod autocomplete;
pub mod check;
pub mod create;
pub mod db;
pub mod delete;
pub mod list;
pub mod list_authz;
pub mod lists;
pub mod package_show;
pub mod patch;
pub mod purge;
pub mod show;
pub mod update;
pub mod view;
pub mod write;

use action::Row;
use store::quotes::GroupRow;

/// Which of the two a call is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    Organization,
    Group,
}

impl Family {
    /// The word in messages, and the type of those that name none.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Organization => "organization",
            Self::Group => "group",
        }
    }

    /// Which of the two a row is.
    #[must_use]
    pub fn of(row: &GroupRow) -> Self {
        if row.is_organization { Self::Organization } else { Self::Group }
    }

    /// Whose schemas say what fields it has.
    #[must_use]
    pub fn schemas(self) -> scheming::Family {
        match self {
            Self::Organization => scheming::Family::Organization,
            Self::Group => scheming::Family::Group,
        }
    }

    /// The column that tells them apart.
    #[must_use]
    pub fn is_organization(self) -> bool {
        self == Self::Organization
    }
}

/// The actions of this noun.
#[must_use]
pub fn rows() -> Vec<Row> {
    vec![
        Row::of::<autocomplete::Autocomplete>(),
        Row::of::<create::Create>(),
        Row::of::<delete::Delete>(),
        Row::of::<list::List>(),
        Row::of::<list_authz::ListAuthz>(),
        Row::of::<package_show::PackageShow>(),
        Row::of::<patch::Patch>(),
        Row::of::<purge::Purge>(),
        Row::of::<show::Show>(),
        Row::of::<update::Update>(),
    ]
}
