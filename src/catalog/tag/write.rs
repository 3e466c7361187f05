//! Removing tags: the datasets that carry them are stored anew without them, by the one write path of datasets.

use std::collections::HashSet;

use action::Ctx;
use base::Result;

use super::db;
use crate::package;

/// Datasets that are stored at a time.
const BATCH: usize = 500;

/// Removes tags from the portal and from every dataset, whose `metadata_modified` stays as it is.
///
/// # Errors
/// What the database says.
pub fn remove(ctx: &mut Ctx, ids: &[String]) -> Result<()> {
    if ids.is_empty() {
        return Ok(());
    }
    db::lock(ctx.db()?, ids)?;
    let carriers = db::carriers(ctx.db()?, ids)?;
    let tags: HashSet<String> = ids.iter().cloned().collect();
    for chunk in carriers.chunks(BATCH) {
        package::untag_many(ctx, chunk, &tags)?;
    }
    db::delete(ctx.db()?, ids)
}
