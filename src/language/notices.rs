//! The words of notices, in every language: shifts, overrides, words to the maker of something.
//!
//! Names and instants are given as they are to be shown. What is told to whom is decided by the state machine.

use super::Language;
use crate::reason::Why;

/// The first line of a notice.
#[derive(Clone, Copy, Debug)]
pub enum NoticeLine<'a> {
    /// `now`: it begins.
    ShiftComes {
        schedule: &'a str,
        from: &'a str,
        until: &'a str,
        now: bool,
    },
    ShiftOver {
        schedule: &'a str,
        next: &'a [String],
    },
    PutOnCall {
        schedule: &'a str,
        from: &'a str,
        until: &'a str,
        by: &'a str,
        begins: bool,
        /// It is of git, and `by` its place.
        git: bool,
    },
    Relieved {
        schedule: &'a str,
        from: &'a str,
        until: &'a str,
        by: &'a str,
        begins: bool,
        git: bool,
    },
    MadeEnded {
        id: u64,
        why: &'a Why,
        by: &'a str,
    },
    MadeHidden {
        id: u64,
        schedule: &'a str,
        by: &'a str,
    },
    Cannot {
        id: &'a str,
        name: &'a str,
        schedule: &'a str,
        from: &'a str,
        until: &'a str,
    },
    AlsoUnanswered {
        incident: &'a str,
        names: &'a [String],
    },
    /// A silence that names no service, by what it matches: nothing is everything.
    BroadBegins {
        by: &'a str,
        scope: &'a [String],
        until: &'a str,
    },
    BroadMutes {
        id: u64,
        by: &'a str,
        count: u32,
        until: &'a str,
    },
    BroadOver {
        id: u64,
        by: &'a str,
        count: u32,
    },
    /// A test is about to leave.
    Testing {
        way: &'a str,
    },
    TestedJustNow,
    /// They said STOP to our messages by this way.
    OptedOut {
        way: &'a str,
    },
    /// Nothing is wrong: somebody tries out whether they are reached.
    Test,
    Tested {
        way: &'a str,
        why: Option<&'a str>,
    },
}

/// A further line.
#[derive(Clone, Copy, Debug)]
pub enum NoticeDetail<'a> {
    After {
        names: &'a [String],
    },
    Before {
        names: &'a [String],
    },
    Instead {
        names: &'a [String],
    },
    Comes {
        names: &'a [String],
    },
    Reason {
        text: &'a str,
    },
    IfYouCannot {
        id: &'a str,
    },
    Accept {
        id: u64,
    },
    EndSilence {
        id: u64,
    },
    // What is handed over.
    Open {
        count: usize,
        taken: usize,
        snoozed: usize,
        held: usize,
    },
    NothingOpen,
    Incident {
        headline: &'a str,
        state: &'a str,
    },
    More {
        count: usize,
    },
    OverrideToCome {
        from: &'a str,
        until: &'a str,
    },
    OverrideEnds {
        at: &'a str,
    },
    /// `ends`: within the shift.
    Silence {
        until: &'a str,
        reason: &'a str,
        ends: bool,
    },
    /// Somebody who leaves has these.
    Holds {
        name: &'a str,
        incidents: &'a [String],
    },
    SnoozeEnds {
        at: &'a str,
        incident: &'a str,
    },
}

impl Language {
    pub fn notice_line(self, line: &NoticeLine) -> String {
        match self {
            Language::En => en(line),
            Language::Ja => ja(line),
        }
    }

    pub fn notice_detail(self, detail: &NoticeDetail) -> String {
        match self {
            Language::En => en_detail(detail),
            Language::Ja => ja_detail(detail),
        }
    }
}

fn en(line: &NoticeLine) -> String {
    let list = |names: &[String]| Language::En.list(names);
    match line {
        NoticeLine::ShiftComes { schedule, until, now: true, .. } => {
            format!("You are on call for {schedule} from now until {until}.")
        }
        NoticeLine::ShiftComes { schedule, from, until, .. } => {
            format!("You are on call for {schedule} from {from} until {until}.")
        }
        NoticeLine::ShiftOver { schedule, next: [] } => {
            format!("Your shift on {schedule} is over. Nobody is on call there now.")
        }
        NoticeLine::ShiftOver { schedule, next } => {
            format!("Your shift on {schedule} is over. On call now: {}.", list(next))
        }
        NoticeLine::PutOnCall { schedule, until, by, begins: true, git, .. } => {
            format!("You are on call for {schedule} from now until {until}{}", begun(by, *git))
        }
        NoticeLine::PutOnCall { schedule, from, until, by, .. } => {
            format!("{by} puts you on call for {schedule} from {from} until {until}.")
        }
        NoticeLine::Relieved { schedule, until, by, begins: true, git, .. } => {
            format!("You are relieved on {schedule} from now until {until}{}", begun(by, *git))
        }
        NoticeLine::Relieved { schedule, from, until, by, .. } => {
            format!("{by} relieves you on {schedule} from {from} until {until}.")
        }
        NoticeLine::MadeEnded { id, why: Why::AskedFor, by } => {
            format!("What you made ({id}) was ended by {by}.")
        }
        NoticeLine::MadeEnded { id, why, .. } => {
            format!("What you made ({id}) has ended: {}.", Language::En.why(why))
        }
        NoticeLine::MadeHidden { id, schedule, by } => {
            format!("Your override {id} of {schedule} lies under one that {by} made.")
        }
        NoticeLine::Cannot { id, name, schedule, from, until } => {
            format!(
                "{name} cannot be on call for {schedule} from {from} until {until} (override {id}), and is until somebody changes it."
            )
        }
        NoticeLine::AlsoUnanswered { incident, names } => {
            format!("No answer yet to {incident} by {}, whom you had paged.", list(names))
        }
        NoticeLine::BroadBegins { by, scope: [], until } => {
            format!("{by} has silenced everything until {until}: nothing at all pages.")
        }
        NoticeLine::BroadBegins { by, scope, until } => {
            format!("{by} has silenced {} of every service until {until}.", list(scope))
        }
        NoticeLine::BroadMutes { id, by, count, until } => {
            format!("Silence {id} by {by} has muted {count} so far, and lasts until {until}.")
        }
        NoticeLine::BroadOver { id, by, count } => {
            format!("Silence {id} by {by} is over. It muted {count}; what still fires pages again.")
        }
        NoticeLine::Testing { way } => format!("A test by {way} is on its way to you."),
        NoticeLine::TestedJustNow => {
            "A test of this way was made less than a minute ago: wait for it.".into()
        }
        NoticeLine::OptedOut { way } => Language::En.opted_out(way),
        NoticeLine::Test => "This is a test that you asked for. Nothing is wrong.".into(),
        NoticeLine::Tested { way, why: None } => {
            format!("Your test by {way} was taken: has it reached you?")
        }
        NoticeLine::Tested { way, why: Some(why) } => format!("Your test by {way} failed: {why}"),
    }
}

/// By whom, or by which line of git, an override begins.
fn begun(by: &str, git: bool) -> String {
    if git { format!(", by {by}.") } else { format!(": {by} made an override.") }
}

fn ja(line: &NoticeLine) -> String {
    let list = |names: &[String]| Language::Ja.list(names);
    match line {
        NoticeLine::ShiftComes { schedule, until, now: true, .. } => {
            format!("ただいまから{until} まで、{schedule}の当番です。")
        }
        NoticeLine::ShiftComes { schedule, from, until, .. } => {
            format!("{from} から{until} まで、{schedule}の当番です。")
        }
        NoticeLine::ShiftOver { schedule, next: [] } => {
            format!("{schedule}の当番が終わりました。現在、当番はいません。")
        }
        NoticeLine::ShiftOver { schedule, next } => {
            format!("{schedule}の当番が終わりました。次の当番は{}です。", list(next))
        }
        NoticeLine::PutOnCall { schedule, until, by, begins: true, .. } => {
            format!("ただいまから{until} まで、{schedule}の当番です（{by}によるオーバーライド）。")
        }
        NoticeLine::PutOnCall { schedule, from, until, by, .. } => {
            format!("{by}により、{from} から{until} まで{schedule}の当番になりました。")
        }
        NoticeLine::Relieved { schedule, until, by, begins: true, .. } => {
            format!("ただいまから{until} まで、{schedule}の当番を外れます（{by}によるオーバーライド）。")
        }
        NoticeLine::Relieved { schedule, from, until, by, .. } => {
            format!("{by}により、{from} から{until} まで{schedule}の当番を外れます。")
        }
        NoticeLine::MadeEnded { id, why: Why::AskedFor, by } => {
            format!("あなたの設定（{id}）は{by}が終了しました。")
        }
        NoticeLine::MadeEnded { id, why, .. } => {
            format!("あなたの設定（{id}）は終了しました: {}。", Language::Ja.why(why))
        }
        NoticeLine::MadeHidden { id, schedule, by } => {
            format!("{schedule}のオーバーライド {id} は、{by}が作成したものに上書きされました。")
        }
        NoticeLine::Cannot { id, name, schedule, from, until } => {
            format!(
                "{name}は{from} から{until} まで{schedule}の当番に入れません（オーバーライド {id}）。変更されるまでは当番のままです。"
            )
        }
        NoticeLine::AlsoUnanswered { incident, names } => {
            format!("{incident}: あなたが呼び出した{}からまだ応答がありません。", list(names))
        }
        NoticeLine::BroadBegins { by, scope: [], until } => {
            format!("{by}がすべての通知を{until} まで止めました。誰も呼び出されません。")
        }
        NoticeLine::BroadBegins { by, scope, until } => {
            format!("{by}が全サービスの {} の通知を{until} まで止めました。", list(scope))
        }
        NoticeLine::BroadMutes { id, by, count, until } => {
            format!("{by}のサイレンス {id} は、これまでに {count}件の通知を止めました（{until} まで）。")
        }
        NoticeLine::BroadOver { id, by, count } => {
            format!(
                "{by}のサイレンス {id} は終わりました。止めた通知は {count}件です。発生中のものは再び通知します。"
            )
        }
        NoticeLine::Testing { way } => format!("{way}のテストを送信します。"),
        NoticeLine::TestedJustNow => "この連絡手段は1分以内にテスト済みです。しばらく待ってください。".into(),
        NoticeLine::OptedOut { way } => Language::Ja.opted_out(way),
        NoticeLine::Test => "ご本人の操作によるテストです。障害は発生していません。".into(),
        NoticeLine::Tested { way, why: None } => {
            format!("{way}のテストを送信しました。届いたかどうか確かめてください。")
        }
        NoticeLine::Tested { way, why: Some(why) } => format!("{way}のテストに失敗しました: {why}"),
    }
}

fn en_detail(detail: &NoticeDetail) -> String {
    let list = |names: &[String]| Language::En.list(names);
    match detail {
        NoticeDetail::After { names } => format!("After {}.", list(names)),
        NoticeDetail::Before { names } => format!("Before {}.", list(names)),
        NoticeDetail::Instead { names } => format!("Instead of {}.", list(names)),
        NoticeDetail::Comes { names } => format!("On call instead: {}.", list(names)),
        NoticeDetail::Reason { text } => format!("Reason: {text}"),
        NoticeDetail::IfYouCannot { id } => {
            format!("If you cannot: /oncall cannot {id}, or oncall override cannot {id}")
        }
        NoticeDetail::Accept { id } => {
            format!("To accept it: /oncall accept {id}, or oncall offer accept {id}")
        }
        NoticeDetail::EndSilence { id } => format!("To end it: oncall silence end {id}"),
        NoticeDetail::Open { count, taken, snoozed, held } => {
            let parts = [(taken, "taken"), (snoozed, "snoozed"), (held, "held back")];
            let parts: Vec<String> =
                parts.iter().filter(|(n, _)| **n > 0).map(|(n, what)| format!("{n} {what}")).collect();
            let parts = if parts.is_empty() { String::new() } else { format!(" ({})", parts.join(", ")) };
            format!("Open: {count}{parts}")
        }
        NoticeDetail::NothingOpen => "Nothing is open.".into(),
        NoticeDetail::Incident { headline, state } => format!("{headline}: {state}"),
        NoticeDetail::More { count } => format!("and {count} more"),
        NoticeDetail::OverrideToCome { from, until } => format!("An override from {from} until {until}."),
        NoticeDetail::OverrideEnds { at } => format!("An override ends at {at}."),
        NoticeDetail::Silence { until, reason, ends: true } => format!("A silence ends at {until}: {reason}"),
        NoticeDetail::Silence { until, reason, ends: false } => {
            format!("A silence goes on until {until}: {reason}")
        }
        NoticeDetail::Holds { name, incidents } => format!("{name} still has {}.", list(incidents)),
        NoticeDetail::SnoozeEnds { at, incident } => format!("{incident} comes back at {at}."),
    }
}

fn ja_detail(detail: &NoticeDetail) -> String {
    let list = |names: &[String]| Language::Ja.list(names);
    match detail {
        NoticeDetail::After { names } => format!("前の当番: {}", list(names)),
        NoticeDetail::Before { names } => format!("次の当番: {}", list(names)),
        NoticeDetail::Instead { names } => format!("{}の代わりです。", list(names)),
        NoticeDetail::Comes { names } => format!("代わりの当番: {}", list(names)),
        NoticeDetail::Reason { text } => format!("理由: {text}"),
        NoticeDetail::IfYouCannot { id } => {
            format!("対応できない場合: /oncall cannot {id} または oncall override cannot {id}")
        }
        NoticeDetail::Accept { id } => {
            format!("引き受けるには: /oncall accept {id} または oncall offer accept {id}")
        }
        NoticeDetail::EndSilence { id } => format!("終了するには: oncall silence end {id}"),
        NoticeDetail::Open { count, taken, snoozed, held } => {
            let parts = [(taken, "対応中"), (snoozed, "スヌーズ中"), (held, "保留中")];
            let parts: Vec<String> =
                parts.iter().filter(|(n, _)| **n > 0).map(|(n, what)| format!("{what} {n}件")).collect();
            let parts = if parts.is_empty() { String::new() } else { format!("（{}）", parts.join("、")) };
            format!("未解決: {count}件{parts}")
        }
        NoticeDetail::NothingOpen => "未解決のインシデントはありません。".into(),
        NoticeDetail::Incident { headline, state } => format!("{headline}（{state}）"),
        NoticeDetail::More { count } => format!("ほか{count}件"),
        NoticeDetail::OverrideToCome { from, until } => {
            format!("オーバーライドの予定: {from} から{until} まで")
        }
        NoticeDetail::OverrideEnds { at } => format!("{at}にオーバーライドが終わります。"),
        NoticeDetail::Silence { until, reason, ends: true } => {
            format!("{until}にサイレンスが終わります: {reason}")
        }
        NoticeDetail::Silence { until, reason, ends: false } => {
            format!("サイレンスは{until} まで続きます: {reason}")
        }
        NoticeDetail::Holds { name, incidents } => format!("{name}が対応中: {}", list(incidents)),
        NoticeDetail::SnoozeEnds { at, incident } => format!("{incident} は{at}に再開します。"),
    }
}
