//! `recently_changed_packages_activity_list`.

use action::{Action, Ctx, Kind};
use base::{ErrorDict, Result};

use super::{
    allow,
    db::{Scope, Wanted},
    of_package::run,
    view::View,
    window::{Moment, Number, Window},
};

action::declare! {
    /// Returns the activities of all datasets that the caller may see, newest first.
    pub struct Recent;
    /// Which part of the list.
    pub struct PartParams {
        /// How many to pass over.
        offset: Number,
        /// How many at most; 31 when left out, 100 at most, unless the site says otherwise.
        limit: Number,
        /// Only later ones: seconds since 1970.
        after: Moment,
        /// Only earlier ones: seconds since 1970.
        before: Moment,
    }
}

impl Action for Recent {
    const NAME: &'static str = "recently_changed_packages_activity_list";
    const KIND: Kind = Kind::Read;
    type Params = PartParams;
    type Subject = Wanted;
    type Output = Vec<View>;

    fn allow(ctx: &mut Ctx, params: &PartParams) -> Result<Wanted> {
        // CKAN checks the two times here, but does not go by them.
        part(ctx, params, Scope::Packages).map(|wanted| Wanted { after: None, before: None, ..wanted })
    }

    fn run(ctx: &mut Ctx, _params: PartParams, wanted: Wanted) -> Result<Vec<View>> {
        run(ctx, &wanted)
    }
}

/// That part of what the caller may see of a scope.
///
/// # Errors
/// Validation.
pub fn part(ctx: &Ctx, params: &PartParams, scope: Scope) -> Result<Wanted> {
    let mut errors = ErrorDict::default();
    let numbers = (params.limit.as_ref(), params.offset.as_ref());
    let edges = (params.after.as_ref(), params.before.as_ref());
    let window = Window::read(&ctx.app.settings.activity, numbers, edges, &mut errors);
    errors.into_result()?;
    Ok(Wanted {
        scope,
        labels: ctx.actor.labels(),
        hidden: allow::hidden(ctx),
        types: None,
        after: window.after,
        before: window.before,
        limit: window.limit,
        offset: window.offset,
    })
}
