//! The words behind `/oncall`, in English and in Japanese: which act is meant, and its values.
//!
//! What may mean two things is asked back and never guessed. A time ends where it is longest: in `silence web 2h 30m noise` it
//! is two hours and a half.

use super::intent::{EVERYTHING, Intent, NOBODY, Unclear, known_user, schedule, service};
use super::person::Person;
use crate::config::{Config, Id};
use crate::incident::IncidentId;
use crate::language::chat::{Chat, Doing, Slot};
use crate::language::moment::{Moment, NotAMoment, moment};
use jiff::Timestamp;

/// The most words of a time.
const TIME_WORDS_MAX: usize = 4;

/// What is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Typed {
    Help,
    Who {
        schedule: Option<Id>,
        at: Timestamp,
    },
    Incidents {
        service: Option<Id>,
    },
    /// A wish that is whole. One about incidents that names none means the one that is open.
    Intent {
        intent: Intent,
        /// It ends at a handoff: when that is, is shown before it is done.
        asks_first: bool,
    },
    /// A form for what was not said.
    Form(Intent),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verb {
    Help,
    Who,
    Incidents,
    Do(Doing),
}

/// The words for each verb; the first is the one that `help` shows.
const VERBS: [(Verb, &[&str]); 29] = [
    (Verb::Help, &["help", "ヘルプ", "使い方", "?", "？"]),
    (Verb::Who, &["who", "担当", "当番", "担当者", "誰"]),
    (Verb::Incidents, &["incidents", "list", "インシデント", "一覧"]),
    (Verb::Do(Doing::Declare), &["page", "declare", "呼び出し", "呼び出す", "呼ぶ"]),
    (Verb::Do(Doing::Acknowledge), &["ack", "acknowledge", "対応", "対応する"]),
    (Verb::Do(Doing::Unacknowledge), &["unack", "unacknowledge", "対応取り消し", "取り消し"]),
    (Verb::Do(Doing::Resolve), &["resolve", "解決", "解決済み"]),
    (Verb::Do(Doing::Reopen), &["reopen", "再オープン"]),
    (Verb::Do(Doing::Escalate), &["escalate", "エスカレーション", "エスカレート"]),
    (Verb::Do(Doing::Raise), &["raise", "緊急度を上げる"]),
    (Verb::Do(Doing::Lower), &["lower", "緊急度を下げる"]),
    (Verb::Do(Doing::Snooze), &["snooze", "スヌーズ"]),
    (Verb::Do(Doing::Note), &["note", "メモ"]),
    (Verb::Do(Doing::Reassign), &["reassign", "担当変更"]),
    (Verb::Do(Doing::PageAlso), &["page-also", "add", "追加呼び出し"]),
    (Verb::Do(Doing::Move), &["move", "移動"]),
    (Verb::Do(Doing::Merge), &["merge", "統合"]),
    (Verb::Do(Doing::Unmerge), &["unmerge", "統合取り消し"]),
    (Verb::Do(Doing::Take), &["take", "交代", "代わる", "引き受ける"]),
    (Verb::Do(Doing::Offer), &["offer", "募集", "交代募集"]),
    (Verb::Do(Doing::Accept), &["accept", "引き受け"]),
    (Verb::Do(Doing::Cannot), &["cannot", "辞退", "入れない"]),
    (Verb::Do(Doing::Override), &["override", "オーバーライド", "代理"]),
    (Verb::Do(Doing::Silence), &["silence", "サイレンス", "通知停止"]),
    (Verb::Do(Doing::Away), &["away", "不在"]),
    (Verb::Do(Doing::Back), &["back", "復帰"]),
    (Verb::Do(Doing::End), &["end", "終了"]),
    (Verb::Do(Doing::Test), &["test", "test-me", "テスト"]),
    (Verb::Do(Doing::Channel), &["channel", "チャンネル"]),
];
const UNTIL: [&str; 4] = ["until", "till", "for", "まで"];
const FROM: [&str; 2] = ["from", "から"];
const INSTEAD: [&str; 3] = ["instead-of", "replacing", "代わりに"];
const ALL: [&str; 4] = ["everything", "all", "すべて", "全部"];
const NONE: [&str; 2] = [NOBODY, "なし"];

/// Reads what somebody typed.
pub fn read(text: &str, config: &Config, now: Timestamp, person: &Person) -> Result<Typed, String> {
    let words: Vec<&str> =
        text.split([' ', '\u{3000}', '\t', '\n']).filter(|word| !word.is_empty()).collect();
    let Some((first, rest)) = words.split_first() else { return Ok(Typed::Help) };
    let word = first.to_lowercase();
    let verb = VERBS.iter().find(|(_, words)| words.contains(&&*word)).map(|(verb, _)| *verb);
    let line = Typing { config, now, person, rest };
    let read = match verb {
        None => return Err(person.say(&Chat::NoSuchVerb { said: first })),
        Some(Verb::Help) => Ok(Typed::Help),
        Some(Verb::Who) => line.who(),
        Some(Verb::Incidents) => line.incidents(),
        Some(Verb::Do(act)) => line.wish(act),
    };
    read.map_err(|unclear| unclear.words)
}

/// The words that are still to be read.
struct Typing<'a> {
    config: &'a Config,
    now: Timestamp,
    person: &'a Person<'a>,
    rest: &'a [&'a str],
}

impl<'a> Typing<'a> {
    fn wish(mut self, act: Doing) -> Result<Typed, Unclear> {
        let mut wish = Intent::new(act);
        if act.is_about_incidents() {
            self.targets(&mut wish);
        }
        if self.rest.is_empty() && act.has_form() {
            return Ok(Typed::Form(wish));
        }
        match act {
            Doing::Declare => {
                wish.set(Slot::Service, self.service()?);
                wish.set(Slot::Text, self.words());
            }
            Doing::Resolve | Doing::Note | Doing::End | Doing::Accept | Doing::Cannot => {
                wish.set(Slot::Text, self.words())
            }
            Doing::Snooze => wish.set(Slot::Until, self.time(Slot::Until)?),
            Doing::Reassign | Doing::PageAlso => {
                self.skip(&["to", "→"]);
                wish.set(Slot::Who, self.words());
            }
            Doing::Merge => {
                self.skip(&["into", "→"]);
                wish.set(Slot::Into, self.words());
            }
            Doing::Move => {
                self.skip(&["to", "→"]);
                wish.set(Slot::Service, self.service()?);
            }
            Doing::Take => self.take(&mut wish)?,
            Doing::Override => self.overrides(&mut wish)?,
            Doing::Offer => self.offer(&mut wish)?,
            Doing::Silence => {
                wish.set(
                    Slot::Service,
                    if self.skip(&ALL) { EVERYTHING.to_owned() } else { self.service()? },
                );
                wish.set(Slot::Until, self.time(Slot::Until)?);
                wish.set(Slot::Text, self.words());
            }
            Doing::Away => {
                wish.set(Slot::Until, self.time(Slot::Until)?);
                if self.skip(&["cover", "代理"]) {
                    wish.set(Slot::Who, self.words());
                }
            }
            Doing::Test => {
                self.skip(&["me", "自分"]);
                wish.set(Slot::Text, self.words());
            }
            Doing::Acknowledge
            | Doing::Unacknowledge
            | Doing::Reopen
            | Doing::Escalate
            | Doing::Raise
            | Doing::Lower
            | Doing::Unmerge
            | Doing::Back
            | Doing::Channel => {}
        }
        if act != Doing::Resolve && !self.rest.is_empty() {
            let said = self.words();
            let words = self.person.say(&Chat::TooManyWords { said: &said });
            return Err(Unclear { entry: Slot::Text, words });
        }
        let until = wish.get(Slot::Until);
        let asks_first = until == Some("handoff") || (act == Doing::Take && until.is_none());
        let intent = wish.fixed(self.config, self.now, self.person)?;
        Ok(Typed::Intent { intent, asks_first })
    }

    fn who(mut self) -> Result<Typed, Unclear> {
        let schedule = match self.rest.first().and_then(|said| schedule(self.config, said)) {
            Some(schedule) => {
                self.next();
                Some(schedule)
            }
            None => None,
        };
        self.skip(&["at"]);
        if self.rest.is_empty() {
            return Ok(Typed::Who { schedule, at: self.now });
        }
        let (said, nearest) = (self.rest[0].to_owned(), schedule.is_none());
        match self.time(Slot::Until).map(|said| said.parse()) {
            Ok(Ok(at)) if self.rest.is_empty() => Ok(Typed::Who { schedule, at }),
            // A word that is neither a schedule nor a time was meant as a schedule.
            _ if nearest => {
                let words = self.person.say(&Chat::NoSuch { what: Slot::Schedule, said: &said });
                Err(Unclear { entry: Slot::Schedule, words })
            }
            Err(unclear) => Err(unclear),
            Ok(_) => {
                let words = self.person.say(&Chat::TooManyWords { said: &self.words() });
                Err(Unclear { entry: Slot::Text, words })
            }
        }
    }

    fn incidents(mut self) -> Result<Typed, Unclear> {
        if self.rest.is_empty() {
            return Ok(Typed::Incidents { service: None });
        }
        let id = self.service()?;
        Ok(Typed::Incidents { service: service(self.config, &id) })
    }

    /// `take web`, `take web from suzuki until 18:00`, `take suzuki until 18:00`.
    fn take(&mut self, wish: &mut Intent) -> Result<(), Unclear> {
        let Some(said) = self.next() else {
            let words = self.person.say(&Chat::Missing { what: Slot::Schedule });
            return Err(Unclear { entry: Slot::Schedule, words });
        };
        match (schedule(self.config, said), known_user(self.config, said)) {
            (Some(schedule), _) => wish.set(Slot::Schedule, &*schedule),
            (None, Some(user)) => {
                let all = self.config.schedules.schedules.keys();
                let has = |id: &&Id| self.config.schedules.on_call(id, self.now).users.contains(&user);
                let on: Vec<&Id> = all.filter(has).collect();
                match on[..] {
                    [only] => wish.set(Slot::Schedule, &**only),
                    _ => {
                        let ids: Vec<String> = on.iter().map(ToString::to_string).collect();
                        let words = self.person.say(&Chat::WhichSchedule { said, ids: &ids });
                        return Err(Unclear { entry: Slot::Schedule, words });
                    }
                }
                wish.set(Slot::Instead, &*user);
            }
            (None, None) => {
                let words = self.person.say(&Chat::NoSuch { what: Slot::Schedule, said });
                return Err(Unclear { entry: Slot::Schedule, words });
            }
        }
        if wish.get(Slot::Instead).is_none()
            && self.skip(&FROM)
            && let Some(who) = self.next()
        {
            wish.set(Slot::Instead, who);
        }
        if !self.rest.is_empty() {
            wish.set(Slot::Until, self.time(Slot::Until)?);
        }
        Ok(())
    }

    /// `offer web from sat 10:00 until sun 10:00 to sato wedding`.
    fn offer(&mut self, wish: &mut Intent) -> Result<(), Unclear> {
        wish.set(Slot::Schedule, self.next().unwrap_or_default());
        self.skip(&FROM);
        let from = self.time(Slot::From)?;
        wish.set(Slot::From, from);
        let until = self.time(Slot::Until)?;
        wish.set(Slot::Until, until);
        if self.skip(&["to", "→"]) {
            wish.set(Slot::Who, self.next().unwrap_or_default());
        }
        wish.set(Slot::Text, self.words());
        Ok(())
    }

    /// `override web sato until 18:00 ill`, with `from TIME` and `instead-of PERSON` before it.
    fn overrides(&mut self, wish: &mut Intent) -> Result<(), Unclear> {
        wish.set(Slot::Schedule, self.next().unwrap_or_default());
        match self.next() {
            Some(who) if NONE.contains(&who) => wish.set(Slot::Who, NOBODY),
            Some(who) => wish.set(Slot::Who, who),
            None => {
                let words = self.person.say(&Chat::Missing { what: Slot::Who });
                return Err(Unclear { entry: Slot::Who, words });
            }
        }
        if self.skip(&INSTEAD) {
            wish.set(Slot::Instead, self.next().unwrap_or_default());
        }
        if self.skip(&FROM) {
            let from = self.time(Slot::From)?;
            wish.set(Slot::From, from);
        }
        // A handoff is of the schedule.
        let handoff = self.rest.iter().take(2).any(|word| matches!(*word, "handoff" | "交代まで" | "交代"));
        let until = if handoff {
            self.skip(&UNTIL);
            self.next().unwrap_or_default().to_owned()
        } else {
            self.time(Slot::Until)?
        };
        wish.set(Slot::Until, until);
        wish.set(Slot::Text, self.words());
        Ok(())
    }

    /// The incidents at the beginning.
    fn targets(&mut self, wish: &mut Intent) {
        let mut ids: Vec<String> = Vec::new();
        while let Some(first) = self.rest.first() {
            let read: Result<Vec<IncidentId>, _> = first.split(',').map(str::parse).collect();
            let Ok(read) = read else { break };
            // The second of `merge 3-17 3-12` is where it goes.
            if wish.act == Doing::Merge && !ids.is_empty() {
                break;
            }
            ids.extend(read.iter().map(ToString::to_string));
            self.next();
        }
        if !ids.is_empty() {
            wish.set(Slot::Incident, format!("ids {}", ids.join(",")));
        }
    }

    fn next(&mut self) -> Option<&'a str> {
        let (first, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(first)
    }

    /// Whether one of these words comes next, which is passed over.
    fn skip(&mut self, words: &[&str]) -> bool {
        let hit = self.rest.first().is_some_and(|first| words.contains(&&*first.to_lowercase()));
        if hit {
            self.next();
        }
        hit
    }

    fn words(&mut self) -> String {
        std::mem::take(&mut self.rest).join(" ")
    }

    fn service(&mut self) -> Result<String, Unclear> {
        let said = self.next().unwrap_or_default();
        let what = Slot::Service;
        let words = match said {
            "" => self.person.say(&Chat::Missing { what }),
            said => self.person.say(&Chat::NoSuch { what, said }),
        };
        service(self.config, said).map(|id| id.to_string()).ok_or(Unclear { entry: what, words })
    }

    /// The longest time at the beginning, as an instant; `handoff` stays a word.
    fn time(&mut self, entry: Slot) -> Result<String, Unclear> {
        self.skip(&UNTIL);
        if self.rest.is_empty() {
            return Err(Unclear { entry, words: self.person.say(&Chat::Missing { what: entry }) });
        }
        let most = self.rest.len().min(TIME_WORDS_MAX);
        let mut why = NotAMoment::Unreadable;
        for count in (1..=most).rev() {
            let said = self.rest[..count].join(" ");
            match moment(&said, self.now, self.person.zone) {
                Ok(read) => {
                    self.rest = &self.rest[count..];
                    return Ok(match read {
                        Moment::At(at) => at.to_string(),
                        Moment::Handoff => "handoff".to_owned(),
                    });
                }
                Err(NotAMoment::Unreadable) => {}
                Err(other) => why = other,
            }
        }
        Err(Unclear { entry, words: self.person.language.not_a_moment(self.rest[0], why) })
    }
}
