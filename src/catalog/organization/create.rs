//! `organization_create`.

use action::{Action, Ctx, FileField, Kind, Raw};
use base::Result;

use crate::{
    group::{
        Family, allow,
        create::{fields, make},
    },
    picture,
};

action::declare! {
    /// Creates an organization, whose admin is who made it.
    pub struct Create;
    /// The organization.
    pub struct CreateParams(fields());
}

impl Action for Create {
    const NAME: &'static str = "organization_create";
    const KIND: Kind = Kind::Write;
    const FILES: &'static [FileField] = picture::OF_GROUP;
    type Params = CreateParams;
    type Subject = ();
    type Output = Raw;

    fn allow(ctx: &mut Ctx, _params: &CreateParams) -> Result<()> {
        allow::may_create(ctx, Family::Organization)
    }

    fn run(ctx: &mut Ctx, params: CreateParams, (): ()) -> Result<Raw> {
        make(ctx, Family::Organization, &params.0)
    }
}
