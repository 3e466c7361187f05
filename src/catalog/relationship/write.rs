//! Storing a relationship: the row, and both datasets as they show it.

use action::Ctx;
use base::Result;
use serde_json::{Value, json};

use super::{
    allow::Pair,
    db::{self, RelationshipRow},
};
use crate::package;

/// Renders datasets anew with the relationships that they have now to public datasets; neither their date nor their
/// history changes. Whoever sees a dataset sees these, so others must not be among them.
///
/// # Errors
/// What the database says.
pub fn refresh(ctx: &mut Ctx, ids: &[String]) -> Result<()> {
    let mut related = Vec::with_capacity(ids.len());
    for id in ids.iter().collect::<std::collections::BTreeSet<_>>() {
        let mut rows = db::of_package(ctx.db()?, id)?;
        let others: Vec<&str> = rows.iter().map(|row| row.other(id)).collect();
        let open = db::public_of(ctx.db()?, &others)?;
        rows.retain(|row| open.iter().any(|open| open == row.other(id)));
        let side = |subject: bool| {
            let own = |row: &&RelationshipRow| *id == *if subject { &row.subject_package_id } else { &row.object_package_id };
            rows.iter().filter(own).map(shown).collect::<Vec<Value>>()
        };
        related.push((id.clone(), side(true), side(false)));
    }
    package::write::relate(ctx, related)
}

/// Renders anew what is related to datasets that have become public or are so no longer.
///
/// # Errors
/// What the database says.
pub fn refresh_around(ctx: &mut Ctx, ids: &[String]) -> Result<()> {
    if ids.is_empty() {
        return Ok(());
    }
    let rows = db::of_packages(ctx.db()?, ids)?;
    let around: Vec<String> = rows.into_iter().flat_map(|row| [row.subject_package_id, row.object_package_id]).collect();
    refresh(ctx, &around)
}

/// As a dataset shows it (shape `package_relationship`; CKAN's own answers have the ids in `__extras` alone).
fn shown(row: &RelationshipRow) -> Value {
    json!({
        "__extras": {"object_package_id": row.object_package_id, "subject_package_id": row.subject_package_id},
        "comment": row.comment,
        "id": row.id,
        "object_package_id": row.object_package_id,
        "state": "active",
        "subject_package_id": row.subject_package_id,
        "type": row.type_,
    })
}

/// Stores a relationship with a comment, and answers it as the caller sees it.
///
/// # Errors
/// What the database says.
pub fn put(ctx: &mut Ctx, pair: &Pair, known: Option<RelationshipRow>, comment: String) -> Result<Value> {
    let (subject, object, kind) = pair.ahead()?;
    let same = known.as_ref().is_some_and(|row| row.comment == comment);
    if !same {
        let row = RelationshipRow {
            id: known.map_or_else(base::id::new, |row| row.id),
            subject_package_id: subject.to_owned(),
            object_package_id: object.to_owned(),
            type_: kind.to_owned(),
            comment: comment.clone(),
        };
        db::put(ctx.db()?, &row)?;
        refresh(ctx, &[pair.subject.id.clone(), pair.object.id.clone()])?;
    }
    let names = |id: &str| if id == pair.subject.id { pair.subject.name.clone() } else { pair.object.name.clone() };
    Ok(json!({"subject": names(subject), "type": kind, "object": names(object), "comment": comment}))
}
