//! The words for what a schema rejects, and the way out of each.

use super::code;
use super::diagnostic::{Finding, Part, Spot};
use super::instants;
use super::spoken;
use super::suggest::nearest;
use super::written::{self, Wanted, wants_type};
use crate::config::PROVIDERS;
use crate::language::findings::of_schema;
use crate::language::words::{Words, all_of, any_of, did_you_mean};
use jsonschema::ValidationError;
use jsonschema::error::ValidationErrorKind as Kind;
use serde_json::Value;

/// Which keys of a secret go together.
pub(super) fn secret_keys() -> Words {
    Words::new(
        "a secret is one of `env`, `file`, or `sops` with `key`",
        "シークレットは `env`、`file`、または `sops` と `key` のどれか 1 つで書きます",
    )
}

/// Without it one node that is down would mute the pods of all.
pub(super) fn no_equal(object: &Spot) -> Finding {
    let help = Words::new(
        "write `equal: [labels.node]`, the fields in which both must be alike; or `equal: []` if any of the first \
         explains all of the others",
        "両方で同じ値になるフィールドを `equal: [labels.node]` のように書いてください。前者のどれか 1 つが後者すべての\
         説明になるなら `equal: []` と書きます",
    );
    Finding::error(code::NO_EQUAL, object.on(Part::FirstLine), is_missing("equal")).help(help)
}

/// A rule that could change the key would join what does not belong together, and part what does.
pub(super) fn cannot_set(spot: Spot, key: &str, known: &[String]) -> Finding {
    let near = nearest(key, known.iter().map(String::as_str));
    let help = match (near, label_of(key)) {
        (Some(near), _) => did_you_mean(near),
        (None, _) if ["dedup_key", "key"].contains(&key) => Words::new(
            "the key joins all events of one problem, and closes it: it stays as the monitor says it",
            "キーは 1 つの問題のイベントをまとめ、終わらせるものなので、監視ツールが送ったまま使います",
        ),
        (None, Some(name)) => did_you_mean(&format!("labels.{name}")),
        (None, None) => label_is_written(key),
    };
    let message =
        Words::new(format!("a rule cannot set `{key}`"), format!("ルールで `{key}` は変えられません"));
    Finding::error(code::CANNOT_SET, spot, message).help(help)
}

/// `team` of `label.team`, `Labels.team`, `tags.team`.
pub(super) fn label_of(key: &str) -> Option<&str> {
    key.split_once('.').map(|(_, name)| name).filter(|name| !name.is_empty())
}

pub(super) fn label_is_written(name: &str) -> Words {
    Words::new(format!("a label is written `labels.{name}`"), format!("ラベルは `labels.{name}` と書きます"))
}

/// A key of a matcher that is none: the label that is meant.
pub(super) fn key_of_match(error: &ValidationError<'_>, key: &str) -> Words {
    if !["labels", "label"].contains(&key) {
        return label_of(key)
            .map_or_else(|| label_is_written(key), |name| did_you_mean(&format!("labels.{name}")));
    }
    let inside = error.instance().get(key).and_then(Value::as_object).and_then(|it| it.iter().next());
    let (name, value) = inside.map_or(("team", None), |(name, value)| (name.as_str(), value.as_str()));
    let written = format!("labels.{name}: {}", value.unwrap_or("web"));
    Words::new(
        format!("each label is a key of its own: write `{written}`"),
        format!("ラベルは 1 つずつ `{written}` のように書きます"),
    )
}

/// The keys that an object may have.
pub(super) fn keys_here(known: &[String]) -> Words {
    let all = all_of(known);
    Words { en: format!("the keys here are {}", all.en), ja: format!("ここに書けるキー: {}", all.ja) }
}

pub(super) fn unknown(spot: Spot, key: &str) -> Finding {
    let message = Words::new(format!("unknown key `{key}`"), format!("`{key}` というキーはありません"));
    Finding::error(code::UNKNOWN_KEY, spot, message)
}

pub(super) fn missing(object: &Spot, key: &str) -> Finding {
    Finding::error(code::MISSING_KEY, object.on(Part::FirstLine), is_missing(key))
}

pub(super) fn is_missing(key: &str) -> Words {
    Words::new(format!("`{key}` is missing"), format!("`{key}` がありません"))
}

pub(super) fn literal_secret(spot: Spot) -> Finding {
    let message =
        Words::new("a secret may not be written here", "シークレットの値をここに書くことはできません");
    let help = Words::new(
        "name its place: `{ env: NAME }`, `{ file: /path }` or `{ sops: …, key: … }`; if it was real, replace it",
        "置き場所を `{ env: NAME }`、`{ file: /path }`、`{ sops: …, key: … }` のどれかで書いてください。\
         本物の値だったなら、発行し直してください",
    );
    Finding::error(code::LITERAL_SECRET, spot, message).help(help)
}

/// A plain text is never the place of a secret; its type says so.
pub(super) fn not_one_secret(error: &ValidationError<'_>, spot: Spot) -> Option<Finding> {
    error.instance().is_object().then(|| Finding::error(code::EITHER_OR, spot, secret_keys()))
}

/// The value written instead of a name may be the secret itself, so it is not repeated.
pub(super) fn not_a_name(spot: Spot) -> Finding {
    let name = spot.pointer.rsplit('/').next().unwrap_or_default();
    let (message, help) = match name {
        "env" => (
            Words::new("this is not the name of an environment variable", "環境変数の名前ではありません"),
            Words::new(
                "write its name, without `$`: `{ env: NAME }`",
                "`$` を付けずに名前を書いてください: `{ env: NAME }`",
            ),
        ),
        "sops" => (
            Words::new(
                "this is not the path of a file of this repository",
                "このリポジトリの中のファイルのパスではありません",
            ),
            Words::new(
                "write it from the folder of oncall.yaml: `{ sops: people.enc.yaml, key: tanaka.phone }`",
                "oncall.yaml のあるフォルダからのパスで書いてください: `{ sops: people.enc.yaml, key: tanaka.phone }`",
            ),
        ),
        "key" => (
            Words::new("this is empty", "空です"),
            Words::new(
                "write the key: `{ sops: people.enc.yaml, key: tanaka.phone }`",
                "キーを書いてください: `{ sops: people.enc.yaml, key: tanaka.phone }`",
            ),
        ),
        _ => (
            Words::new("this is not an absolute path", "絶対パスではありません"),
            Words::new(
                "the server reads it, wherever it is started: `{ file: /run/secrets/name }`",
                "サーバーがどこから起動されても読めるように書いてください: `{ file: /run/secrets/name }`",
            ),
        ),
    };
    Finding::error(code::LITERAL_SECRET, spot, message).help(help)
}

pub(super) fn wrong_word(spot: Spot, text: &str, words: &[String]) -> Finding {
    const MANY: usize = 8;
    let quoted: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    let any = any_of(&quoted);
    if let Some(name) = shows_only(text).filter(|_| words.iter().any(|word| word == "call")) {
        let message = Words::new(
            format!("{name} shows incidents, and is no way to reach a person"),
            format!("{name} はインシデントを表示するだけで、人に連絡する方法にはなりません"),
        );
        let help = Words::new(
            format!("choose a way that reaches them: {}", any.en),
            format!("人に届く方法を選んでください: {}", any.ja),
        );
        return Finding::error(code::NO_WAY, spot, message).help(help);
    }
    let near = nearest(text, words.iter().map(String::as_str)).map(did_you_mean);
    let it_is = Words { en: format!("it is {}", any.en), ja: format!("書けるのは {} です", any.ja) };
    let (expected, help) = if words.len() > MANY {
        let count = words.len();
        (
            Words::new(format!("one of {count} words"), format!("決まった {count} 語のどれか")),
            near.or(Some(it_is)),
        )
    } else {
        (any, near)
    };
    Finding::error(code::WORD, spot, expected_found(&expected, &Words::same(format!("`{text}`"))))
        .maybe_help(help)
}

fn expected_found(expected: &Words, found: &Words) -> Words {
    // Japanese has a space after a piece of code, and none after its own words.
    let ja = format!("{}を書くところに、{}があります", expected.ja, found.ja);
    Words::new(
        format!("expected {}, found {}", expected.en, found.en),
        ja.replace("`を", "` を").replace("`が", "` が"),
    )
}

/// None of several shapes is there.
pub(super) fn none_of_shapes(
    all: &[&ValidationError<'static>],
    error: &ValidationError<'_>,
    spot: Spot,
) -> Finding {
    let mut shapes: Vec<Wanted> = all.iter().filter_map(|each| Wanted::of(each)).collect();
    shapes.dedup();
    let en: Vec<String> = shapes.iter().map(|it| it.words().0.to_owned()).collect();
    let ja: Vec<&str> = shapes.iter().map(|it| it.words().1).collect();
    let ja = if ja.is_empty() { "別のもの".to_owned() } else { ja.join("か") };
    let expected = Words { en: any_of(&en).en, ja };
    let finding = Finding::error(code::SHAPE, spot, expected_found(&expected, &found(error)));
    let path = error.schema_path().as_str();
    let path = path.strip_suffix("/anyOf").or_else(|| path.strip_suffix("/oneOf")).unwrap_or(path);
    finding.maybe_help(
        written::example(path).and_then(|_| written::help(path, Wanted::Object, scalar(error).as_deref())),
    )
}

/// Another type than the one that is wanted.
pub(super) fn another_type(error: &ValidationError<'_>, spot: Spot) -> Finding {
    let wanted = Wanted::of(error);
    let (en, ja) = wanted.map_or(("another shape", "別の形"), Wanted::words);
    let message = expected_found(&Words::new(en, ja), &found(error));
    let path = error.schema_path().as_str();
    let path = path.strip_suffix("/type").unwrap_or(path);
    let shown = wanted.and_then(|wanted| written::help(path, wanted, scalar(error).as_deref()));
    Finding::error(code::SHAPE, spot, message).maybe_help(boolean_help(error).or(shown))
}

/// The text of a scalar.
fn scalar(error: &ValidationError<'_>) -> Option<String> {
    let instance = error.instance();
    (!instance.is_object() && !instance.is_array()).then(|| text_of(error))
}

/// What a schema says of a text that its pattern refuses: `is not …; write it like …`.
pub(super) fn refused_by_pattern(error: &ValidationError<'_>, said: &str, spot: Spot) -> Finding {
    let text = text_of(error);
    let (said, help) = said.split_once("; ").map_or((said, None), |(a, b)| (a, Some(b)));
    let said_ja = of_schema(said);
    let message = Words::new(format!("`{text}` {said}"), format!("`{text}` {said_ja}"));
    let help = help.map(|help| Words::new(help, of_schema(help)));
    let path = error.schema_path().as_str();
    let dated = path.contains("/Instant/") || path.contains("/Date/");
    let meant = match error.kind() {
        _ if dated => instants::help(&text, path.contains("/Date/")),
        Kind::Pattern { pattern } => spoken::help(&text, pattern),
        _ => None,
    };
    Finding::error(code::VALUE, spot, message).maybe_help(meant.or(help))
}

/// Which of the keys, and how many.
pub(super) fn how_many_keys(exactly: bool, keys: &[String], spot: Spot) -> Finding {
    let keys: Vec<String> = keys.iter().map(|key| format!("`{key}`")).collect();
    let any = any_of(&keys);
    let message = match exactly {
        true => Words::new("one of the keys, not both", "キーは両方ではなく、どれか 1 つだけ書きます"),
        false => Words::new("this is empty", "空です"),
    };
    let help = Words { en: format!("write {}", any.en), ja: format!("{} を書いてください", any.ja) };
    Finding::error(code::EITHER_OR, spot, message).help(help)
}

/// What else a schema bounds.
pub(super) fn bounded(error: &ValidationError<'_>, spot: Spot) -> Finding {
    let text = text_of(error);
    let shape = |en: &str, ja: &str| (code::SHAPE, Words::new(en, ja));
    let (code, message) = match error.kind() {
        Kind::MinItems { .. } => shape("the list is empty", "リストが空です"),
        Kind::MinLength { .. } => shape("the text is empty", "文字列が空です"),
        Kind::MaxItems { limit } => {
            (code::BOUND, Words::new(format!("more than {limit} items"), format!("{limit} 個を超えています")))
        }
        Kind::Maximum { limit } => (
            code::BOUND,
            Words::new(
                format!("`{text}` is more than {limit}"),
                format!("`{text}` は {limit} を超えています"),
            ),
        ),
        Kind::Minimum { limit } => (
            code::BOUND,
            Words::new(format!("`{text}` is less than {limit}"), format!("`{text}` は {limit} に足りません")),
        ),
        _ => (code::SHAPE, Words::new(error.to_string(), format!("書式が違います（{error}）"))),
    };
    Finding::error(code, spot, message)
}

pub(super) fn is_required(error: &ValidationError<'_>) -> bool {
    matches!(error.kind(), Kind::Required { .. })
}

/// The words that are allowed.
pub(super) fn words(error: &ValidationError<'_>) -> Vec<String> {
    let word = |value: &Value| value.as_str().map(str::to_owned);
    match error.kind() {
        Kind::Enum { options } => options.as_array().into_iter().flatten().filter_map(word).collect(),
        Kind::Constant { expected_value } => word(expected_value).into_iter().collect(),
        _ => Vec::new(),
    }
}

fn boolean_help(error: &ValidationError<'_>) -> Option<Words> {
    let text = text_of(error).to_lowercase();
    let word = match text.as_str() {
        "yes" | "on" | "true" => "true",
        "no" | "off" | "false" => "false",
        _ => return None,
    };
    wants_type(error, "boolean").then(|| {
        Words::new(
            format!("write `{word}`, without quotes"),
            format!("引用符を付けずに `{word}` と書いてください"),
        )
    })
}

fn found(error: &ValidationError<'_>) -> Words {
    match error.instance().as_ref() {
        Value::Object(_) => Words::new("keys and values", "キーと値"),
        Value::Array(_) => Words::new("a list", "リスト"),
        _ => Words::same(format!("`{}`", text_of(error))),
    }
}

/// The value as written, truncated.
pub(super) fn text_of(error: &ValidationError<'_>) -> String {
    const SHOWN_MAX: usize = 60;
    let text = match error.instance().as_ref() {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    if text.chars().count() <= SHOWN_MAX {
        return text;
    }
    text.chars().take(SHOWN_MAX).chain(std::iter::once('…')).collect()
}

/// What shows incidents, where a way to reach a person is asked for.
fn shows_only(word: &str) -> Option<&'static str> {
    let row = PROVIDERS.iter().find(|row| row.key == word)?;
    (row.contacts.is_empty() && !row.mirrors.is_empty()).then_some(row.name)
}
