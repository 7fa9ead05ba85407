//! The lines about what the server keeps for itself, in every language.

use super::timeline::OwnLine;
use crate::reason::OwnTrouble;

pub(super) fn en(line: OwnLine) -> String {
    match line {
        OwnLine::TroubleBegan { what, since } => format!("{}, since {since}", trouble_en(what)),
        OwnLine::TroubleOver { what } => format!("over: {}", trouble_en(what)),
        OwnLine::IntegrationRenamed { from, to } => {
            format!("{from} is now {to}: its open alerts are known by that")
        }
    }
}

fn trouble_en(trouble: OwnTrouble) -> &'static str {
    match trouble {
        OwnTrouble::ConfigRefused => "the newest config is refused",
        OwnTrouble::ConfigUnreachable => "the config repository cannot be read",
    }
}

pub(super) fn ja(line: OwnLine) -> String {
    match line {
        OwnLine::TroubleBegan { what, since } => format!("{}（{since} から）", trouble_ja(what)),
        OwnLine::TroubleOver { what } => format!("解消: {}", trouble_ja(what)),
        OwnLine::IntegrationRenamed { from, to } => {
            format!("{from} の ID が {to} に変わりました。未解決のアラートは {to} として扱います")
        }
    }
}

fn trouble_ja(trouble: OwnTrouble) -> &'static str {
    match trouble {
        OwnTrouble::ConfigRefused => "最新の設定を反映できません",
        OwnTrouble::ConfigUnreachable => "設定のリポジトリを読み込めません",
    }
}
