//! `group_activity_list`, and how a group or an organization is asked for its activities.

use action::{Action, Ctx, Documented, Kind};
use base::{ErrorDict, Result};

use super::{
    db::{Scope, Wanted},
    of_package::{ListParams, run, wanted},
    view::View,
};
use crate::group::{self, Family};

/// See its help text.
pub struct OfGroup;

impl Documented for OfGroup {
    const DOC: &'static str = " Returns the activities of a group and of its public datasets, newest first.\n";
}

/// The same for both families.
macro_rules! of_family {
    ($action:ident, $name:literal, $family:ident) => {
        impl Action for $action {
            const NAME: &'static str = $name;
            const KIND: Kind = Kind::Read;
            type Params = ListParams;
            type Subject = Wanted;
            type Output = Vec<View>;

            fn allow(ctx: &mut Ctx, params: &ListParams) -> Result<Wanted> {
                let mut errors = ErrorDict::default();
                let (id, wanted) = wanted(ctx, params, &mut errors);
                errors.into_result()?;
                let found = group::allow::find(ctx, Family::$family, &id, "")?;
                group::allow::may_read(ctx, &found.row, false)?;
                Ok(Wanted { scope: Scope::$family(found.row.id.clone()), ..wanted })
            }

            fn run(ctx: &mut Ctx, _params: ListParams, wanted: Wanted) -> Result<Vec<View>> {
                run(ctx, &wanted)
            }
        }
    };
}
pub(super) use of_family;

of_family!(OfGroup, "group_activity_list", Group);
