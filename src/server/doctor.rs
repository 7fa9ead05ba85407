//! Asks the providers what the doctor wants to know, and places its test call.
//!
//! What is asked and what an answer means is decided by [`provider::doctor`](crate::provider::doctor). A few questions are
//! under way at once; a provider that is asked too much is waited for, within bounds.

use super::clock::Clock;
use super::delivery::Client;
use super::live::Live;
use super::mail;
use crate::config::{Config, Provider, Secrets};
use crate::incident::Outcome;
use crate::provider::doctor::{Answer, Question, Verdict};
use crate::provider::doctor_push::{mail_login, mail_verdict};
use crate::provider::examination;
use crate::provider::{Failure, Request, Response};
use anyhow::{Context, Result};
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinSet;

/// How many questions are under way at once.
const UNDER_WAY_MAX: usize = 4;
/// How often a question is asked in all, where the answer is "too many requests".
const TRIES_MAX: u32 = 3;
/// How long to wait before it is asked again, at most, in seconds.
const WAIT_MAX: u32 = 30;

/// Every verdict, in the order in which they are shown.
pub async fn examine(client: &Client, config: &Config, secrets: &Secrets) -> Result<Vec<Verdict>> {
    let mut verdicts = Vec::new();
    let mut waiting: VecDeque<Question> = VecDeque::new();
    let mut under_way = JoinSet::new();
    let mut take = |answer: Answer, waiting: &mut VecDeque<Question>| {
        verdicts.extend(answer.verdicts);
        waiting.extend(answer.next);
    };
    take(examination::questions(config, secrets), &mut waiting);
    loop {
        while under_way.len() < UNDER_WAY_MAX
            && let Some(Question { topic, request }) = waiting.pop_front()
        {
            let client = client.clone();
            under_way.spawn(async move { (topic, ask(&client, request).await) });
        }
        let Some(asked) = under_way.join_next().await else { break };
        let (topic, result) = asked.context("a question was lost")?;
        take(examination::answer(config, secrets, &topic, result), &mut waiting);
    }
    if let Some(login) = mail_login(config, secrets) {
        let said = mail::greet(&login).await;
        verdicts.push(mail_verdict(&login, said));
    }
    verdicts.sort_by(|a, b| (a.examined, a.kind, &a.name).cmp(&(b.examined, b.kind, &b.name)));
    Ok(verdicts)
}

/// Places a test call to this person by each provider, one after the other: what became of each.
pub async fn calls(
    client: &Client,
    config: &Config,
    secrets: &Secrets,
    user: &str,
) -> Vec<(Provider, Outcome)> {
    let deliveries = examination::test_calls(config, user);
    // Keys would come back to a server that knows nothing of this call.
    let mut config = config.clone();
    config.organisation.public_url = None;
    let live = Live::new(Arc::new(config), secrets.clone(), String::new(), None);
    let live = Arc::new(live);
    let mut outcomes = Vec::new();
    for mut delivery in deliveries {
        // A token that was used before would be that call.
        delivery.id.n = Clock::wall().now().as_second().unsigned_abs() as u32;
        outcomes.push((delivery.provider, client.deliver(live.clone(), delivery).await.outcome));
    }
    outcomes
}

async fn ask(client: &Client, request: Request) -> Result<Response, Failure> {
    let mut tries = 1;
    loop {
        let result = client.send(request.clone()).await;
        match &result {
            Ok(response) if response.status == 429 && tries < TRIES_MAX => {
                let wait = response.retry_after().unwrap_or(1).min(WAIT_MAX);
                tokio::time::sleep(Duration::from_secs(u64::from(wait))).await;
                tries += 1;
            }
            _ => return result,
        }
    }
}
