//! Shifts that people offer by the API, and who accepts them.

use super::api::{asked, problem};
use super::changes::{Maker, end, made, make, times, user};
use super::doors::{Doors, Shared};
use super::made::list;
use super::on_call::schedule;
use super::wish::Wish;
use crate::actor::Via;
use crate::config::{Config, RunTimeOffer};
use crate::incident::{Command, Made};
use axum::Router;
use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{delete, get};
use std::sync::Arc;

const OFFER: &[&str] = &["schedule", "user", "to", "from", "for", "until", "reason"];
const ACCEPT: &[&str] = &["user", "confirm"];

pub fn routes() -> Router<Arc<Doors>> {
    Router::new()
        .route(
            "/v1/offers",
            get(async |doors, headers, uri| list(doors, headers, uri, Made::Offer).await)
                .post(async |doors, request| make(doors, request, read_offer).await),
        )
        .route(
            "/v1/offers/{*id}",
            delete(async |doors, id, request| end(doors, id, request, Made::Offer).await).post(accept),
        )
}

/// The offer that a body asks for.
pub(super) fn read_offer(config: &Config, maker: &Maker, body: &[u8]) -> Result<Command, String> {
    let wish = Wish::read(body, OFFER)?;
    let schedule = schedule(config, &wish.needed("schedule")?)?;
    let who = user(config, &wish.needed("user")?)?;
    let to = wish.texts("to")?.iter().map(|id| user(config, id)).collect::<Result<_, String>>()?;
    wish.needed("from")?;
    let (from, until) = times(&wish, config, maker, Some(&schedule))?;
    let (reason, by, via, taken) = (wish.text("reason")?, maker.by.clone(), maker.via, None);
    Ok(Command::Offer(Box::new(RunTimeOffer { schedule, from, until, who, to, reason, by, via, taken })))
}

/// `POST /v1/offers/{id}/accept`: the shift is `user`'s.
async fn accept(State(doors): Shared, Path(id): Path<String>, request: Request) -> Response {
    let (live, by, taken) = match asked(&doors, request).await {
        Ok(asked) => asked,
        Err(refused) => return refused,
    };
    let Some(number) = id.strip_suffix("/accept").and_then(|id| id.parse().ok()) else {
        return problem(StatusCode::NOT_FOUND, &format!("there is no offer `{id}`"));
    };
    let read = Wish::read(&taken.body, ACCEPT)
        .and_then(|wish| Ok((user(&live.config, &wish.needed("user")?)?, wish.flag("confirm")?)));
    match read {
        Ok((user, confirmed)) => {
            made(&doors, &live, Command::Accept { id: number, user, by, via: Via::Api, confirmed }).await
        }
        Err(why) => problem(StatusCode::BAD_REQUEST, &why),
    }
}
