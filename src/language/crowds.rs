//! The line that sums up what waits for its turn in a room, in every language.

use super::Language;

/// What waits: incidents by severity, the worst by name, and how many others have news; and how many messages a minute there are.
#[derive(Clone, Copy, Debug)]
pub struct Crowded<'a> {
    pub new: u32,
    pub severities: &'a [(&'a str, u32)],
    pub worst: &'a [String],
    pub news: u32,
    pub posts: usize,
}

impl Language {
    pub fn crowded(self, crowded: &Crowded) -> String {
        match self {
            Language::En => en(crowded),
            Language::Ja => ja(crowded),
        }
    }
}

fn en(crowded: &Crowded) -> String {
    match crowded {
        Crowded { new: 0, news, posts, .. } => {
            format!("{news} incidents have news. It follows, {posts} messages a minute.")
        }
        Crowded { new, severities, worst, news, posts } => {
            let counted: Vec<String> = severities.iter().map(|(word, n)| format!("{n} {word}")).collect();
            let others = if *news > 0 { format!(" {news} others have news.") } else { String::new() };
            let more = *new as usize - worst.len().min(*new as usize);
            let more = if more > 0 { format!("; and {more} more") } else { String::new() };
            format!(
                "{new} more incidents: {}. The worst: {}{more}.{others} Their messages follow, {posts} a minute.",
                counted.join(", "),
                worst.join("; ")
            )
        }
    }
}

fn ja(crowded: &Crowded) -> String {
    match crowded {
        Crowded { new: 0, news, posts, .. } => {
            format!("{news}件のインシデントに動きがありました。1分に{posts}件ずつ投稿します。")
        }
        Crowded { new, severities, worst, news, posts } => {
            let counted: Vec<String> = severities.iter().map(|(word, n)| format!("{word} {n}件")).collect();
            let others = if *news > 0 {
                format!("ほかに{news}件で動きがありました。")
            } else {
                String::new()
            };
            let more = *new as usize - worst.len().min(*new as usize);
            let more = if more > 0 { format!("、ほか{more}件") } else { String::new() };
            format!(
                "さらに{new}件のインシデントが発生しました（{}）。深刻な順: {}{more}。{others}1分に{posts}件ずつ投稿します。",
                counted.join("、"),
                worst.join("、")
            )
        }
    }
}
