//! Bodies that were packed on their way, and addresses that miss by a slash: both are the alert itself.

use super::doors::{inside, path};
use super::inside::{Said, event};
use axum::body::Body;
use http::Request;
use oncall::alert::{Action, Event};
use oncall::web::body::BODY_MAX;
use std::io::{Read, Write};
use tokio::sync::mpsc::UnboundedReceiver;

fn gzip(body: &[u8]) -> Vec<u8> {
    let mut packed = Vec::new();
    flate2::read::GzEncoder::new(body, flate2::Compression::default()).read_to_end(&mut packed).unwrap();
    packed
}

fn zlib(body: &[u8]) -> Vec<u8> {
    let mut packer = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
    packer.write_all(body).unwrap();
    packer.finish().unwrap()
}

fn deflate(body: &[u8]) -> Vec<u8> {
    let mut packer = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::default());
    packer.write_all(body).unwrap();
    packer.finish().unwrap()
}

fn zstd(body: &[u8]) -> Vec<u8> {
    ruzstd::encoding::compress_to_vec(body, ruzstd::encoding::CompressionLevel::Fastest)
}

fn told(told: &mut UnboundedReceiver<Event>) -> Event {
    told.try_recv().unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_packed_body_is_the_alert_itself() {
    let (inside, mut heard, _world) = inside().await;
    let webhook = path("prometheus", "PROMETHEUS_SECRET");
    let alert = |name: &str| {
        format!(
            r#"{{"version":"4","alerts":[{{"status":"firing","fingerprint":"{name}","labels":{{"alertname":"{name}"}}}}]}}"#
        )
    };
    type Packer = fn(&[u8]) -> Vec<u8>;
    let cases: [(&str, Option<&str>, Packer); 11] = [
        ("a", Some("gzip"), gzip),
        ("b", Some("X-GZIP"), gzip),
        ("c", Some("deflate"), zlib),
        ("d", Some("deflate"), deflate),
        ("e", Some("zstd"), zstd),
        ("f", Some("deflate, gzip"), |body| gzip(&zlib(body))),
        ("g", Some("identity"), <[u8]>::to_vec),
        // A proxy lost the header, or unpacked the body and left it.
        ("h", None, gzip),
        ("i", None, zstd),
        ("j", Some("gzip"), <[u8]>::to_vec),
        ("k", Some("zstd"), |body| [zstd(&body[..9]), zstd(&body[9..])].concat()),
    ];
    for (name, encoding, pack) in cases {
        let mut request = Request::post(&webhook);
        if let Some(encoding) = encoding {
            request = request.header("content-encoding", encoding);
        }
        let said = inside.ask("192.0.2.1", request, Body::from(pack(alert(name).as_bytes()))).await;
        assert_eq!((said.status, told(&mut heard).dedup_key.as_str()), (202, name), "{encoding:?}");
    }
    // The key is in the body.
    let request = Request::post("/v2/enqueue").header("content-encoding", "gzip");
    let said = inside.ask("192.0.2.1", request, Body::from(gzip(event("disk").as_bytes()))).await;
    assert_eq!((said.status, told(&mut heard).dedup_key.as_str()), (202, "disk"));
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_unpacked_is_an_alert_of_its_own_and_nothing_grows_without_bound() {
    let (inside, mut heard, _world) = inside().await;
    let webhook = path("prometheus", "PROMETHEUS_SECRET");
    let mut keys = Vec::new();
    let broken = |body: Vec<u8>| body[..body.len() - 9].to_vec();
    // 256 MiB are asked for by a frame of zstd.
    let greedy = [&[0x28, 0xb5, 0x2f, 0xfd, 0, 0x90][..], &[1, 0, 0]].concat();
    for (encoding, body) in [("gzip", broken(gzip(b"{}"))), ("zstd", greedy), ("br", b"\x0b\x02".to_vec())] {
        let request = Request::post(&webhook).header("content-encoding", encoding);
        assert_eq!(inside.ask("192.0.2.1", request, Body::from(body)).await.status, 202, "{encoding}");
        let event = told(&mut heard);
        assert!(event.action == Action::Trigger && event.dedup_key.starts_with("unparsed/"), "{event:?}");
        keys.push(event.dedup_key);
    }
    keys.sort();
    keys.dedup();
    assert_eq!(keys.len(), 3);
    let large = vec![b' '; 2 * BODY_MAX];
    for (encoding, body) in [("gzip", gzip(&large)), ("deflate", zlib(&large)), ("zstd", zstd(&large))] {
        let request = Request::post(&webhook).header("content-encoding", encoding);
        let Said { status, .. } = inside.ask("192.0.2.1", request, Body::from(body)).await;
        assert_eq!(status, 413, "{encoding}");
        assert!(told(&mut heard).summary.ends_with("the body is larger than 5 MiB"), "{encoding}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_address_that_misses_by_a_slash_is_the_door_itself() {
    let (inside, mut heard, _world) = inside().await;
    let webhook = path("prometheus", "PROMETHEUS_SECRET");
    for at in ["/v2/enqueue/", "//v2/enqueue", "/v2//enqueue", "//v2//enqueue//"] {
        let said = inside.post(at, event("disk")).await;
        let event = told(&mut heard);
        assert_eq!((said.status, &*event.integration, &*event.dedup_key), (202, "pagerduty", "disk"), "{at}");
    }
    for at in [
        format!("/{webhook}"),
        format!("{webhook}/"),
        webhook.replace("/v1/", "//v1//"),
        webhook.replace("/prom", "//prom"),
    ] {
        assert_eq!(inside.post(&at, "{\"alerts\":[{}]}").await.status, 202, "{at}");
        assert_eq!(&*told(&mut heard).integration, "prometheus", "{at}");
    }
    let key = format!("GenieKey {}", super::world::secret("SLACK_SIGNING_SECRET"));
    for at in ["//v2/alerts", "/v2//alerts/", "/v2/alerts//"] {
        let request = Request::post(at).header("authorization", &key);
        let said = inside.ask("192.0.2.1", request, r#"{"message":"full","alias":"a"}"#).await;
        assert_eq!((said.status, &*told(&mut heard).integration), (202, "opsgenie"), "{at}");
    }
    let close = Request::post("//v2/alerts//a/close?identifierType=alias").header("authorization", &key);
    assert_eq!(inside.ask("192.0.2.1", close, "{}").await.status, 202);
    assert_eq!(told(&mut heard).action, Action::Resolve);
    assert_eq!(inside.ask("192.0.2.1", Request::get("/healthz/"), "").await.status, 200);
    // An unknown address stays unknown: each alert that comes to it is told, and is a problem of its own.
    let mut keys = Vec::new();
    for name in ["disk", "database", "disk"] {
        assert_eq!(inside.post("/v2/events/", event(name)).await.status, 202);
        let event = told(&mut heard);
        assert_eq!(event.integration, "oncall");
        keys.push(event.dedup_key);
    }
    assert!(keys[0] != keys[1] && keys[0] == keys[2], "{keys:?}");
}
