//! One dataset as RDF.

use std::sync::Arc;

use action::{Ctx, Kind};
use actix_web::{
    HttpRequest, HttpResponse,
    http::{StatusCode, header},
};
use auth::Actor;
use base::Error;
use catalog::package::allow;
use dcat::Format;
use url::form_urlencoded;

use super::{failure, is_fresh, not_modified, package, site, tag};
use crate::{
    action_api::{Shared, proof_of},
    envelope::head,
    middleware::watch,
};

const ACTION: &str = "dcat_dataset_show";

/// The profile for search engines; it is JSON-LD alone.
const SCHEMA_ORG: &str = "schemaorg";

/// Whoever may see the dataset gets it; the tag is that of the bytes, the same on every node and after a restart.
pub async fn answer(request: &HttpRequest, shared: &Shared, format: Format) -> HttpResponse {
    watch::tell_action(request, ACTION);
    let for_engines =
        form_urlencoded::parse(request.query_string().as_bytes()).any(|(name, value)| name == "profiles" && value == SCHEMA_ORG);
    if for_engines && format != Format::JsonLd {
        let error = Error::invalid("profiles", format!("The profile {SCHEMA_ORG} is written as JSON-LD alone"));
        return failure(request, shared, (ACTION, false), &error);
    }
    let id = request.match_info().get("id").unwrap_or_default().to_owned();
    let (app, proof) = (Arc::clone(&shared.app), proof_of(request, shared));
    let known = proof.is_some();
    let written = shared
        .lanes
        .read
        .run(move || {
            let actor = proof.map_or_else(|| Ok(Actor::anonymous()), |proof| app.actors.resolve(&app.pools, &proof))?;
            let actor = if actor.is_within(ACTION, true) { actor } else { Actor::anonymous() };
            let mut ctx = Ctx::new(&app, &actor, Kind::Read);
            let document = allow::find(&mut ctx, &id, "")?;
            allow::may_read(&actor, &document)?;
            drop(ctx);
            let package = package(&app, &document.body, &document.groups)?;
            if for_engines { dcat::schemaorg(&package, &site(&app)) } else { dcat::dataset(&package, &site(&app), format) }
        })
        .await;
    let bytes = match written {
        Ok(bytes) => bytes,
        Err(error) => return failure(request, shared, (ACTION, known), &error),
    };
    let tag = tag(bytes.as_ref());
    if is_fresh(request, &tag) {
        return not_modified(known, format, &tag);
    }
    head(StatusCode::OK, known, format.content_type()).insert_header((header::ETAG, tag)).body(bytes)
}
