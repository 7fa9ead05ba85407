//! The files of a new config repository for a team, a language, a zone and a day. No I/O.
//!
//! The texts are in `starter/`, one folder for each language; words between double underscores are placeholders. What a
//! team has is decided by [`texts`], and what each way to tell people needs by [`channel`](super::channel).
//! [`init`](super::init) writes the files and checks that nothing is in the way.

use super::channel::{Channel, high, member, providers, quiet};
use super::example;
use crate::document::{Kind, Language, schemas};
use crate::edit::{Newcomer, Team, blocks, texts};
use crate::integration::{Monitor, Sns};
use crate::language;
use jiff::civil::{Date, Weekday};
use jiff::{ToSpan, tz::TimeZone};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// The choices of somebody who starts.
#[derive(Clone, Debug)]
pub struct Starter {
    pub language: Language,
    /// An id, used for the policy and the service, and as prefix of the schedules' ids.
    pub team: String,
    pub time_zone: TimeZone,
    pub forge: Forge,
    /// The git URL from which CI builds `oncall`, if known.
    pub source: Option<String>,
    /// Who takes turns, in their order; with nobody, people that are made up.
    pub people: Vec<Newcomer>,
    /// At least one; alerts are tried with the first.
    pub monitors: Vec<&'static Monitor>,
    /// The phone is set up whether it is among them or not.
    pub channels: Vec<Channel>,
}

/// Where the repository will be hosted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Forge {
    Github,
    Gitlab,
    /// Anywhere else: no files for CI
    None,
}

type Text = (&'static str, &'static str);

/// How many of those who take turns are named as the last resort.
const LAST_RESORT_MAX: usize = 3;
/// The monitor whose alerts end only by silence.
const NEVER_RESOLVES: &str = "opensearch";
/// The topic of Amazon SNS that stands for the one that is not known yet.
const SAMPLE_TOPIC: &str = "arn:aws:sns:ap-northeast-1:123456789012:alarms";

/// The files by path, as of this day.
pub fn files(starter: &Starter, today: Date) -> BTreeMap<String, String> {
    let words = Words::new(starter, today);
    let texts_of = if words.japanese() { JA } else { EN };
    let mut files: BTreeMap<String, String> =
        texts_of.iter().map(|(path, text)| (words.fill(path), words.fill(text))).collect();
    files.extend(texts(words.language(), &words.team()));
    files.extend(words.people());
    files.extend(starter.monitors.iter().map(|monitor| words.monitor(monitor)));
    files.insert("samples/alert.json".to_owned(), words.alert());
    files.extend(ci(starter.forge).iter().map(|(path, text)| ((*path).to_owned(), words.fill(text))));
    files.extend(schemas().into_iter().map(|(name, text)| (format!("schema/{name}"), text)));
    let days: String =
        words.days_off.iter().map(|(date, name)| format!("- {{ date: {date}, name: {name} }}\n")).collect();
    let about = words.about_days_off();
    let first = "# yaml-language-server: $schema=../schema/holidays.json\n";
    files.insert(format!("holidays/{}.yaml", words.holidays()), format!("{first}{about}{days}"));
    files.insert(".vscode/settings.json".to_owned(), format!("{:#}\n", editor()));
    let extensions = json!({ "recommendations": ["redhat.vscode-yaml"] });
    files.insert(".vscode/extensions.json".to_owned(), format!("{extensions:#}\n"));
    files
}

/// A new file has no schema line yet, so VS Code gets the schema by folder.
fn editor() -> Value {
    let of = |kind: &Kind| {
        let files = match kind.folder() {
            "" => "/oncall.yaml".to_owned(),
            folder => format!("/{folder}/**/*.yaml"),
        };
        (format!("./schema/{}.json", kind.schema_name()), Value::from(files))
    };
    let schemas: Map<String, Value> = Kind::ALL.iter().map(of).collect();
    json!({
        "yaml.schemas": schemas,
        "yaml.schemaStore.enable": false,
        "[yaml]": { "editor.quickSuggestions": { "strings": true }, "editor.tabSize": 2 },
    })
}

/// The values of the placeholders.
struct Words<'s> {
    starter: &'s Starter,
    /// The Monday of the first handoff. It is in the past, so that somebody is on call from the start.
    from: Date,
    days_off: BTreeMap<Date, &'static str>,
    /// The ids of those who take turns.
    members: Vec<String>,
}

impl Words<'_> {
    fn new(starter: &Starter, today: Date) -> Words<'_> {
        let from = today.nth_weekday(-1, Weekday::Monday).unwrap_or(today);
        let ids = starter.people.iter().map(|it| it.id.clone());
        let made_up = made_up(starter.language).iter().filter(|it| it.turns).map(|it| it.id.to_owned());
        let members = if starter.people.is_empty() { made_up.collect() } else { ids.collect() };
        Words { starter, from, days_off: days_off(starter, today), members }
    }

    fn fill(&self, text: &str) -> String {
        let channels = &self.starter.channels;
        let two = self.members.len() > 1;
        let severities = self.starter.monitors.first().is_none_or(waits_for_the_office);
        let blocks_kept = [("TWO", two), ("SEVERITIES", severities), ("SEVERITIES_TWO", severities && two)];
        let kept: Vec<&str> = blocks_kept.iter().filter(|(_, kept)| *kept).map(|(word, _)| *word).collect();
        let day = |days: i64| self.from.saturating_add(days.days()).to_string();
        let [first, second, last] = self.some_members();
        let language = self.starter.language;
        let words = [
            ("__TEAM__", self.starter.team.clone()),
            ("__ZONE__", self.starter.time_zone.iana_name().unwrap_or("UTC").to_owned()),
            ("__HOLIDAYS__", self.holidays().to_owned()),
            ("__FROM__", day(0)),
            ("__UNTIL__", day(28)),
            ("__NIGHT__", self.night().to_string()),
            ("__SWAP__", day(8)),
            ("__SWAP_END__", day(9)),
            ("__LEAVE__", day(36)),
            ("__LEAVE_END__", day(38)),
            ("__GONE__", day(63)),
            ("__SOURCE__", self.source().to_owned()),
            ("__SOURCE_NOTE__", self.source_note().to_owned()),
            ("__CI_STEP__", self.ci_step()),
            ("__FIRST__", first.clone()),
            ("__SECOND__", second.clone()),
            ("__SECOND_OR_FIRST__", if two { second } else { first }),
            ("__LAST__", last),
            ("__MEMBERS_ONLY__", self.members.join(",")),
            ("__NEWCOMER__", self.newcomer().to_owned()),
            ("__LAST_RESORT__", self.last_resort()),
            ("__MONITOR__", self.first_monitor()),
            ("__QUIET__", quiet(channels).word().to_owned()),
            ("__HIGH__", high(channels)),
            ("__LOW__", format!("{{ by: {} }}", quiet(channels).word())),
            ("__PROVIDERS__\n", providers(channels, language, self.in_japan()) + "\n"),
        ];
        words.iter().fold(blocks(text, &kept), |text, (word, value)| text.replace(word, value))
    }

    /// The first, the second and the last of those who take turns.
    fn some_members(&self) -> [String; 3] {
        let made_up = made_up(self.starter.language);
        let at = |at: usize| self.members.get(at).cloned();
        let second = at(1).or_else(|| made_up.get(1).map(|it| it.id.to_owned())).unwrap_or_default();
        let last = self.members.last().cloned().unwrap_or_default();
        [at(0).unwrap_or_default(), second, last]
    }

    fn newcomer(&self) -> &'static str {
        if self.japanese() { "林 真央 <hayashi@example.com>" } else { "Nina Novak <nina@example.com>" }
    }

    /// Made-up people have somebody for it who takes no turns; of real ones, the first are named.
    fn last_resort(&self) -> String {
        let made_up = made_up(self.starter.language).iter().filter(|it| !it.turns).map(|it| it.id);
        let others = made_up.filter(|_| self.starter.people.is_empty());
        let most = if self.starter.people.is_empty() { 1 } else { LAST_RESORT_MAX };
        let named = others.chain(self.members.iter().map(String::as_str).take(most));
        named.map(|id| format!("{{ user: {id} }}")).collect::<Vec<_>>().join(", ")
    }

    fn first_monitor(&self) -> String {
        self.starter.monitors.first().map_or_else(String::new, |monitor| integration(monitor))
    }

    fn language(&self) -> language::Language {
        match self.starter.language {
            Language::Ja => language::Language::Ja,
            Language::En => language::Language::En,
        }
    }

    fn team(&self) -> Team<'_> {
        Team {
            id: &self.starter.team,
            name: &self.starter.team,
            members: &self.members,
            fallback: "last-resort",
            from: self.from,
            time_zone: None,
        }
    }

    /// A file for everybody.
    fn people(&self) -> Vec<(String, String)> {
        let first = "# yaml-language-server: $schema=../schema/user.json\n";
        let Starter { channels, language, people, .. } = self.starter;
        let file = |(number, (newcomer, about)): (usize, (Newcomer, String))| {
            let text = member(&newcomer, (channels, *language), self.in_japan(), number + 1);
            (format!("users/{}.yaml", newcomer.id), format!("{first}{about}{text}"))
        };
        let given = people.iter().map(|it| (it.clone(), String::new()));
        let made_up = made_up(*language).iter().map(|it| (it.newcomer(), it.about(*language).to_owned()));
        if people.is_empty() {
            return made_up.enumerate().map(file).collect();
        }
        given.enumerate().map(file).collect()
    }

    fn monitor(&self, monitor: &Monitor) -> (String, String) {
        let mut keep = Vec::new();
        if monitor.sns == Sns::Always {
            keep.push("TOPICS");
        }
        if !monitor.sends_severity {
            keep.push("SEVERITY");
        }
        if monitor.name == NEVER_RESOLVES {
            keep.push("STALE");
        }
        let text = blocks(if self.japanese() { MONITOR_JA } else { MONITOR_EN }, &keep);
        let secret = format!("{}_WEBHOOK_SECRET", monitor.name.to_ascii_uppercase().replace('-', "_"));
        let text = text.replace("__TITLE__", monitor.title).replace("__TYPE__", monitor.name);
        let text = text.replace("__SECRET__", &secret).replace("__TOPIC__", SAMPLE_TOPIC);
        (format!("integrations/{}.yaml", integration(monitor)), self.fill(&text))
    }

    /// An alert of the first monitor.
    fn alert(&self) -> String {
        let first = self.starter.monitors.first().filter(|monitor| monitor.name != "alertmanager");
        match first {
            None => self.fill(if self.japanese() { ALERT_JA } else { ALERT_EN }),
            Some(monitor) => {
                let sample = monitor.sample;
                let body = sample.body.replace("{state}", sample.firing).replace("{secret}", "\"\"");
                format!("{}\n", body.trim_end())
            }
        }
    }

    fn japanese(&self) -> bool {
        self.starter.language == Language::Ja
    }

    fn in_japan(&self) -> bool {
        self.starter.time_zone.iana_name() == Some("Asia/Tokyo")
    }

    fn holidays(&self) -> &'static str {
        if self.in_japan() { "japan" } else { "company" }
    }

    /// A night next week between two working days, without a handoff.
    fn night(&self) -> Date {
        let days = (8..).map(|days: i64| self.from.saturating_add(days.days()));
        let works = |day: &Date| {
            let weekday = [Weekday::Tuesday, Weekday::Wednesday, Weekday::Thursday].contains(&day.weekday());
            weekday && !self.days_off.contains_key(day)
        };
        days.take(60).find(works).unwrap_or(self.from)
    }

    fn about_days_off(&self) -> &'static str {
        match (self.in_japan(), self.japanese()) {
            (true, true) => {
                "# 国民の祝日（振替休日を含む）。内閣府の発表に合わせて書き足します。残り少なくなると `oncall validate` が知らせます。\n"
            }
            (true, false) => {
                "# The national holidays of Japan, as the Cabinet Office publishes them. `oncall validate` warns before\n# the list runs out.\n"
            }
            (false, true) => {
                "# 会社の休日。元日だけを入れてあります。その国の祝日と、会社の休みを書き足してください。\n"
            }
            (false, false) => {
                "# Days off for everybody. There is only New Year's Day here: add the public holidays of your country, and your own.\n"
            }
        }
    }

    fn source(&self) -> &str {
        self.starter.source.as_deref().unwrap_or("https://git.example.com/oncall.git")
    }

    fn source_note(&self) -> &'static str {
        match (&self.starter.source, self.japanese()) {
            (Some(_), true) => "oncall はこのソースからビルドされ、次回からはキャッシュが使われます。",
            (Some(_), false) => "oncall is built from this source; the next runs use the cache.",
            (None, true) => {
                "ビルド済みの oncall はまだ配布されていません。ソースコードの Git リポジトリの URL に書き換えてください。"
            }
            (None, false) => "No binary of oncall is published yet: put the git address of its source here.",
        }
    }

    fn ci_step(&self) -> String {
        let file = match self.starter.forge {
            Forge::Github => ".github/workflows/oncall.yml",
            Forge::Gitlab => ".gitlab-ci.yml",
            Forge::None if self.japanese() => return "CI で `oncall validate` を実行します。".to_owned(),
            Forge::None => return "Run `oncall validate` in CI.".to_owned(),
        };
        match (&self.starter.source, self.japanese()) {
            (Some(_), true) => {
                format!("`{file}` を確かめます。CI はそこに書かれたソースから `oncall` をビルドします。")
            }
            (Some(_), false) => format!("Look at `{file}`: CI builds `oncall` from the source it names."),
            (None, true) => format!(
                "`{file}` に、`oncall` のソースコードの Git リポジトリの URL を書きます。CI はそこからビルドします。"
            ),
            (None, false) => {
                format!("In `{file}`, set the git address of `oncall`'s source: CI builds it from there.")
            }
        }
    }
}

/// Somebody who is made up.
struct MadeUp {
    id: &'static str,
    name: &'static str,
    /// How a call says it.
    reading: Option<&'static str>,
    /// The others are only named as the last resort.
    turns: bool,
}

impl MadeUp {
    const fn new(id: &'static str, name: &'static str, reading: Option<&'static str>, turns: bool) -> MadeUp {
        MadeUp { id, name, reading, turns }
    }

    fn newcomer(&self) -> Newcomer {
        Newcomer {
            id: self.id.to_owned(),
            name: self.name.to_owned(),
            reading: self.reading.map(str::to_owned),
            email: None,
            phone: None,
            slack: None,
        }
    }

    fn about(&self, language: Language) -> &'static str {
        match (self.turns, language) {
            (true, _) => "",
            (false, Language::Ja) => "# 当番には入らず、最終連絡先としてだけ名前が挙がる人です。\n",
            (false, Language::En) => "# Not in a rotation, only named as the last resort.\n",
        }
    }
}

fn made_up(language: Language) -> &'static [MadeUp] {
    match language {
        Language::Ja => &MADE_UP_JA,
        Language::En => &MADE_UP_EN,
    }
}

const MADE_UP_JA: [MadeUp; 4] = [
    MadeUp::new("tanaka", "田中 太郎", Some("たなか たろう"), true),
    MadeUp::new("suzuki", "鈴木 花子", Some("すずき はなこ"), true),
    MadeUp::new("sato", "佐藤 健", Some("さとう けん"), true),
    MadeUp::new("yamada", "山田 恵子", Some("やまだ けいこ"), false),
];

const MADE_UP_EN: [MadeUp; 4] = [
    MadeUp::new("alice", "Alice Adams", None, true),
    MadeUp::new("ben", "Ben Brown", None, true),
    MadeUp::new("chloe", "Chloe Clark", None, true),
    MadeUp::new("dana", "Dana Davis", None, false),
];

/// The id of its integration.
fn integration(monitor: &Monitor) -> String {
    monitor.name.replace('_', "-")
}

/// Whether its warnings wait for office hours: its own severity decides, and its silence ends none of them before.
fn waits_for_the_office(monitor: &&'static Monitor) -> bool {
    monitor.sends_severity && monitor.name != NEVER_RESOLVES
}

/// Japan's holidays if the zone is Asia/Tokyo; elsewhere only the day that is a holiday nearly everywhere.
fn days_off(starter: &Starter, today: Date) -> BTreeMap<Date, &'static str> {
    let japanese = starter.language == Language::Ja;
    if starter.time_zone.iana_name() != Some("Asia/Tokyo") {
        let name = if japanese { "元日" } else { "New Year's Day" };
        let years = today.year()..=today.year().saturating_add(2);
        return years.filter_map(|year| Some((Date::new(year, 1, 1).ok()?, name))).collect();
    }
    let list = example::FILES.iter().find(|(path, _)| *path == "holidays/japan.yaml").map_or("", |it| it.1);
    let line = |line: &'static str| {
        let (date, name) = line.strip_prefix("- { date: ")?.strip_suffix(" }")?.split_once(", name: ")?;
        let english = HOLIDAYS.iter().find(|(japanese, _)| *japanese == name).map_or(name, |it| it.1);
        Some((date.parse().ok()?, if japanese { name } else { english }))
    };
    list.lines().filter_map(line).collect()
}

/// The Cabinet Office's English names.
const HOLIDAYS: [(&str, &str); 18] = [
    ("元日", "New Year's Day"),
    ("成人の日", "Coming of Age Day"),
    ("建国記念の日", "National Foundation Day"),
    ("天皇誕生日", "Emperor's Birthday"),
    ("春分の日", "Vernal Equinox Day"),
    ("昭和の日", "Showa Day"),
    ("憲法記念日", "Constitution Memorial Day"),
    ("みどりの日", "Greenery Day"),
    ("こどもの日", "Children's Day"),
    ("海の日", "Marine Day"),
    ("山の日", "Mountain Day"),
    ("敬老の日", "Respect for the Aged Day"),
    ("秋分の日", "Autumnal Equinox Day"),
    ("スポーツの日", "Sports Day"),
    ("文化の日", "Culture Day"),
    ("勤労感謝の日", "Labour Thanksgiving Day"),
    ("休日", "Holiday"),
    ("国民の休日", "National Holiday"),
];

/// Ids that the texts use themselves.
pub fn taken() -> BTreeSet<&'static str> {
    BTreeSet::from(["last-resort"])
}

fn ci(forge: Forge) -> &'static [Text] {
    match forge {
        Forge::Github => GITHUB,
        Forge::Gitlab => GITLAB,
        Forge::None => &[],
    }
}

/// Files for CI, the same for everybody.
const REVIEW: &str = include_str!("../../.github/actions/oncall/review.py");
const INSTALL: &str = include_str!("../../.github/actions/oncall/install.sh");
const PROPOSE: &str = include_str!("../../.github/actions/oncall/propose.sh");

const GITHUB: &[Text] = &[
    (".github/workflows/oncall.yml", include_str!("../../starter/github/workflow.yml")),
    (".github/actions/oncall/action.yml", include_str!("../../.github/actions/oncall/action.yml")),
    (".github/workflows/oncall-run-time.yml", include_str!("../../starter/github/run-time.yml")),
    (".github/actions/oncall/install.sh", INSTALL),
    (".github/actions/oncall/propose.sh", PROPOSE),
    (".github/actions/oncall/review.py", REVIEW),
];

const GITLAB: &[Text] = &[
    (".gitlab-ci.yml", include_str!("../../starter/gitlab/.gitlab-ci.yml")),
    (".gitlab/oncall/install.sh", INSTALL),
    (".gitlab/oncall/propose.sh", PROPOSE),
    (".gitlab/oncall/review.py", REVIEW),
];

const JA: &[Text] = &[
    ("CODEOWNERS", include_str!("../../starter/ja/CODEOWNERS")),
    ("README.md", include_str!("../../starter/ja/README.md")),
    ("business-hours/office.yaml", include_str!("../../starter/ja/business-hours/office.yaml")),
    (
        "escalation-policies/last-resort.yaml",
        include_str!("../../starter/ja/escalation-policies/last-resort.yaml"),
    ),
    ("expectations/promises.yaml", include_str!("../../starter/ja/expectations/promises.yaml")),
    ("oncall.yaml", include_str!("../../starter/ja/oncall.yaml")),
    ("overrides/README.md", include_str!("../../starter/ja/overrides/README.md")),
];
const MONITOR_JA: &str = include_str!("../../starter/ja/integrations/__MONITOR__.yaml");
const ALERT_JA: &str = include_str!("../../starter/ja/samples/alert.json");

const EN: &[Text] = &[
    ("CODEOWNERS", include_str!("../../starter/en/CODEOWNERS")),
    ("README.md", include_str!("../../starter/en/README.md")),
    ("business-hours/office.yaml", include_str!("../../starter/en/business-hours/office.yaml")),
    (
        "escalation-policies/last-resort.yaml",
        include_str!("../../starter/en/escalation-policies/last-resort.yaml"),
    ),
    ("expectations/promises.yaml", include_str!("../../starter/en/expectations/promises.yaml")),
    ("oncall.yaml", include_str!("../../starter/en/oncall.yaml")),
    ("overrides/README.md", include_str!("../../starter/en/overrides/README.md")),
];
const MONITOR_EN: &str = include_str!("../../starter/en/integrations/__MONITOR__.yaml");
const ALERT_EN: &str = include_str!("../../starter/en/samples/alert.json");
