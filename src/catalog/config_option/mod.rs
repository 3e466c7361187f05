//! Options of the configuration that sysadmins may change while the program runs.

pub mod list;
pub mod show;
pub mod update;

use action::{Ctx, Row};
use base::{Error, Result};

/// The actions of this noun.
#[must_use]
pub fn rows() -> Vec<Row> {
    vec![Row::of::<list::List>(), Row::of::<show::Show>(), Row::of::<update::Update>()]
}

/// Sysadmins.
fn allow(ctx: &Ctx) -> Result<()> {
    if ctx.actor.is_sysadmin() { Ok(()) } else { Err(Error::denied("")) }
}
