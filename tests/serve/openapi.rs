//! `schema/openapi.json` is what the server does: every route of the router is in it and the reverse, and every answer that the
//! tests here get from the API is one that it describes.

use super::commands::People;
use super::world::secret;
use axum::body::Body;
use http::Request;
use regex::Regex;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

const METHODS: [&str; 5] = ["delete", "get", "patch", "post", "put"];

fn document() -> Value {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("schema/openapi.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

/// The operation that a request is, as the document has it: of several the one with the most words of its own.
fn operation<'d>(document: &'d Value, method: &str, path: &str) -> Option<&'d Value> {
    let path = path.split('?').next().unwrap();
    let template = |template: &str| {
        let parts: Vec<String> = template
            .split('/')
            .map(|part| match part {
                "{rest}" => ".+".to_owned(),
                // Its name may hold slashes.
                "{id}" if template.ends_with("{id}") && !template.starts_with("/v1/incidents") => {
                    ".+".to_owned()
                }
                part if part.starts_with('{') => "[^/]+".to_owned(),
                part => regex::escape(part),
            })
            .collect();
        Regex::new(&format!("^{}$", parts.join("/"))).unwrap()
    };
    let paths = document["paths"].as_object().unwrap().iter();
    let hits = paths.filter(|(known, item)| item.get(method).is_some() && template(known).is_match(path));
    let best = hits.max_by_key(|(known, _)| known.split('/').filter(|part| !part.starts_with('{')).count());
    best.map(|(_, item)| &item[method])
}

fn resolved<'d>(document: &'d Value, value: &'d Value) -> &'d Value {
    match value["$ref"].as_str() {
        Some(reference) => document.pointer(reference.trim_start_matches('#')).unwrap(),
        None => value,
    }
}

fn is(document: &Value, schema: &Value, value: &Value, what: &str) {
    let whole = json!({ "allOf": [schema], "components": document["components"] });
    let validator = jsonschema::draft202012::new(&whole).unwrap();
    let errors: Vec<String> =
        validator.iter_errors(value).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{what} is not what openapi.json says:\n{}\n{value:#}", errors.join("\n"));
}

/// Whether the document describes this answer, and, where it was a good one, what was asked.
pub fn describes(method: &str, path: &str, asked: Option<&Value>, status: u16, answer: &Value) {
    let document = document();
    let Some(operation) = operation(&document, &method.to_lowercase(), path) else {
        assert!([404, 405].contains(&status), "{method} {path} is not in openapi.json and answers {status}");
        return;
    };
    let what = format!("the {status} of {method} {path}");
    let response = &operation["responses"][status.to_string()];
    if response.is_null() && !operation["responses"]["default"].is_null() {
        return;
    }
    assert!(!response.is_null(), "{what} is not in openapi.json: {answer}");
    let schema = &resolved(&document, response)["content"]["application/json"]["schema"];
    if !schema.is_null() && !answer.is_string() {
        is(&document, schema, answer, &what);
    }
    let body = &operation["requestBody"]["content"]["application/json"]["schema"];
    if let Some(asked) = asked.filter(|_| status < 300) {
        is(&document, body, asked, &format!("what {method} {path} was asked"));
    }
}

/// Every route that the sources of the doors add to the router, with its methods; pages for people are no API.
fn routes() -> BTreeSet<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/web");
    let route = Regex::new(r#"\.route\(\s*"([^"]+)","#).unwrap();
    let method = Regex::new(r"\b(get|post|put|patch|delete|any)\(").unwrap();
    let mut routes = BTreeSet::new();
    let files = fs::read_dir(folder).unwrap().map(|file| file.unwrap());
    for file in files.filter(|file| file.file_name() != "pages.rs") {
        let text = fs::read_to_string(file.path()).unwrap();
        for found in route.captures_iter(&text) {
            let rest = &text[found.get(0).unwrap().end()..];
            let mut depth = 1;
            let end = rest.find(|c: char| {
                depth += i32::from(c == '(') - i32::from(c == ')');
                depth == 0
            });
            for method in method.captures_iter(&rest[..end.unwrap()]) {
                let methods = if &method[1] == "any" {
                    METHODS.to_vec()
                } else {
                    vec![method.get(1).unwrap().as_str()]
                };
                let path = found[1].replace("{*", "{");
                routes.extend(methods.into_iter().map(|method| (path.clone(), method.to_owned())));
            }
        }
    }
    routes
}

#[test]
fn every_route_of_the_router_is_in_the_document_and_the_reverse() {
    let document = document();
    let mut described = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        let methods = item.as_object().unwrap().keys().filter(|key| METHODS.contains(&key.as_str()));
        described.extend(methods.map(|method| (path.clone(), method.clone())));
    }
    let routes = routes();
    assert!(routes.len() > 40, "the routes were not found: {routes:?}");
    let only = |these: &BTreeSet<(String, String)>, those: &BTreeSet<(String, String)>| {
        these.difference(those).map(|(path, method)| format!("{method} {path}")).collect::<Vec<_>>()
    };
    assert_eq!(only(&routes, &described), Vec::<String>::new(), "routes that openapi.json does not have");
    assert_eq!(only(&described, &routes), Vec::<String>::new(), "operations that no route has");
}

#[test]
fn every_reference_in_the_document_leads_somewhere_and_every_name_is_used() {
    let document = document();
    let text = document.to_string();
    let reference = Regex::new(r##""\$ref":"#(/components/[^"]+)""##).unwrap();
    let used: BTreeSet<String> = reference.captures_iter(&text).map(|found| found[1].to_owned()).collect();
    for reference in &used {
        assert!(document.pointer(reference).is_some(), "{reference}");
    }
    for kind in ["parameters", "responses", "schemas"] {
        for name in document["components"][kind].as_object().unwrap().keys() {
            let reference = format!("/components/{kind}/{name}");
            assert!(used.contains(&reference), "nothing uses {reference}");
        }
    }
    let ids: Vec<&str> =
        text.split("\"operationId\":\"").skip(1).map(|it| it.split('"').next().unwrap()).collect();
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len(), "an operationId twice: {ids:?}");
}

#[tokio::test]
async fn the_server_serves_the_document_to_anybody() {
    let people = People::new().await;
    let said = people.inside.ask("198.51.100.1", Request::get("/v1/openapi.json"), Body::empty()).await;
    assert_eq!((said.status, said.header("content-type")), (200, Some("application/json")));
    assert_eq!(serde_json::from_slice::<Value>(&said.body).unwrap(), document());
}

/// What a test elsewhere does not come by: reads of every kind, each answer as it is described.
#[tokio::test]
async fn reads_of_every_kind_answer_as_described() {
    let people = People::with(&[
        ("overrides/2035.yaml", "- { schedule: web, from: 2035-12-01 10:00, until: 2035-12-02 10:00, with: mori, reason: 通院 }\n"),
        ("silences/some.yaml", "- { services: [db], when: { labels.env: [\"!prod\", \"stag*\"] }, every: { days: sun, from: 02:00, until: 04:00 }, until: 2035-03-31, reason: backups }\n"),
    ])
    .await;
    let id = people.declared("orders hang").await;
    people.post("/v1/absences", json!({ "user": "kimura", "for": "2h", "confirm": true })).await;
    for path in [
        "/v1/incidents",
        "/v1/overrides",
        "/v1/silences",
        "/v1/absences",
        "/v1/who",
        "/v1/config",
        "/v1/integrations/pagerduty",
        "/v1/schedules/web/shifts",
        &format!("/v1/incidents/{id}"),
    ] {
        let (status, answer) = people.get(path).await;
        assert_eq!(status, 200, "{path}: {answer}");
    }
    let (_, overrides) = people.get("/v1/overrides").await;
    assert_eq!(overrides["overrides"][0]["id"], "overrides/2035.yaml:1", "{overrides:#}");
    let (_, silences) = people.get("/v1/silences").await;
    let silence = &silences["silences"][0];
    assert_eq!(
        (&silence["id"], &silence["when"]["labels.env"]),
        (&json!("silences/some.yaml:1"), &json!(["!prod", "~stag.*"]))
    );
    // One of git ends early by its place, and is gone from the list.
    for (kind, place) in [("overrides", "overrides/2035.yaml:1"), ("silences", "silences/some.yaml:1")] {
        let (status, answer) = people.ask("DELETE", &format!("/v1/{kind}/{place}"), None).await;
        assert_eq!((status, &answer["result"]), (200, &json!("done")), "{answer}");
        let (_, list) = people.get(&format!("/v1/{kind}")).await;
        assert_eq!(list[kind], json!([]), "{list:#}");
        assert_eq!(people.ask("DELETE", &format!("/v1/{kind}/{place}"), None).await.0, 404);
    }
}

#[tokio::test]
async fn no_read_takes_a_parameter_that_it_does_not_know() {
    let people = People::new().await;
    for path in [
        "/v1/incidents",
        "/v1/incidents/1-1",
        "/v1/overrides",
        "/v1/silences",
        "/v1/absences",
        "/v1/who",
        "/v1/config",
        "/v1/integrations/pagerduty",
        "/v1/schedules/web/shifts",
    ] {
        let token = format!("Bearer {}", secret("API_TOKEN"));
        let request = Request::get(format!("{path}?nonsense=1")).header("authorization", token);
        let said = people.inside.ask("198.51.100.1", request, Body::empty()).await;
        let text = String::from_utf8_lossy(&said.body).into_owned();
        assert!(said.status == 400 && text.contains("`nonsense`"), "{path}: {} {text}", said.status);
    }
}
