//! References and time zones: the id that a name leads to, or where it was meant to lead.
//!
//! Somebody may write a person's name instead of the id, or delete the file of somebody who has left.

use super::code;
use super::diagnostic::{Finding, Part, Spot};
use super::layout::wrong_id;
use super::read::File;
use super::resolve::Resolver;
use super::suggest::nearest;
use crate::config::Id;
use crate::language::words::{Words, all_of, did_you_mean};
use jiff::tz::TimeZone;
use std::collections::BTreeMap;

/// So many ids are named where a reference leads nowhere.
const FEW: usize = 8;
/// The most references of one tree whose names are looked for in its files.
const LOOKED_UP_MAX: usize = 100;

/// What people call a zone, and the zone. Offsets and letters that mean several zones are not here.
const ZONES: &[(&str, &str)] = &[
    ("jst", "Asia/Tokyo"),
    ("東京", "Asia/Tokyo"),
    ("日本", "Asia/Tokyo"),
    ("日本時間", "Asia/Tokyo"),
    ("日本標準時", "Asia/Tokyo"),
    ("大阪", "Asia/Tokyo"),
    ("kst", "Asia/Seoul"),
    ("ソウル", "Asia/Seoul"),
    ("hkt", "Asia/Hong_Kong"),
    ("sgt", "Asia/Singapore"),
    ("シンガポール", "Asia/Singapore"),
    ("ist", "Asia/Kolkata"),
    ("aest", "Australia/Sydney"),
    ("aedt", "Australia/Sydney"),
    ("nzst", "Pacific/Auckland"),
    ("bst", "Europe/London"),
    ("ロンドン", "Europe/London"),
    ("cest", "Europe/Berlin"),
    ("et", "America/New_York"),
    ("edt", "America/New_York"),
    ("ニューヨーク", "America/New_York"),
    ("ct", "America/Chicago"),
    ("cdt", "America/Chicago"),
    ("mt", "America/Denver"),
    ("mdt", "America/Denver"),
    ("pt", "America/Los_Angeles"),
    ("pst", "America/Los_Angeles"),
    ("pdt", "America/Los_Angeles"),
];

impl Resolver<'_> {
    /// The id that is named, or a finding that says where it may have been meant to lead.
    pub(super) fn reference<T>(
        &mut self,
        files: &BTreeMap<Id, File<T>>,
        noun: &'static str,
        name: &str,
        at: &Spot,
    ) -> Option<Id> {
        if let Some((id, _)) = files.get_key_value(name) {
            return Some(id.clone());
        }
        let message =
            Words::new(format!("no {noun} `{name}`"), format!("{} `{name}` はありません", in_japanese(noun)));
        let finding = Finding::error(code::REFERENCE, at.clone(), message);
        let place = |id: &str| files.get(id).map(|file| file.at.on(Part::FirstLine));
        if let Some((id, called)) = self.called(noun, name) {
            let help = Words::new(
                format!("write the id, which is the file's name: `{id}`"),
                format!("id（ファイル名）で `{id}` と書いてください"),
            );
            let label = Words::new(format!("`{id}` is {called}"), format!("`{id}` は {called} です"));
            let finding = finding.help(help);
            self.findings.push(match place(&id) {
                Some(place) => finding.label(place, label),
                None => finding,
            });
            return None;
        }
        let near = nearest(name, files.keys().map(|id| &**id));
        if near.is_none() {
            self.lost.insert(noun);
        }
        let has_left = (noun == "user").then(|| self.may_have_left(name, near)).flatten();
        let help = match (has_left, near) {
            (Some(words), _) => Some(words),
            (None, Some(near)) => Some(did_you_mean(near)),
            (None, None) => few(noun, files.keys()),
        };
        let finding = finding.maybe_help(help);
        let place = near.and_then(|near| Some((near, place(near)?)));
        self.findings.push(match place {
            Some((near, place)) => finding.label(
                place,
                Words::new(format!("`{near}` is defined here"), format!("`{near}` はここで定義されています")),
            ),
            None => finding,
        });
        None
    }

    /// The only one that people call so: by the name, the family name, the Slack id or the e-mail address.
    fn called(&self, noun: &'static str, written: &str) -> Option<(Id, String)> {
        let plain = |text: &str| -> String {
            text.chars().filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase).collect()
        };
        let wanted = plain(written);
        let is_meant =
            |name: &str| plain(name) == wanted || name.split_whitespace().any(|part| plain(part) == wanted);
        let mut found: Vec<(Id, String)> = match noun {
            "user" => {
                let users =
                    self.documents.users.values().filter_map(|it| Some((&it.id, it.document.as_ref()?)));
                let users = users.filter(|(_, user)| {
                    let slack = user.slack.as_ref().is_some_and(|slack| slack.0 == written);
                    let same = |text: &Option<String>| text.as_deref().is_some_and(is_meant);
                    slack || is_meant(&user.name) || same(&user.reading) || same(&user.email)
                });
                users.map(|(id, user)| (id.clone(), user.name.clone())).collect()
            }
            "schedule" => named(self.documents.schedules.values(), |it| &it.name, is_meant),
            "service" => named(self.documents.services.values(), |it| &it.name, is_meant),
            _ => Vec::new(),
        };
        let only = found.pop();
        only.filter(|_| found.is_empty())
    }

    /// The file of somebody who has left stays. A name that several places know, or that is no slip of another one, is
    /// more likely that of such a person than a misspelling.
    fn may_have_left(&mut self, name: &str, near: Option<&str>) -> Option<Words> {
        self.looked_up += 1;
        if self.looked_up > LOOKED_UP_MAX || wrong_id(name).is_some() {
            return None;
        }
        let known = self.mentions(name) > 1;
        if !known && near.is_none_or(|near| is_slip(name, near)) {
            return None;
        }
        let en = format!(
            "if `{name}` has left, keep the file users/{name}.yaml, with `left: 2026-12-31`, the day from which they are gone"
        );
        let ja = format!(
            "`{name}` が退職・異動した場合は、users/{name}.yaml を残し、`left: 2026-12-31` のようにいなくなる日を書いてください"
        );
        Some(match near {
            Some(near) => {
                Words::new(format!("did you mean `{near}`? Or, {en}"), format!("`{near}` のことですか？{ja}"))
            }
            None => Words::new(en, ja),
        })
    }

    /// How often the name stands by itself in the files.
    fn mentions(&self, name: &str) -> usize {
        let inside = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '/');
        let in_text = |text: &str| {
            let hits = text.match_indices(name).filter(|(at, _)| {
                let before = text.get(..*at).and_then(|it| it.chars().next_back());
                let after = text.get(at + name.len()..).and_then(|it| it.chars().next());
                !before.is_some_and(inside) && !after.is_some_and(inside)
            });
            hits.take(2).count()
        };
        self.sources.files.values().map(|source| in_text(&source.text)).sum()
    }

    pub(super) fn time_zone(&mut self, name: &str, at: &Spot) -> TimeZone {
        if let Ok(zone) = TimeZone::get(name)
            && !zone.is_unknown()
        {
            return zone;
        }
        let message =
            Words::new(format!("no time zone `{name}`"), format!("`{name}` というタイムゾーンはありません"));
        self.error_help(code::VALUE, at.clone(), message, zone_meant(name));
        TimeZone::UTC
    }
}

fn zone_meant(name: &str) -> Words {
    let lower = name.to_lowercase();
    if let Some((_, zone)) = ZONES.iter().find(|(called, _)| *called == lower) {
        return Words::new(format!("write `{zone}`"), format!("`{zone}` と書いてください"));
    }
    let offset =
        ["utc", "gmt", "jst"].iter().fold(&*lower, |rest, word| rest.strip_prefix(word).unwrap_or(rest));
    if offset.starts_with(['+', '-']) {
        let zone = if matches!(offset, "+9" | "+09" | "+09:00" | "+0900" | "+9:00") {
            "Asia/Tokyo"
        } else if offset.starts_with('-') {
            "America/New_York"
        } else {
            "Europe/Berlin"
        };
        return Words::new(
            format!("an offset knows no summer time: name the place, as in `{zone}`"),
            format!("時差では夏時間が分かりません。`{zone}` のように地域で書いてください"),
        );
    }
    let known: Vec<String> = jiff::tz::db().available().map(|name| name.as_str().to_owned()).collect();
    // Letters are a zone of their own, and not the misspelling of another one.
    let letters = name.len() <= 5 && name.bytes().all(|byte| byte.is_ascii_uppercase());
    let near = nearest(name, known.iter().map(String::as_str)).filter(|_| !letters);
    near.map_or_else(
        || Words::new("a zone is written like `Asia/Tokyo`", "タイムゾーンは `Asia/Tokyo` のように書きます"),
        did_you_mean,
    )
}

fn named<'f, T: 'f>(
    files: impl Iterator<Item = &'f File<T>>,
    name: impl Fn(&T) -> &String,
    is_meant: impl Fn(&str) -> bool,
) -> Vec<(Id, String)> {
    let files = files.filter_map(|file| Some((file.id.clone(), name(file.document.as_ref()?).clone())));
    files.filter(|(_, name)| is_meant(name)).collect()
}

/// A letter too many, too few or in the wrong place. Another letter gives another name: `kato` and `sato`.
fn is_slip(written: &str, near: &str) -> bool {
    let letters = |text: &str| {
        let mut letters: Vec<char> = text.chars().collect();
        letters.sort_unstable();
        letters
    };
    written.len() != near.len() || letters(written) == letters(near)
}

/// The ids that there are, if they are few.
fn few<'i>(noun: &str, ids: impl ExactSizeIterator<Item = &'i Id>) -> Option<Words> {
    if ids.len() > FEW {
        return None;
    }
    let ids: Vec<String> = ids.map(|id| format!("`{id}`")).collect();
    let plural = match noun {
        "escalation policy" => "escalation policies".to_owned(),
        "holidays" | "business hours" => noun.to_owned(),
        noun => format!("{noun}s"),
    };
    let japanese = in_japanese(noun);
    if ids.is_empty() {
        let folder = plural.replace(' ', "-");
        return Some(Words::new(
            format!("there are no {plural} yet: write one into `{folder}/`"),
            format!("{japanese}がまだ 1 つもありません。`{folder}/` に作ってください"),
        ));
    }
    let all = all_of(&ids);
    let en = match ids.len() {
        1 => format!("there is only {}", all.en),
        _ => format!("the {plural} are {}", all.en),
    };
    Some(Words { en, ja: format!("{japanese}には {} があります", all.ja) })
}

/// What a reference leads to, in Japanese.
pub(super) fn in_japanese(noun: &str) -> &'static str {
    match noun {
        "user" => "ユーザー",
        "schedule" => "スケジュール",
        "escalation policy" => "エスカレーションポリシー",
        "service" => "サービス",
        "integration" => "インテグレーション",
        "holidays" => "休日",
        "business hours" => "営業時間",
        _ => "",
    }
}
