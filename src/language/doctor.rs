//! What `oncall doctor` says itself: headings, marks, secrets and what stays closed without them.
//!
//! What a provider answered is said as the provider's module says it.

use super::Language;

/// A piece of its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Examination<'a> {
    Secrets,
    TestCall,
    Well,
    Wrong,
    Doubtful,
    WayOut {
        way_out: &'a str,
    },
    More {
        names: &'a str,
        more: usize,
    },
    AllWell,
    AllWorks {
        doubtful: usize,
    },
    WrongThings {
        wrong: usize,
    },
    /// The group of phones that are secrets.
    Phones,
    PublicUrl,
    StandsIn {
        source: &'a str,
    },
    NotSet {
        name: &'a str,
    },
    /// `so` is one of [`Closed`].
    Closes {
        why: &'a str,
        so: &'a str,
    },
    SetIt {
        name: &'a str,
    },
    PutIt {
        path: &'a str,
    },
    OpenIt {
        file: &'a str,
    },
    WriteNumber,
    CopyAll,
    Longer,
    CallTaken {
        provider: &'a str,
        reference: &'a str,
    },
    CallAgain,
    PersonAt {
        user: &'a str,
        number: &'a str,
    },
}

/// What does not work without a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Closed {
    SlackMessages,
    SlackButtons,
    JiraTickets,
    JiraNews,
    TwilioCalls,
    ConnectCalls,
    Mail,
    Ntfy,
    Pushover,
    SignIn,
    Pushes,
    Calendars,
    Calls,
    Message,
    Url,
    Nothing,
}

impl Language {
    pub fn examination(self, piece: Examination<'_>) -> String {
        match self {
            Language::En => en(piece),
            Language::Ja => ja(piece),
        }
    }

    pub fn closed(self, what: Closed) -> &'static str {
        match self {
            Language::En => closed_en(what),
            Language::Ja => closed_ja(what),
        }
    }
}

fn en(piece: Examination<'_>) -> String {
    match piece {
        Examination::Secrets => "Secrets".to_owned(),
        Examination::TestCall => "Test call".to_owned(),
        Examination::Well => "ok".to_owned(),
        Examination::Wrong => "WRONG".to_owned(),
        Examination::Doubtful => "warn".to_owned(),
        Examination::WayOut { way_out } => format!("way out: {way_out}"),
        Examination::More { names, more } => format!("{names} and {more} more"),
        Examination::AllWell => "All is well.".to_owned(),
        Examination::AllWorks { doubtful } => format!("All works; {doubtful} to be mended."),
        Examination::WrongThings { wrong: 1 } => "1 thing is wrong.".to_owned(),
        Examination::WrongThings { wrong } => format!("{wrong} things are wrong."),
        Examination::Phones => "phones".to_owned(),
        Examination::PublicUrl => "Public URL".to_owned(),
        Examination::StandsIn { source } => format!("not there: {source}; another one stands in for it"),
        Examination::NotSet { name } => format!("{name} is not set"),
        Examination::Closes { why, so } => format!("{why}, so {so}"),
        Examination::SetIt { name } => format!("set {name} where the server runs, and here"),
        Examination::PutIt { path } => format!("put it into {path}, readable by this user"),
        Examination::OpenIt { file } => {
            format!("let this machine's age key open it: `sops updatekeys {file}`, or set SOPS_AGE_KEY_FILE")
        }
        Examination::WriteNumber => "write it like +819012345678, with the country's prefix".to_owned(),
        Examination::CopyAll => "copy all of it from the provider".to_owned(),
        Examination::Longer => {
            "`openssl rand -hex 32` makes a good one; for a while the integration may have both, in a list"
                .to_owned()
        }
        Examination::CallTaken { provider, reference } => format!("{provider} took the call ({reference})"),
        Examination::CallAgain => "fix that, and call again".to_owned(),
        Examination::PersonAt { user, number } => format!("{user} at {number}"),
    }
}

fn ja(piece: Examination<'_>) -> String {
    match piece {
        Examination::Secrets => "シークレット".to_owned(),
        Examination::TestCall => "テストの電話".to_owned(),
        Examination::Well => "正常".to_owned(),
        Examination::Wrong => "異常".to_owned(),
        Examination::Doubtful => "注意".to_owned(),
        Examination::WayOut { way_out } => format!("対処: {way_out}"),
        Examination::More { names, more } => format!("{names} ほか {more} 件"),
        Examination::AllWell => "すべて正常です。".to_owned(),
        Examination::AllWorks { doubtful } => {
            format!("すべて動作します。見直したほうがよい点が {doubtful} 件あります。")
        }
        Examination::WrongThings { wrong } => format!("異常が {wrong} 件あります。"),
        Examination::Phones => "電話番号".to_owned(),
        Examination::PublicUrl => "公開アドレス".to_owned(),
        Examination::StandsIn { source } => format!("{source} はありませんが、ほかのものが使われます"),
        Examination::NotSet { name } => format!("{name} が設定されていません"),
        Examination::Closes { why, so } => format!("{why}。そのため、{so}"),
        Examination::SetIt { name } => format!("サーバーを動かす環境とここで {name} を設定します"),
        Examination::PutIt { path } => format!("{path} に書き、このユーザーが読めるようにします"),
        Examination::OpenIt { file } => format!(
            "このマシンの age 鍵で開けるようにします（`sops updatekeys {file}`、または SOPS_AGE_KEY_FILE を設定）"
        ),
        Examination::WriteNumber => "+819012345678 のように、国番号から書きます".to_owned(),
        Examination::CopyAll => "プロバイダーの画面から、全体をコピーします".to_owned(),
        Examination::Longer => {
            "`openssl rand -hex 32` で作れます。しばらくは、リストにして両方を書いておけます".to_owned()
        }
        Examination::CallTaken { provider, reference } => {
            format!("{provider} が発信を受け付けました（{reference}）")
        }
        Examination::CallAgain => "直してから、もう一度かけます".to_owned(),
        Examination::PersonAt { user, number } => format!("{user}（{number}）"),
    }
}

fn closed_en(what: Closed) -> &'static str {
    match what {
        Closed::SlackMessages => "nothing is sent to Slack",
        Closed::SlackButtons => "no button in Slack works",
        Closed::JiraTickets => "no ticket is opened",
        Closed::JiraNews => "nothing is heard of Jira",
        Closed::TwilioCalls => "nobody is called",
        Closed::ConnectCalls => "Amazon Connect calls nobody",
        Closed::Mail => "no mail is sent",
        Closed::Ntfy => "nothing is sent to protected topics",
        Closed::Pushover => "nothing is sent by Pushover",
        Closed::SignIn => "nobody signs in by the identity provider",
        Closed::Pushes => "pushes are not believed",
        Closed::Calendars => "no calendar is served",
        Closed::Calls => "there are no calls to this person",
        Closed::Message => "this person gets no such message",
        Closed::Url => "its URL is closed",
        Closed::Nothing => "it opens nothing",
    }
}

fn closed_ja(what: Closed) -> &'static str {
    match what {
        Closed::SlackMessages => "Slack に何も送れません",
        Closed::SlackButtons => "Slack のボタンが動きません",
        Closed::JiraTickets => "チケットを作成できません",
        Closed::JiraNews => "Jira からの更新を受け取れません",
        Closed::TwilioCalls => "誰にも電話できません",
        Closed::ConnectCalls => "Amazon Connect から電話できません",
        Closed::Mail => "メールを送れません",
        Closed::Ntfy => "保護されたトピックに送れません",
        Closed::Pushover => "Pushover で送れません",
        Closed::SignIn => "ID プロバイダーでサインインできません",
        Closed::Pushes => "プッシュの通知を受け付けません",
        Closed::Calendars => "カレンダーを配信できません",
        Closed::Calls => "この人に電話できません",
        Closed::Message => "この人にこの方法で連絡できません",
        Closed::Url => "この URL は閉じています",
        Closed::Nothing => "これでは何も開きません",
    }
}
