//! `organization_activity_list`.

use action::{Action, Ctx, Documented, Kind};
use base::{ErrorDict, Result};

use super::{
    db::{Scope, Wanted},
    of_group::of_family,
    of_package::{ListParams, run, wanted},
    view::View,
};
use crate::group::{self, Family};

/// See its help text.
pub struct OfOrganization;

impl Documented for OfOrganization {
    const DOC: &'static str = " Returns the activities of an organization and of its public datasets, newest first.\n";
}

of_family!(OfOrganization, "organization_activity_list", Organization);
