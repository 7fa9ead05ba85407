//! What a wish would do, in a sentence each, for a preview. Names and times are given as they are to be shown.

use super::Language;

/// One thing that a wish would do.
#[derive(Clone, Copy, Debug)]
pub enum EffectLine<'a> {
    OnCall {
        schedule: &'a str,
        from: &'a str,
        until: &'a str,
        before: &'a [String],
        after: &'a [String],
    },
    Tells {
        names: &'a [String],
    },
    QuietUntil {
        until: &'a str,
    },
    Mutes {
        open: usize,
        week: usize,
        until: &'a str,
        /// Whom those of the week paged, and so many more people.
        paged: &'a [(String, usize)],
        more: usize,
    },
    MergesInto {
        into: &'a str,
    },
    MovesTo {
        service: &'a str,
        urgency: &'a str,
    },
    StandsInTimeline,
    Closes,
    /// One instant by two clocks.
    BothClocks {
        own: &'a str,
        theirs: &'a str,
    },
}

impl Language {
    pub fn effect(self, line: &EffectLine) -> String {
        match self {
            Language::En => en(line),
            Language::Ja => ja(line),
        }
    }
}

fn en(line: &EffectLine) -> String {
    let list = |names: &[String]| if names.is_empty() { "nobody".to_owned() } else { names.join(", ") };
    match line {
        EffectLine::OnCall { schedule, from, until, before, after } => {
            format!("{schedule}: {} instead of {}, from {from} until {until}.", list(after), list(before))
        }
        EffectLine::Tells { names: [] } => "Nobody is told at once.".into(),
        EffectLine::Tells { names } => format!("Told at once: {}.", list(names)),
        EffectLine::QuietUntil { until } => {
            format!("It pages nobody until {until}; then it begins again at step 1.")
        }
        EffectLine::Mutes { open, week, until, paged, more } => {
            let named = paged.iter().map(|(name, count)| format!("{name} ({count})"));
            let named =
                named.chain((*more > 0).then(|| format!("{more} more"))).collect::<Vec<_>>().join(", ");
            let paged = if named.is_empty() { String::new() } else { format!(" Those paged {named}.") };
            format!(
                "Mutes pages until {until}: {open} of what is open now. In the last 7 days it would have muted {week}.{paged}"
            )
        }
        EffectLine::MergesInto { into } => format!("Its alerts go over to {into}, and it closes."),
        EffectLine::MovesTo { service, urgency } => {
            format!("From now on the rules of {service} hold; urgency: {urgency}.")
        }
        EffectLine::StandsInTimeline => "It will stand in the timeline and in the thread.".into(),
        EffectLine::Closes => "It closes. If the alert fires again, that is a new incident.".into(),
        EffectLine::BothClocks { own, theirs } => format!("{own} ({theirs})"),
    }
}

fn ja(line: &EffectLine) -> String {
    let list =
        |names: &[String]| if names.is_empty() { "担当者なし".to_owned() } else { names.join("、") };
    match line {
        EffectLine::OnCall { schedule, from, until, before, after } => {
            format!("{schedule}: {from} から {until} まで、{} → {}", list(before), list(after))
        }
        EffectLine::Tells { names: [] } => "すぐに連絡する人はいません。".into(),
        EffectLine::Tells { names } => format!("すぐに連絡する人: {}", list(names)),
        EffectLine::QuietUntil { until } => {
            format!("{until} まで呼び出しません。その後、ステップ1からやり直します。")
        }
        EffectLine::Mutes { open, week, until, paged, more } => {
            let named = paged.iter().map(|(name, count)| format!("{name}（{count}件）"));
            let named =
                named.chain((*more > 0).then(|| format!("ほか{more}人"))).collect::<Vec<_>>().join("、");
            let paged = if named.is_empty() {
                String::new()
            } else {
                format!("呼び出されたのは {named} です。")
            };
            format!(
                "{until} まで通知を止めます。現在対象となるのは{open}件です。過去7日間では{week}件の呼び出しが対象でした。{paged}"
            )
        }
        EffectLine::MergesInto { into } => {
            format!("アラートを {into} に移し、このインシデントを終了します。")
        }
        EffectLine::MovesTo { service, urgency } => {
            format!("以後は {service} のルールに従います（緊急度: {urgency}）。")
        }
        EffectLine::StandsInTimeline => "タイムラインとスレッドに残ります。".into(),
        EffectLine::Closes => {
            "解決済みになります。アラートが再び発生した場合は、新しいインシデントになります。".into()
        }
        EffectLine::BothClocks { own, theirs } => format!("{own}（{theirs}）"),
    }
}
