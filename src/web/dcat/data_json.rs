//! `/data.json`: all public datasets as a catalog of DCAT-US 1.1, which harvesters of the Project Open Data start from.
//!
//! Must never show what not everybody may see, whoever asks.

use action::action::Input;
use actix_web::{
    HttpRequest, HttpResponse,
    http::{StatusCode, header},
    web::Data,
};
use serde_json::json;

use super::{Pairs, failure, is_fresh, settled, site, tag};
use crate::{
    action_api::Shared,
    envelope::{JSON, head},
    export::{self, Form},
    middleware::watch,
};

const ACTION: &str = "package_search";

/// All that is public, or what `q` and `fq` choose of it.
pub async fn answer(request: HttpRequest, query: Pairs, shared: Data<Shared>) -> HttpResponse {
    watch::tell_action(&request, ACTION);
    let query = query.into_inner();
    if let Err(error) = settled(&shared).await {
        return failure(&request, &shared, (ACTION, false), &error);
    }
    let app = &shared.app;
    let asked = |wanted: &str| {
        let values = query.iter().filter(|(name, value)| name == wanted && !value.is_empty());
        values.map(|(_, value)| value.clone()).collect::<Vec<String>>()
    };
    let (texts, mut filters) = (asked("q"), asked("fq"));
    let states = format!("{} {} {:?}", app.index.generation(), app.quotes.generation(), app.site());
    let tag = tag(format!("data.json {states}\n{texts:?}\n{filters:?}").as_bytes());
    if is_fresh(&request, &tag) {
        return HttpResponse::NotModified().insert_header((header::ETAG, tag)).finish();
    }
    filters.push("-dataset_type:(harvest OR showcase)".to_owned());
    let mut input = Input::from_iter([("fq_list".to_owned(), json!(filters))]);
    input.extend(texts.into_iter().next_back().map(|text| ("q".to_owned(), json!(text))));
    match export::begin(&shared, None, (input, None)).await {
        Ok(begun) => {
            let mut response = head(StatusCode::OK, false, JSON);
            response.insert_header((header::ETAG, tag));
            export::send(&request, &shared, response, (begun, Form::dcat_us(site(app))))
        }
        Err(error) => failure(&request, &shared, (ACTION, false), &error),
    }
}
