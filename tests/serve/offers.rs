//! Shifts that are offered by the API, and what a silence says that it would mute.

use super::commands::People;
use serde_json::json;

#[tokio::test]
async fn a_shift_is_offered_listed_accepted_once_and_taken_back() {
    let people = People::new().await;
    let on_call_in = async |hours: &str| {
        let (_, who) = people.get(&format!("/v1/who?schedule=web&at={hours}")).await;
        who["schedules"][0]["users"][0].as_str().unwrap().to_owned()
    };
    let user = on_call_in("1h").await;
    let wish = json!({ "schedule": "web", "user": user, "from": "1h", "until": "2h", "to": ["kimura"], "reason": "dentist" });
    let (status, made) = people.post("/v1/offers", wish.clone()).await;
    assert_eq!((status, &made["to"]), (201, &json!(["kimura"])), "{made}");
    let (_, list) = people.get("/v1/offers").await;
    assert_eq!((&list["offers"][0]["id"], &list["offers"][0]["user"]), (&made["id"], &json!(user)), "{list}");

    let accept = format!("/v1/offers/{}/accept", made["id"]);
    assert_eq!(people.post(&accept, json!({ "user": user })).await.0, 400, "it was not offered to them");
    let (status, taken) = people.post(&accept, json!({ "user": "kimura", "confirm": true })).await;
    assert_eq!(
        (status, &taken["replace"], &taken["with"]),
        (201, &json!(user), &json!(["kimura"])),
        "{taken}"
    );
    let (status, again) = people.post(&accept, json!({ "user": "kimura", "confirm": true })).await;
    assert!(status == 400 && again["error"].as_str().unwrap().contains("already"), "{again}");
    assert_eq!(people.get("/v1/offers").await.1["offers"], json!([]));

    let user = on_call_in("4h").await;
    let wish = json!({ "schedule": "web", "user": user, "from": "4h", "for": "1h", "to": "kimura" });
    let (status, made) = people.post("/v1/offers", wish).await;
    assert_eq!(status, 201, "{made}");
    let path = format!("/v1/offers/{}", made["id"]);
    assert_eq!(people.ask("DELETE", &path, None).await.0, 200);
    assert_eq!(people.ask("DELETE", &path, None).await.0, 404);
    assert_eq!(people.post(&format!("{path}/accept"), json!({ "user": "kimura" })).await.0, 400);
}

#[tokio::test]
async fn a_silence_says_what_it_would_mute() {
    let people = People::new().await;
    people.declared("orders hang").await;
    let wish = json!({ "services": ["web"], "until": "2h", "reason": "noise" });
    let (status, made) = people.post("/v1/silences", wish).await;
    let text = made["text"].as_str().unwrap();
    assert!(status == 201 && text.contains("1 of what is open now"), "{made}");
    let everything = json!({ "everything": true, "until": "2h", "reason": "move" });
    let (status, asked) = people.post("/v1/silences", everything).await;
    assert!(status == 409 && asked["error"].as_str().unwrap().contains("In the last 7 days"), "{asked}");
}
