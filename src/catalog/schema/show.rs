//! `scheming_dataset_schema_show` and its like.

use std::sync::Arc;

use action::{Action, Ctx, Documented, Kind, Raw};
use base::{Error, Result};
use scheming::{Family, Schema};

use crate::package::allow::needed;

action::declare! {
    /// Returns the schema of a type of datasets: its fields, with their labels, choices and validators.
    pub struct DatasetShow;
    /// Which type.
    pub struct ShowParams {
        /// The type.
        r#type: String,
        /// False: fields as they were written, without the keys of their presets.
        expanded: bool = true,
    }
}

/// See its help text.
pub struct GroupShow;

/// See its help text.
pub struct OrganizationShow;

impl Documented for GroupShow {
    const DOC: &'static str = " Returns the schema of a type of groups: its fields, with their labels, choices and validators.\n";
}

impl Documented for OrganizationShow {
    const DOC: &'static str =
        " Returns the schema of a type of organizations: its fields, with their labels, choices and validators.\n";
}

macro_rules! shows {
    ($action:ident, $name:literal, $family:expr) => {
        impl Action for $action {
            const NAME: &'static str = $name;
            const KIND: Kind = Kind::Read;
            type Params = ShowParams;
            type Subject = Arc<Schema>;
            type Output = Raw;

            fn allow(ctx: &mut Ctx, params: &ShowParams) -> Result<Arc<Schema>> {
                let kind = needed(params.r#type.as_ref(), "type")?;
                ctx.app.settings.schemas.find($family, kind).cloned().ok_or_else(|| Error::not_found(""))
            }

            fn run(_ctx: &mut Ctx, params: ShowParams, schema: Arc<Schema>) -> Result<Raw> {
                Ok(Raw(schema.shown(params.expanded).to_string()))
            }
        }
    };
}

shows!(DatasetShow, "scheming_dataset_schema_show", Family::Dataset);
shows!(GroupShow, "scheming_group_schema_show", Family::Group);
shows!(OrganizationShow, "scheming_organization_schema_show", Family::Organization);
