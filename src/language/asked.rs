//! What commands show of a server's incidents, and of a test alert that they send it.
//!
//! Both languages stand beside each other. What is wrong is said in [`failed`](super::failed).

use super::words::Words;
use super::{Language, Word};

/// What stands before a value of an incident, or above a column of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Head {
    Id,
    Status,
    Service,
    Severity,
    Urgency,
    OpenedAt,
    AcknowledgedBy,
    ResolvedBy,
    Summary,
    Description,
    HeldUntil,
    InhibitedUntil,
    SilencedUntil,
}

impl Head {
    /// Above a column.
    pub fn title(self) -> Words {
        let words = self.name();
        Words::new(capital(&words.en), words.ja)
    }

    /// Before a value.
    pub fn name(self) -> Words {
        match self {
            Head::Id => Words::new("id", "番号"),
            Head::Status => Words::new("status", "状態"),
            Head::Service => Words::new("service", "サービス"),
            Head::Severity => Words::new("severity", "深刻度"),
            Head::Urgency => Words::new("urgency", "緊急度"),
            Head::OpenedAt => Words::new("opened at", "発生"),
            Head::AcknowledgedBy => Words::new("acknowledged by", "対応者"),
            Head::ResolvedBy => Words::new("resolved by", "解決した人"),
            Head::Summary => Words::new("summary", "概要"),
            Head::Description => Words::new("description", "説明"),
            Head::HeldUntil => Words::new("held until", "待機の終了"),
            Head::InhibitedUntil => Words::new("inhibited until", "抑止の終了"),
            Head::SilencedUntil => Words::new("silenced until", "サイレンスの終了"),
        }
    }
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

/// A value as the API has it (`triggered`, `critical`, `high`); what is not known stays as it is.
pub fn value(said: &str, language: Language) -> &str {
    if language == Language::En {
        return said;
    }
    let word = match said {
        "triggered" => Word::Triggered,
        "acknowledged" => Word::Acknowledged,
        "resolved" => Word::Resolved,
        "critical" => Word::Critical,
        "error" => Word::Error,
        "warning" => Word::Warning,
        "info" => Word::Info,
        "high" => Word::High,
        "low" => Word::Low,
        "none" => Word::NoUrgency,
        _ => return said,
    };
    language.word(word)
}

pub fn no_incidents() -> Words {
    Words::new("no incidents", "インシデントはありません")
}

pub fn there_are_more(before: &str) -> Words {
    Words::new(format!("there are more: --before {before}"), format!("続きがあります: --before {before}"))
}

/// Behind a status.
pub fn by(who: &str) -> Words {
    Words::new(format!(" by {who}"), format!("（{who}）"))
}

pub fn held_until(at: &str) -> Words {
    Words::new(format!("held until {at}"), format!("{at} まで待機"))
}

// A test alert.

/// What stands before the lines about a test alert.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lead {
    Alert,
    Told,
    Sent,
    Incident,
}

impl Lead {
    pub fn words(self) -> Words {
        match self {
            Lead::Alert => Words::new("alert", "アラート"),
            Lead::Told => Words::new("told", "連絡先"),
            Lead::Sent => Words::new("sent", "送信"),
            Lead::Incident => Words::new("incident", "状況"),
        }
    }
}

pub fn to_integration(summary: &str, integration: &str) -> Words {
    Words::new(format!("{summary} (to {integration})"), format!("{summary}（宛先: {integration}）"))
}

pub fn if_nobody_reacts(outlook: &str) -> Words {
    Words::new(format!("If nobody reacts: {outlook}"), format!("誰も対応しない場合: {outlook}"))
}

pub fn is_a_heartbeat() -> Words {
    Words::new(
        "it is a heartbeat: people who were told of a silence hear that it is over",
        "ハートビートです。途絶えたと連絡した人に、再開を知らせます",
    )
}

pub fn triggers_nothing() -> Words {
    Words::new(
        "it triggers nothing: people who were told hear that it is over",
        "新しい呼び出しはありません。連絡した人に、終わったことを知らせます",
    )
}

pub fn server_answers(base: &str, status: u16, text: &str) -> Words {
    Words::new(format!("{base} answers {status} {text}"), format!("{base} の応答: {status} {text}"))
}

pub fn not_looked_up() -> Words {
    Words::new(
        "not looked up: set ONCALL_TOKEN to one of the api_tokens of oncall.yaml to see it here",
        "調べていません。ここに表示するには、ONCALL_TOKEN に oncall.yaml の api_tokens のいずれかを設定してください",
    )
}

pub fn not_known(why: &str) -> Words {
    Words::new(format!("not known: {why}"), format!("不明: {why}"))
}

pub fn none_was_heard() -> Words {
    Words::new("none: it was heard, and is not late", "なし（受け取りました。遅れていません）")
}

pub fn none_was_dropped() -> Words {
    Words::new(
        "none: it was dropped, or resolves nothing that is open",
        "なし（破棄されたか、解決する対象がありません）",
    )
}

#[derive(Debug)]
pub struct Found<'f> {
    pub id: &'f str,
    pub status: &'f str,
    pub service: &'f str,
    pub urgency: &'f str,
    /// With commas; empty for nobody.
    pub told: &'f str,
}

pub fn found(it: &Found<'_>) -> Words {
    let Found { id, status, service, urgency, told } = it;
    let (en, ja) = match *told {
        "" => (String::new(), String::new()),
        told => (format!("; told so far: {told}"), format!("。連絡済み: {told}")),
    };
    let ja_of = |said| value(said, Language::Ja);
    Words::new(
        format!("{id} is {status}, service {service}, urgency {urgency}{en}"),
        format!("{id}（{}、サービス {service}、緊急度 {}）{ja}", ja_of(status), ja_of(urgency)),
    )
}

pub fn add_yes() -> Words {
    Words::new(
        "somebody will be called, so nothing was sent: add --yes to send it",
        "誰かに電話がかかるため、送っていません。送るには --yes を付けてください",
    )
}

pub fn in_variable(en: &str, name: &str) -> Words {
    Words::new(en, format!("環境変数 {name}"))
}

pub fn in_file(en: &str, path: &str) -> Words {
    Words::new(en, format!("ファイル {path}"))
}

pub fn in_sops(en: &str, file: &str, key: &str) -> Words {
    Words::new(en, format!("{file} の `{key}`"))
}

/// `places`: where it would be.
pub fn secret_not_here(integration: &str, places: &[Words]) -> Words {
    let join = |language, by| places.iter().map(|it| it.of(language)).collect::<Vec<_>>().join(by);
    Words::new(
        format!("the secret of {integration} is not set here: {}", join(Language::En, " or ")),
        format!(
            "{integration} のシークレットが、ここで設定されていません: {}",
            join(Language::Ja, "、または ")
        ),
    )
}

pub fn no_sample(integration: &str, over: bool) -> Words {
    let (en, ja) = if over {
        ("says that it is over", "復旧を知らせる ")
    } else {
        ("fires", "発生を知らせる ")
    };
    Words::new(
        format!(
            "{integration} has `fields`, and no `sample` that {en}: keep a body of that kind in samples/, and name it \
             (`sample: samples/…`)"
        ),
        format!(
            "{integration} には `fields` がありますが、{ja}`sample` がありません。その本文を samples/ に置き、\
             `sample: samples/…` で指定してください"
        ),
    )
}

pub fn would_refuse(why: &str) -> Words {
    Words::new(format!("the server would refuse it: {why}"), format!("サーバーが拒否します: {why}"))
}

pub fn only_sns_sends() -> Words {
    Words::new("only Amazon SNS can send its messages", "このメッセージを送れるのは Amazon SNS だけです")
}

/// Why a server did not take a test alert.
pub fn not_taken(status: u16) -> Words {
    match status {
        401 | 403 => Words::new(
            "the server does not accept it: is the secret here the server's, and is its config that of DIR?",
            "サーバーが受け付けません。ここのシークレットがサーバーと同じか、サーバーの設定が DIR のものかを確かめてください",
        ),
        404 => Words::new(
            "there is no such path: is this the address of `oncall serve`, or does a proxy cut the path?",
            "そのパスはありません。`oncall serve` の URL か、プロキシがパスを変えていないかを確かめてください",
        ),
        413 => Words::new("the sample is larger than 5 MiB", "本文が 5 MiB を超えています"),
        503 => Words::new(
            "the server cannot store it now, or has no config yet: see its /readyz",
            "サーバーがいま保存できないか、まだ設定を読み込んでいません。/readyz を見てください",
        ),
        300..=399 => Words::new(
            "that is a redirect: give the address that it leads to, with `--url`",
            "別の URL に転送されます。転送先を `--url` で指定してください",
        ),
        _ => Words::new("the server did not take it", "サーバーが受け付けませんでした"),
    }
}
