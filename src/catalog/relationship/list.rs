//! `package_relationships_list`.

use std::{collections::HashMap, sync::Arc};

use action::{Action, Ctx, Kind};
use base::{Error, Result};
use model::Document;
use serde_json::{Value, json};

use super::{db, forward, reverse};
use crate::package::allow::{find, needed};

action::declare! {
    /// Returns the relationships of a dataset, each as seen from there.
    pub struct List;
    /// Of which dataset.
    pub struct ListParams {
        /// Id or name of the dataset.
        id: String,
        /// Only those with this dataset.
        id2: String,
        /// Only those of this type.
        rel: String,
    }
}

impl Action for List {
    const NAME: &'static str = "package_relationships_list";
    const KIND: Kind = Kind::Read;
    type Params = ListParams;
    type Subject = (Arc<Document>, Option<Arc<Document>>);
    type Output = Vec<Value>;

    fn allow(ctx: &mut Ctx, params: &ListParams) -> Result<(Arc<Document>, Option<Arc<Document>>)> {
        let one = find(ctx, needed(params.id.as_ref(), "id")?, "First package named in request was not found.")?;
        let other = match params.id2.as_deref().filter(|id| !id.is_empty()) {
            Some(id) => Some(find(ctx, id, "Second package named in address was not found.")?),
            None => None,
        };
        if std::iter::once(&one).chain(&other).all(|document| ctx.actor.meets(&document.labels)) {
            return Ok((one, other));
        }
        Err(Error::denied(format!("User {} not authorized to read these packages", ctx.actor.name())))
    }

    fn run(ctx: &mut Ctx, params: ListParams, (one, other): (Arc<Document>, Option<Arc<Document>>)) -> Result<Vec<Value>> {
        let wanted = params.rel.as_deref().filter(|rel| !rel.is_empty() && *rel != "relationships");
        let mut rows = db::of_package(ctx.db()?, &one.id)?;
        rows.retain(|row| {
            let ahead = row.subject_package_id == one.id;
            let there = if ahead { &row.object_package_id } else { &row.subject_package_id };
            let kind = if ahead { row.type_.as_str() } else { reverse(&row.type_) };
            other.as_ref().is_none_or(|other| other.id == *there) && wanted.is_none_or(|wanted| wanted == kind)
        });
        if let (Some(wanted), true) = (wanted, rows.is_empty()) {
            let id2 = params.id2.unwrap_or_else(|| "None".to_owned());
            if forward(wanted).is_none() {
                return Err(Error::not_found(format!("Relationship \"{wanted}\" not found.")));
            }
            return Err(Error::not_found(format!(
                "Relationship \"{} {wanted} {id2}\" not found.",
                params.id.unwrap_or_default()
            )));
        }
        let ids: Vec<String> =
            rows.iter().flat_map(|row| [row.subject_package_id.clone(), row.object_package_id.clone()]).collect();
        let found = store::documents::list(ctx.db()?, &ids)?;
        let documents: HashMap<&str, &Document> = found.iter().map(|document| (document.id.as_str(), document)).collect();
        let mut list = Vec::with_capacity(rows.len());
        for row in &rows {
            let ahead = row.subject_package_id == one.id;
            let there = if ahead { &row.object_package_id } else { &row.subject_package_id };
            // The name of a dataset that the caller may not see stays unsaid.
            let Some(there) = documents.get(there.as_str()).filter(|there| ctx.actor.meets(&there.labels)) else { continue };
            let kind = if ahead { row.type_.as_str() } else { reverse(&row.type_) };
            list.push(json!({"subject": one.name, "type": kind, "object": there.name, "comment": row.comment}));
        }
        Ok(list)
    }
}
