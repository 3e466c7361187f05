//! `member_roles_list`.

use action::{Action, Ctx, Kind};
use auth::Role;
use base::Result;
use serde::Serialize;

action::declare! {
    /// Returns the roles that members can have.
    pub struct RolesList;
    /// Where.
    pub struct RolesListParams {
        /// organization or group; groups have no editors.
        group_type: String,
    }
}

/// A role and what it is called.
#[derive(Serialize)]
pub struct RoleView {
    text: &'static str,
    value: &'static str,
}

impl Action for RolesList {
    const NAME: &'static str = "member_roles_list";
    const KIND: Kind = Kind::Read;
    type Params = RolesListParams;
    type Subject = ();
    type Output = Vec<RoleView>;

    fn allow(_ctx: &mut Ctx, _params: &RolesListParams) -> Result<()> {
        Ok(())
    }

    fn run(_ctx: &mut Ctx, params: RolesListParams, (): ()) -> Result<Vec<RoleView>> {
        let with_editors = params.group_type.as_deref() != Some("group");
        let roles = Role::ALL.into_iter().rev().filter(|role| with_editors || *role != Role::Editor);
        Ok(roles.map(|role| RoleView { text: role.title(), value: role.as_str() }).collect())
    }
}
