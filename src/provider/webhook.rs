//! What rooms behind a webhook share: the secret URL, the parts of a card cut by bytes, and what answers mean.
//!
//! Such a room shows an incident once, says what changes after that, and edits nothing: a webhook gives no right to.

use super::http::{Response, origin};
use super::secret;
use crate::config::{Config, Provider, Secrets};
use crate::incident::message::{ButtonKind, Card, is_url};
use crate::incident::{Delivery, Outcome, Reason, Task, Words};
use crate::language::{Shown, Word};
use crate::reason::Fault;

/// The most fields, lines and links of a card that are shown.
pub const FIELDS_MAX: usize = 16;
pub const LINES_MAX: usize = 20;
pub const LINKS_MAX: usize = 6;
/// The longest URL of a link, in bytes; a longer one is left out.
pub const URL_MAX: usize = 1000;
/// The longest label of a link, in bytes.
const LABEL_MAX: usize = 60;
/// How long one text may be, in bytes: the first at which all of them fit is taken.
pub(super) const PIECES: [usize; 6] = [4000, 2000, 1000, 500, 250, 120];

/// What is posted, as texts that nobody has escaped yet.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Post<'a> {
    pub headline: String,
    /// An earlier attempt may have got through.
    pub again: Option<String>,
    /// Labels and values, each one line.
    pub fields: Vec<(&'a str, String)>,
    pub lines: Vec<String>,
    /// Labels and URLs.
    pub links: Vec<(String, String)>,
}

/// What a delivery posts, the first time or later; `None`: there is nothing to say.
pub(super) fn post<'a>(config: &Config, delivery: &'a Delivery) -> Result<Option<Post<'a>>, Reason> {
    let Task::Mirror { reference, words: Words::Card(card), news, .. } = &delivery.task else {
        return Err(super::not_carried(delivery.provider));
    };
    let language = card.language;
    let mut post = Post {
        headline: one_line(&card.headline),
        again: delivery.repeat.then(|| language.shown(&Shown::Repeated)),
        fields: Vec::new(),
        lines: Vec::new(),
        links: links(config, delivery, card),
    };
    let said = news.as_deref().unwrap_or_default();
    match reference {
        None => {
            post.fields = card.fields.iter().map(|field| (field.label, one_line(&field.value))).collect();
            post.lines = lines(card.lines.iter().flat_map(|text| text.lines()));
        }
        Some(_) if said.trim().is_empty() => return Ok(None),
        Some(_) => {
            post.lines = lines(said.lines());
            post.links.truncate(1);
        }
    }
    post.fields.truncate(FIELDS_MAX);
    Ok(Some(post))
}

/// The incident's page first, then what the alert links to.
fn links(config: &Config, delivery: &Delivery, card: &Card) -> Vec<(String, String)> {
    let page = config.organisation.public_url.as_ref().zip(delivery.incidents.first());
    let label = card.language.word(Word::OpenPage).to_owned();
    let page = page.map(|(url, id)| (label, format!("{url}/incidents/{id}")));
    let buttons = card.buttons.iter().filter_map(|button| match &button.kind {
        ButtonKind::Open(url) => Some((button.label.clone(), url.clone())),
        ButtonKind::Acknowledge | ButtonKind::Resolve => None,
    });
    let own = card.links.iter().map(|link| {
        let label = one_line(&link.text);
        (if label.is_empty() { link.href.clone() } else { label }, link.href.clone())
    });
    let all = page.into_iter().chain(buttons).chain(own);
    let fit = all.filter(|(_, url)| is_url(url) && url.len() <= URL_MAX && !url.contains(char::is_control));
    fit.map(|(label, url)| (cut(&label, LABEL_MAX), url)).take(LINKS_MAX).collect()
}

fn lines<'t>(texts: impl Iterator<Item = &'t str>) -> Vec<String> {
    texts.map(one_line).filter(|line| !line.is_empty()).take(LINES_MAX).collect()
}

/// Without line breaks and control characters.
fn one_line(text: &str) -> String {
    let parts = text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
    let joined = parts.filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ");
    joined.chars().filter(|c| !c.is_control()).collect()
}

/// `text` in at most `max` bytes, cut between characters, with a mark.
pub(super) fn cut(text: &str, max: usize) -> String {
    const MARK: &str = "…";
    if text.len() <= max {
        return text.to_owned();
    }
    let room = max.saturating_sub(MARK.len());
    let end = (0..=room).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
    format!("{}{MARK}", text.get(..end).unwrap_or_default().trim_end())
}

/// The URL of the room where a delivery goes.
pub(super) fn url<'s>(config: &Config, secrets: &'s Secrets, delivery: &Delivery) -> Result<&'s str, Reason> {
    let provider = delivery.provider;
    let rooms = config.organisation.webhooks(provider);
    let rooms = rooms.ok_or_else(|| Reason::of(provider, Fault::NotSetUp, ""))?;
    let Task::Mirror { place, .. } = &delivery.task else { return Err(super::not_carried(provider)) };
    let gone = || Reason::of(provider, Fault::NotSetUp, format!("rooms: {place}"));
    let source = rooms.webhook(place).ok_or_else(gone)?;
    let url = secret(secrets, provider, source, &format!("rooms.{place}"))?.expose();
    match is_url(url) && origin(url).is_some() {
        true => Ok(url),
        false => Err(Reason::of(provider, Fault::BadWebhook, format!("rooms: {place}"))),
    }
}

/// What a refusal means: the URL is all that lets us in.
pub(super) fn refused(provider: Provider, response: &Response, said: &str) -> Outcome {
    let fault = match response.status {
        401 | 403 => Fault::WebhookRefused,
        404 | 410 => Fault::WebhookGone,
        _ => return response.refusal(provider, said),
    };
    let said = [response.status.to_string().as_str(), said].join(" ");
    Outcome::Rejected { reason: Reason::of(provider, fault, said.trim_end()) }
}
