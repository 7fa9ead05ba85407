//! What `oncall line-up`, `user leave`, `override add`, `override pull` and `expect --record` say of a change of the config, and
//! why there is none.
//!
//! Both languages stand beside each other, and whoever shows the words chooses. What to change is decided in
//! [`edit`](crate::edit); what adds a person, a team, a service or a silence is said in [`added`](super::added).

use super::words::Words;
use jiff::civil::Date;

/// Nobody, as a member of a line-up or instead of people.
pub fn nobody() -> Words {
    Words::new("nobody", "なし")
}

/// `web-primary (layer `nights`)`
pub fn layer_of(schedule: &str, layer: &str) -> Words {
    Words::new(format!("{schedule} (layer `{layer}`)"), format!("{schedule}（レイヤー `{layer}`）"))
}

/// `Wednesday`
pub fn weekday(day: Date) -> Words {
    const DAYS: [&str; 7] = ["月曜日", "火曜日", "水曜日", "木曜日", "金曜日", "土曜日", "日曜日"];
    let index = usize::try_from(day.weekday().to_monday_zero_offset()).ok();
    let ja = index.and_then(|index| DAYS.get(index)).unwrap_or(&"");
    Words::new(day.strftime("%A").to_string(), *ja)
}

// A line-up.

/// Who is next, at the end of a sentence.
pub fn is_next(people: &Words, several: bool) -> Words {
    let are = if several { "are" } else { "is" };
    Words::new(format!("{} {are} next", people.en), format!("次の当番は {} です", people.ja))
}

pub fn joins(who: &str, name: &Words, at: &Words, after: Option<&Words>, next: &Words) -> Words {
    let (en, ja) = after.map_or_else(Default::default, |after| {
        (format!(" after {}", after.en), format!("、{} の次に", after.ja))
    });
    Words::new(
        format!("{who} joins {} on {}{en}; {}.", name.en, at.en, next.en),
        format!("{who} が {} から{ja} {} に入ります。{}。", at.ja, name.ja, next.ja),
    )
}

pub fn is_in_until(who: &str, name: &Words, at: &Words, absent: &Words, next: &Words) -> Words {
    Words::new(
        format!("{who} is in {} until {}{}; {}.", name.en, at.en, absent.en, next.en),
        format!("{who} は {} まで {} に入っています{}。{}。", at.ja, name.ja, absent.ja, next.ja),
    )
}

/// Who takes the turns of somebody who leaves before the line-up without them begins.
pub fn absent_from(day: Date, nobody: bool) -> Words {
    if nobody {
        return Words::new(
            format!(", from {day} on with nobody in their place (`when_off: nobody`)"),
            format!("（{day} からは `when_off: nobody` のため当番なし）"),
        );
    }
    Words::new(
        format!(", from {day} on with others in their place"),
        format!("（{day} からはほかの人が代わります）"),
    )
}

pub fn takes_over(with: &str, user: &str, name: &Words, at: &Words, next: &Words) -> Words {
    Words::new(
        format!("{with} takes over the turns of {user} in {} from {} on; {}.", name.en, at.en, next.en),
        format!("{} での {user} の番を、{} から {with} が引き継ぎます。{}。", name.ja, at.ja, next.ja),
    )
}

pub fn turns_from_then(turns: &Words) -> Words {
    Words::new(
        format!("The turns from then on: {}.", turns.en),
        format!("それ以降の順番は {} です。", turns.ja),
    )
}

pub fn other_day_of_month(day: i8) -> Words {
    Words::new(
        format!("Later handoffs are on day {day} of a month: no month with more days is near."),
        format!("以降の交代は毎月 {day} 日です。日数の多い月が近くにないため、日が変わります。"),
    )
}

/// Why the line-up does not begin on the day that was said, or at the very next handoff; `at` is when it begins.
pub fn about_the_day(why: &LateStart<'_>, at: &Words) -> Words {
    let begins = Words::new(
        format!("the line-up begins with the handoff on {}", at.en),
        format!("新しい当番順は {} の交代から始まります。", at.ja),
    );
    let (en, ja) = match why {
        LateStart::AnotherFirst { from, place } => (
            format!("The line-up of {from} ({place}) comes first: {}.", begins.en),
            format!("{from} からの当番順（{place}）が先にあるので、{}", begins.ja),
        ),
        LateStart::HandoffIsOver { first } => (
            format!("The handoff of {} is over: {}.", first.en, begins.en),
            format!("{} の交代は過ぎているので、{}", first.ja, begins.ja),
        ),
        LateStart::KeepsDay { day } => (
            format!("So that later handoffs stay on day {day} of a month, {}.", begins.en),
            format!("以降の交代を毎月 {day} 日に保つため、{}", begins.ja),
        ),
        LateStart::NoHandoff { day } => {
            let weekday = weekday(*day);
            (
                format!("{day} is a {}: {}.", weekday.en, begins.en),
                format!("{day} は{}なので、{}", weekday.ja, begins.ja),
            )
        }
    };
    Words::new(en, ja)
}

/// What keeps a line-up from beginning on the day that was said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LateStart<'a> {
    AnotherFirst { from: Date, place: &'a str },
    HandoffIsOver { first: &'a Words },
    KeepsDay { day: i8 },
    NoHandoff { day: Date },
}

pub fn no_rotation(schedule: &str) -> Words {
    Words::new(
        format!("{schedule} has no layer with a rotation: change its people by hand"),
        format!(
            "{schedule} にはローテーションのレイヤーがありません。メンバーはファイルを直接書き換えてください"
        ),
    )
}

pub fn not_that_rotation(schedule: &str, name: &str, rotations: &str) -> Words {
    Words::new(
        format!("--layer: {schedule} has no rotation `{name}`; there is {rotations}"),
        format!("--layer: {schedule} にローテーション `{name}` はありません。あるのは {rotations} です"),
    )
}

pub fn several_rotations(schedule: &str, rotations: &str) -> Words {
    Words::new(
        format!("{schedule} has several rotations: choose with --layer one of {rotations}"),
        format!("{schedule} にはローテーションが複数あります。--layer で {rotations} から選んでください"),
    )
}

pub fn not_in_newest(who: &str, schedule: &str, rotations: &str) -> Words {
    Words::new(
        format!("{who} is not in the newest line-up of {schedule} ({rotations}): nothing to change"),
        format!("{who} は {schedule} の最新の当番順（{rotations}）にいないので、変更するものがありません"),
    )
}

pub fn nobody_left_in(who: &str, name: &Words, place: &str) -> Words {
    Words::new(
        format!(
            "without {who} nobody would be left in {} ({place}): use `line-up replace`, or add somebody first",
            name.en
        ),
        format!(
            "{who} が抜けると、{}（{place}）に誰もいなくなります。`line-up replace` を使うか、先に別の人を加えてください",
            name.ja
        ),
    )
}

pub fn newcomer_leaves(who: &str, user: &str) -> Words {
    Words::new(
        format!(
            "{who} leaves or has left (users/{user}.yaml): take `left` out of that file first, or choose somebody else"
        ),
        format!(
            "{who} は退職・異動の予定があるか、すでに外れています（users/{user}.yaml）。先にそのファイルの `left` を消すか、別の人を選んでください"
        ),
    )
}

pub fn no_handoff(name: &Words, day: Date) -> Words {
    Words::new(
        format!("{} has no handoff on {day} or later: choose an earlier day", name.en),
        format!("{} には {day} 以降の交代がありません。もっと早い日を指定してください", name.ja),
    )
}

pub fn past_day(day: Date, today: Date) -> Words {
    Words::new(
        format!(
            "{day} is past, and the past does not change: choose {today} or a later day (or an override)"
        ),
        format!(
            "{day} は過ぎています。過去は変えられないので、{today} 以降の日か、オーバーライドを使ってください"
        ),
    )
}

pub fn newest_begins_later(name: &Words, from: Date, place: &str, after: Date) -> Words {
    Words::new(
        format!(
            "the newest line-up of {} begins on {from} ({place}), and a new one must begin after it: choose {after} or a later \
             day, or change that line by hand",
            name.en
        ),
        format!(
            "{} の最新の当番順は {from} に始まり（{place}）、新しい当番順はその後に始まる必要があります。{after} 以降の日を指定するか、その行を直接書き換えてください",
            name.ja
        ),
    )
}

pub fn is_in_already(who: &str, name: &Words, place: &str) -> Words {
    Words::new(
        format!("{who} is in {} already ({place}): two turns for one person are written by hand", name.en),
        format!(
            "{who} はすでに {} にいます（{place}）。1 人に番を 2 回割り当てるときは、ファイルに直接書いてください",
            name.ja
        ),
    )
}

pub fn after_nobody(who: &str, name: &Words, place: &str, order: &Words) -> Words {
    Words::new(
        format!("--after: {who} is not in {} ({place}): the turns are {}", name.en, order.en),
        format!("--after: {who} は {}（{place}）にいません。順番は {} です", name.ja, order.ja),
    )
}

pub fn after_several(who: &str, name: &Words, place: &str, order: &Words) -> Words {
    Words::new(
        format!(
            "--after: {who} has several turns in {} ({place}): name somebody with one; the turns are {}",
            name.en, order.en
        ),
        format!(
            "--after: {who} は {}（{place}）で番が 2 回以上あります。1 回だけの人を指定してください。順番は {} です",
            name.ja, order.ja
        ),
    )
}

// Somebody leaves.

pub fn already_left(who: &str, day: Date) -> Words {
    Words::new(
        format!("{who} already left on {day}: nothing to change"),
        format!("{who} は {day} に外れることになっているので、変更するものがありません"),
    )
}

pub fn leaves(who: &str, day: Date, before: Option<&str>) -> Words {
    match before {
        Some(before) => Words::new(
            format!("{who} leaves on {day}, not on {before}."),
            format!("{who} が外れる日を、{before} から {day} に変えます。"),
        ),
        None => Words::new(
            format!("{who} leaves: {day} is the first day without them."),
            format!("{who} が {day} から外れます。"),
        ),
    }
}

pub fn left_in_the_past(day: Date) -> Words {
    Words::new(
        format!("{day} is past: their shifts since then will be shown as other people's."),
        format!("{day} は過ぎています。それ以降のこの人のシフトは、ほかの人のシフトとして表示されます。"),
    )
}

pub fn go_on(who: &Words, alone: bool, name: &Words) -> Words {
    let (en, ja) = if alone { (" alone", "1 人で") } else { ("", "") };
    Words::new(
        format!("{} would go on{en} in {}, where they took turns together", who.en, name.en),
        format!("{} で一緒に当番に入っていた {} が、{ja}続けることになります", name.ja, who.ja),
    )
}

pub fn nobody_else(name: &Words) -> Words {
    Words::new(
        format!("nobody else takes turns in {}", name.en),
        format!("{} には、ほかに当番に入る人がいません", name.ja),
    )
}

// What names them, for a person to decide.

pub fn step_names(number: usize, policy: &str, fallback: bool) -> Words {
    let (en, ja) = if fallback { (", the fallback,", "（最終連絡先）") } else { ("", "") };
    Words::new(
        format!("step {number} of the policy `{policy}`{en} names them"),
        format!("ポリシー `{policy}`{ja}のステップ {number} にいます"),
    )
}

pub fn informed_by(service: &str) -> Words {
    Words::new(
        format!("the service `{service}` informs them"),
        format!("サービス `{service}` の `inform` にいます"),
    )
}

pub fn always_in(layer: &str, schedule: &str) -> Words {
    Words::new(
        format!("they are always in the layer `{layer}` of `{schedule}`"),
        format!("`{schedule}` のレイヤー `{layer}` に常に入っています"),
    )
}

pub fn override_names(schedule: &str, on_call: bool) -> Words {
    if on_call {
        return Words::new(
            format!("an override of `{schedule}` puts them on call"),
            format!("`{schedule}` のオーバーライドで当番に入ります"),
        );
    }
    Words::new(
        format!("an override of `{schedule}` replaces them"),
        format!("`{schedule}` のオーバーライドで当番を代わってもらいます"),
    )
}

pub fn covers(other: &str) -> Words {
    Words::new(
        format!("they cover time off of `{other}`"),
        format!("`{other}` が休みの間の代わりになっています"),
    )
}

pub fn expected(expectation: &str) -> Words {
    Words::new(
        format!("the expectation `{expectation}` wants them told"),
        format!("約束「{expectation}」で、連絡を受けることになっています"),
    )
}

// Overrides.

pub fn from_until(from: &Words, until: &Words) -> Words {
    Words::new(
        format!("From {} until {}.", from.en, until.en),
        format!("{} から {} までです。", from.ja, until.ja),
    )
}

pub fn same_ends(at: &Words) -> Words {
    Words::new(
        format!("--from and --until are both {}: the end must be later", at.en),
        format!("--from と --until がどちらも {} です。終わりを後にしてください", at.ja),
    )
}

pub fn swapped(from: &Words, until: &Words) -> Words {
    Words::new(
        format!("--until ({}) is before --from ({}): swap them", until.en, from.en),
        format!("--until（{}）が --from（{}）より前です。入れ替えてください", until.ja, from.ja),
    )
}

pub fn no_layer(schedule: &str, layer: &str, layers: &str) -> Words {
    Words::new(
        format!("--layer: {schedule} has no layer `{layer}`; there is {layers}"),
        format!("--layer: {schedule} にレイヤー `{layer}` はありません。あるのは {layers} です"),
    )
}

pub fn in_several_files(places: &str) -> Words {
    Words::new(
        format!(
            "it overlaps overrides in several files ({places}), and order matters only within one file: put those into one \
             file first, or add a shorter override for each"
        ),
        format!(
            "別々のファイルのオーバーライド（{places}）と重なります。順番に意味があるのは 1 つのファイルの中だけなので、先に 1 つのファイルにまとめるか、短く分けて追加してください"
        ),
    )
}

pub fn add_nobody() -> Words {
    Words::new(
        "--add nobody changes nothing: name who helps, or use `--with nobody` for a gap",
        "--add nobody では何も変わりません。加わる人を指定するか、当番なしにするなら `--with nobody` を使ってください",
    )
}

pub fn no_handoff_soon(schedule: &str) -> Words {
    Words::new(
        format!("`{schedule}` does not change hands within 31 days: give a time"),
        format!("`{schedule}` は 31 日以内に交代しません。時刻を指定してください"),
    )
}

/// How many overrides are new from the server, or over for long.
pub fn pulled(count: usize) -> Words {
    let en = match count {
        1 => "One override comes from the server.".to_owned(),
        _ => format!("{count} overrides come from the server."),
    };
    Words::new(en, format!("サーバーから {count} 件のオーバーライドを取り込みます。"))
}

pub fn dropped(count: usize) -> Words {
    let en = match count {
        1 => "One override was over for 90 days.".to_owned(),
        _ => format!("{count} overrides were over for 90 days."),
    };
    Words::new(en, format!("終わって 90 日たったオーバーライドを {count} 件消します。"))
}

pub fn left_out(id: u64, gone: &str) -> Words {
    Words::new(
        format!("override {id} was left out: there is no `{gone}` here"),
        format!("ここには `{gone}` がないので、オーバーライド {id} は取り込みません"),
    )
}

pub fn entries_on_own_lines(file: &str) -> Words {
    Words::new(
        format!("{file}: write its entries as a list, each on lines of its own"),
        format!("{file}: 項目を 1 つずつ別の行に分けて、リストとして書いてください"),
    )
}

// Expectations.

pub fn not_among_expectations(file: &str) -> Words {
    Words::new(
        format!("--file {file}: expectations are in expectations/<any>.yaml"),
        format!("--file {file}: 約束は expectations/<名前>.yaml に書きます"),
    )
}

pub fn does_not_hold_again(why: &Words) -> Words {
    Words::new(
        format!("when played again, it does not hold ({}): write it by hand", why.en),
        format!("もう一度試すと守られません（{}）。直接書いてください", why.ja),
    )
}

pub fn nothing_to_promise() -> Words {
    Words::new(
        "it tells nobody and leads to no service: there is nothing to promise",
        "誰にも連絡せず、どのサービスにも届かないので、約束することがありません",
    )
}
