//! `/healthz`, `/readyz`, `/metrics`.

use std::{
    sync::{Arc, OnceLock},
    time::Duration,
};

use actix_web::{HttpResponse, http::StatusCode, web::Data};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use serde_json::json;
use store::Lane;

use crate::{
    action_api::Shared,
    envelope::{JSON, head},
};

static METRICS: OnceLock<Option<PrometheusHandle>> = OnceLock::new();

/// Bounds of the histogram of durations, in seconds.
const BOUNDS: [f64; 11] = [0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.1, 0.5, 2.0, 10.0];

/// Who asks whether we are ready wants to know soon.
const PATIENCE: Duration = Duration::from_secs(2);

/// Starts counting; once a process.
pub fn install() -> Option<&'static PrometheusHandle> {
    METRICS.get_or_init(|| PrometheusBuilder::new().set_buckets(&BOUNDS).ok()?.install_recorder().ok()).as_ref()
}

/// Adds up what was counted, also when nobody asks for it: else it would pile up in memory.
pub async fn keep() {
    let Some(handle) = install() else { return };
    let mut every = actix_web::rt::time::interval(Duration::from_secs(5));
    loop {
        every.tick().await;
        handle.run_upkeep();
    }
}

/// The process lives.
pub async fn healthz() -> HttpResponse {
    head(StatusCode::OK, true, "text/plain; charset=utf-8").body("ok\n")
}

/// Requests can be answered: the database is there, the index has caught up.
pub async fn readyz(shared: Data<Shared>) -> HttpResponse {
    let app = Arc::clone(&shared.app);
    let asked = shared.lanes.read.run(move || store::migrate::is_behind(&mut *app.pools.get(Lane::Read)?));
    let database = actix_web::rt::time::timeout(PATIENCE, asked).await.unwrap_or_else(|late| Err(base::Error::unavailable(late)));
    let index = shared.app.feed().is_some_and(store::Feed::is_ready);
    let database = match database {
        Ok(false) => "ok",
        Ok(true) => "its tables are older than this program",
        Err(_) => "does not answer",
    };
    let ready = database == "ok" && index;
    let body = json!({"ready": ready, "database": database, "index": if index { "ok" } else { "is catching up" }});
    head(if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE }, true, JSON).body(body.to_string())
}

/// Prometheus' text.
pub async fn metrics(shared: Data<Shared>) -> HttpResponse {
    let app = &shared.app;
    metrics::gauge!("kurak_index_documents").set(float(app.index.count()));
    metrics::gauge!("kurak_index_quarantined").set(float(u64::try_from(app.index.quarantined().len()).unwrap_or(u64::MAX)));
    if let Some(feed) = app.feed() {
        let sight = feed.sight();
        metrics::gauge!("kurak_index_sequence").set(float(sight.sequence.unsigned_abs()));
        metrics::gauge!("kurak_index_lag_seconds").set(sight.lag.as_secs_f64());
        metrics::counter!("kurak_index_rebuilds_total").absolute(feed.rebuilds());
    }
    let text = install().map(PrometheusHandle::render).unwrap_or_default();
    head(StatusCode::OK, true, "text/plain; version=0.0.4; charset=utf-8").body(text)
}

fn float(number: u64) -> f64 {
    u32::try_from(number).map_or(f64::MAX, f64::from)
}
