//! The change log: one row a changed object, written in the transaction that changed it.

use std::sync::Arc;

use base::Result;
use diesel::{ExpressionMethods, PgConnection, RunQueryDsl};
use model::Document;

use crate::{error, schema::change_log};

/// What kind of thing changed; the `entity` column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Entity {
    Package,
    Group,
    User,
    Token,
    Member,
    HarvestSource,
    Vocabulary,
    /// An option of the site.
    Site,
}

impl Entity {
    /// The text in the table.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Package => "package",
            Self::Group => "group",
            Self::User => "user",
            Self::Token => "token",
            Self::Member => "member",
            Self::HarvestSource => "harvest_source",
            Self::Vocabulary => "vocabulary",
            Self::Site => "site",
        }
    }
}

/// What happened to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Create,
    Update,
    Delete,
    Purge,
}

impl Kind {
    /// The text in the table.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Update => "update",
            Self::Delete => "delete",
            Self::Purge => "purge",
        }
    }
}

/// A row of the log, as far as a follower needs it.
#[derive(Clone, Debug)]
pub struct Change {
    pub seq: i64,
    pub entity: String,
    pub id: String,
    /// The dataset as the change left it, where that is at hand.
    pub document: Option<Arc<Document>>,
}

/// Appends a row for a changed object (datasets have their own way: `store_packages`).
///
/// # Errors
/// What the database says.
pub fn append(connection: &mut PgConnection, entity: Entity, id: &str, kind: Kind) -> Result<Change> {
    let seq = diesel::insert_into(change_log::table)
        .values((change_log::entity.eq(entity.as_str()), change_log::id.eq(id), change_log::kind.eq(kind.as_str())))
        .returning(change_log::seq)
        .get_result(connection)
        .map_err(error::of)?;
    Ok(Change { seq, entity: entity.as_str().to_owned(), id: id.to_owned(), document: None })
}
