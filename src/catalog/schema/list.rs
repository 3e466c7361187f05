//! `scheming_dataset_schema_list` and its like.

use action::{Action, Ctx, Documented, Kind};
use base::Result;
use scheming::Family;

action::declare! {
    /// Returns the types of datasets that have a schema.
    pub struct DatasetList;
    /// Nothing.
    pub struct ListParams {}
}

/// See its help text.
pub struct GroupList;

/// See its help text.
pub struct OrganizationList;

impl Documented for GroupList {
    const DOC: &'static str = " Returns the types of groups that have a schema.\n";
}

impl Documented for OrganizationList {
    const DOC: &'static str = " Returns the types of organizations that have a schema.\n";
}

macro_rules! lists {
    ($action:ident, $name:literal, $family:expr) => {
        impl Action for $action {
            const NAME: &'static str = $name;
            const KIND: Kind = Kind::Read;
            type Params = ListParams;
            type Subject = ();
            type Output = Vec<String>;

            fn allow(_ctx: &mut Ctx, _params: &ListParams) -> Result<()> {
                Ok(())
            }

            fn run(ctx: &mut Ctx, _params: ListParams, (): ()) -> Result<Vec<String>> {
                Ok(ctx.app.settings.schemas.kinds($family).map(str::to_owned).collect())
            }
        }
    };
}

lists!(DatasetList, "scheming_dataset_schema_list", Family::Dataset);
lists!(GroupList, "scheming_group_schema_list", Family::Group);
lists!(OrganizationList, "scheming_organization_schema_list", Family::Organization);
