//! `/api/util/…/autocomplete`, with or without a version: what CKAN's own pages and the scripts made after them ask. Each is an
//! action in another wrapping (ckan-api 1, routes.tsv).

use actix_web::{
    HttpRequest, HttpResponse,
    web::{Data, Query, ServiceConfig},
};
use base::Error;
use serde_json::{Map, Value, json};

use crate::{
    action_api::{self, Shared, proof_of},
    envelope::{self, Asked},
    extract::callback,
    middleware::watch,
    routes::read,
    script,
};

/// One address: the action behind it, the parameter that holds what was typed, how many are answered when nothing is said, and
/// what else is passed on.
struct Completion {
    address: &'static str,
    action: &'static str,
    typed: &'static str,
    limit: u32,
    passed: &'static [&'static str],
    /// The member that each result is put under, in CKAN's oldest form of a list.
    member: Option<Member>,
}

#[derive(Clone, Copy)]
enum Member {
    Whole,
    Named(&'static str),
}

const COMPLETIONS: &[Completion] = &[
    Completion {
        address: "dataset/autocomplete",
        action: "package_autocomplete",
        typed: "incomplete",
        limit: 10,
        passed: &[],
        member: Some(Member::Whole),
    },
    Completion {
        address: "tag/autocomplete",
        action: "tag_autocomplete",
        typed: "incomplete",
        limit: 10,
        passed: &["vocabulary_id"],
        member: Some(Member::Named("Name")),
    },
    Completion {
        address: "resource/format_autocomplete",
        action: "format_autocomplete",
        typed: "incomplete",
        limit: 5,
        passed: &[],
        member: Some(Member::Named("Format")),
    },
    Completion {
        address: "user/autocomplete",
        action: "user_autocomplete",
        typed: "q",
        limit: 20,
        passed: &["ignore_self"],
        member: None,
    },
    Completion { address: "group/autocomplete", action: "group_autocomplete", typed: "q", limit: 20, passed: &[], member: None },
    Completion {
        address: "organization/autocomplete",
        action: "organization_autocomplete",
        typed: "q",
        limit: 20,
        passed: &[],
        member: None,
    },
];

type Pairs = Query<Vec<(String, String)>>;

/// The addresses.
pub fn routes(config: &mut ServiceConfig) {
    for completion in COMPLETIONS {
        for before in ["/api/util/", "/api/{version:[12]}/util/"] {
            let answer = move |request: HttpRequest, query: Pairs, shared: Data<Shared>| async move {
                complete(completion, &request, query.into_inner(), &shared).await
            };
            config.service(read(&format!("{before}{}", completion.address), answer));
        }
    }
}

async fn complete(
    completion: &Completion,
    request: &HttpRequest,
    query: Vec<(String, String)>,
    shared: &Data<Shared>,
) -> HttpResponse {
    watch::tell_action(request, completion.action);
    let value =
        |name: &str| query.iter().find(|(known, value)| known == name && !value.is_empty()).map(|(_, value)| value.as_str());
    // A script is for anybody's page, so it holds what anybody may see.
    let is_script = callback(request.method(), request.query_string()).is_some();
    let proof = if is_script { None } else { proof_of(request, shared) };
    let known = proof.is_some();
    let found = match value(completion.typed) {
        None => Ok(Value::Array(Vec::new())),
        Some(typed) => {
            let mut input = Map::from_iter([("q".to_owned(), json!(typed))]);
            input.insert("limit".to_owned(), value("limit").map_or_else(|| json!(completion.limit), |limit| json!(limit)));
            for name in completion.passed {
                input.extend(value(name).map(|value| ((*name).to_owned(), json!(value))));
            }
            action_api::run(shared, completion.action, proof, input)
                .await
                .and_then(|answer| serde_json::from_str(&answer.result).map_err(Error::internal))
        }
    };
    match found {
        Ok(found) => script::answer(request, known, &wrapped(completion.member, found).to_string()),
        Err(error) => {
            let id = watch::id_of(request);
            let site = shared.app.site();
            let asked = Asked {
                site_url: &site.url,
                action: completion.action,
                known,
                callback: None,
                request: &id,
                spoken: crate::language::of(request, &shared.app.settings).failures,
            };
            envelope::failure(asked, &error, None)
        }
    }
}

fn wrapped(member: Option<Member>, found: Value) -> Value {
    let Some(member) = member else { return found };
    let results = match (member, found) {
        (Member::Named(name), Value::Array(values)) => values.into_iter().map(|value| json!({name: value})).collect(),
        (_, found) => found,
    };
    json!({"ResultSet": {"Result": results}})
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_wrapped_as_ckan_wraps_them() {
        assert_eq!(wrapped(Some(Member::Named("Name")), json!(["a"])), json!({"ResultSet": {"Result": [{"Name": "a"}]}}));
        assert_eq!(wrapped(Some(Member::Whole), json!([{"n": 1}])), json!({"ResultSet": {"Result": [{"n": 1}]}}));
        assert_eq!(wrapped(None, json!([1])), json!([1]));
    }
}
