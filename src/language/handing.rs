//! The words of offered shifts, and of overrides that lie on each other, in every language.

use super::Language;

/// What is said of an offer, or of an override of git below one of run time.
#[derive(Clone, Copy, Debug)]
pub enum Handing<'a> {
    // Answers.
    OfferMade { id: u64 },
    NotOnCall { name: &'a str, schedule: &'a str },
    NobodyElse { schedule: &'a str },
    OfferTaken { name: &'a str },
    NotOffered { name: &'a str },
    // Notices.
    Offered { name: &'a str, schedule: &'a str, from: &'a str, until: &'a str },
    OfferOver { schedule: &'a str, until: &'a str },
    CommitBelow { id: u64, schedule: &'a str, place: &'a str },
}

impl Language {
    pub fn handing(self, handing: &Handing) -> String {
        match self {
            Language::En => en(handing),
            Language::Ja => ja(handing),
        }
    }
}

fn en(handing: &Handing) -> String {
    match handing {
        Handing::OfferMade { id } => {
            format!(
                "Offer {id} is made: whoever accepts it first has the shift. Until then it is still yours."
            )
        }
        Handing::NotOnCall { name, schedule } => {
            format!("{name} is not on call on {schedule} in that time: there is nothing to offer.")
        }
        Handing::NobodyElse { schedule } => {
            format!("Nobody else takes turns on {schedule}: name who is asked.")
        }
        Handing::OfferTaken { name } => format!("{name} has accepted it already."),
        Handing::NotOffered { name } => format!("It was not offered to {name}."),
        Handing::Offered { name, schedule, from, until } => {
            format!("{name} offers a shift on {schedule}: from {from} until {until}.")
        }
        Handing::OfferOver { schedule, until } => {
            format!("Nobody has accepted your shift on {schedule}: you are on call from now until {until}.")
        }
        Handing::CommitBelow { id, schedule, place } => {
            format!("{place} changes {schedule} too, for hours of your override {id}: yours lies on top.")
        }
    }
}

fn ja(handing: &Handing) -> String {
    match handing {
        Handing::OfferMade { id } => {
            format!("シフトの引き継ぎを募集しました（{id}）。誰かが引き受けるまでは当番のままです。")
        }
        Handing::NotOnCall { name, schedule } => {
            format!("その時間、{name}さんは {schedule} の当番ではありません。")
        }
        Handing::NobodyElse { schedule } => {
            format!("{schedule} の当番はほかにいません。相手を指定してください。")
        }
        Handing::OfferTaken { name } => format!("すでに{name}さんが引き受けています。"),
        Handing::NotOffered { name } => format!("この募集は{name}さん宛てではありません。"),
        Handing::Offered { name, schedule, from, until } => {
            format!("{name}が{schedule}の当番の代わりを探しています: {from} から{until} まで")
        }
        Handing::OfferOver { schedule, until } => {
            format!(
                "{schedule}の当番を引き受ける人はいませんでした。ただいまから{until} まであなたが当番です。"
            )
        }
        Handing::CommitBelow { id, schedule, place } => {
            format!(
                "{place} でも{schedule}が変更されましたが、時間の重なるあなたのオーバーライド {id} が優先されます。"
            )
        }
    }
}
