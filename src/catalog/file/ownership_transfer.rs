//! `file_ownership_transfer`.

use action::{Action, Ctx, Kind};
use base::{Error, Result};

use super::{
    allow::{self, Doing},
    db::{self, Owned, OwnerRow},
    view::View,
};
use crate::package::allow::all_needed;

action::declare! {
    /// Gives a file to another owner: a user, dataset, resource, group, organization or anything else.
    ///
    /// For who may edit the file and its new owner, and for sysadmins.
    pub struct OwnershipTransfer;
    /// Which file, and to whom.
    pub struct OwnershipTransferParams {
        /// Id of the file.
        id: String,
        /// Id of the new owner.
        owner_id: String,
        /// What the new owner is: user, package, resource, group, organization …
        owner_type: String,
        /// True: also a pinned file.
        force: bool = false,
        /// True: pinned from then on.
        pin: bool = false,
    }
}

impl Action for OwnershipTransfer {
    const NAME: &'static str = "file_ownership_transfer";
    const KIND: Kind = Kind::Write;
    type Params = OwnershipTransferParams;
    type Subject = Owned;
    type Output = View;

    fn allow(ctx: &mut Ctx, params: &OwnershipTransferParams) -> Result<Owned> {
        let [id, owner_id, owner_type] = all_needed([
            ("id", params.id.as_ref()),
            ("owner_id", params.owner_id.as_ref()),
            ("owner_type", params.owner_type.as_ref()),
        ])?;
        allow::must_be_known(ctx, Self::NAME)?;
        let found = db::find(ctx.db()?, id, true)?;
        if ctx.actor.is_sysadmin() {
            return found.ok_or_else(|| Error::not_found("file"));
        }
        let is_pinned = |owned: &Owned| owned.1.as_ref().is_some_and(|owner| owner.pinned);
        let owned = found.filter(|owned| params.force || !is_pinned(owned));
        let owned = owned.ok_or_else(|| Error::denied("File is pinned"))?;
        let allowed = allow::permits(ctx, &owned, Doing::Update)?
            && ctx.app.settings.files.transfer_as_update
            && allow::owner_permits(ctx, (owner_type, owner_id), Doing::Update)?;
        if allowed { Ok(owned) } else { Err(Error::denied("Not allowed to transfer ownership")) }
    }

    fn run(ctx: &mut Ctx, params: OwnershipTransferParams, (file, before): Owned) -> Result<View> {
        let owner = OwnerRow {
            file_id: file.id.clone(),
            owner_id: params.owner_id.unwrap_or_default(),
            owner_type: params.owner_type.unwrap_or_default(),
            pinned: params.pin,
        };
        if let Some(before) = before {
            if before.pinned && !params.force {
                return Err(Error::invalid("force", "Must be enabled to transfer pinned files"));
            }
            if (&before.owner_type, &before.owner_id) != (&owner.owner_type, &owner.owner_id) {
                let actor = ctx.actor.name().to_owned();
                db::archive(ctx.db()?, &before, &actor)?;
            }
        }
        db::put_owner(ctx.db()?, &owner)?;
        Ok(View::new(file, Some(owner)))
    }
}
