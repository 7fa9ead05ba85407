//! TwiML: what a call says and which keys it takes, within Twilio's limit.
//!
//! <https://www.twilio.com/docs/voice/twiml/gather>, `/say`. Only the alert's words are ever cut, never the menu.

use super::escape::xml;
use super::http::HttpAnswer;
use crate::incident::message::CallScript;
use crate::language::Language;

/// The longest TwiML in a request that starts a call, in characters.
pub const TWIML_MAX: usize = 4000;
/// How long a call waits for a key after its words, in seconds.
pub const KEY_WAIT_SECONDS: u32 = 8;

const OPEN: &str = r#"<?xml version="1.0" encoding="UTF-8"?><Response>"#;
const CLOSE: &str = "</Response>";

/// The words and the menu, taking one key at any moment; after silence the call asks `url` again by itself.
pub(super) fn gather(script: &CallScript, before: Option<String>, url: &str) -> String {
    let url = xml(url, usize::MAX);
    let menu = say(script.language, &xml(&script.language.sentences(&script.menu), usize::MAX));
    // `finishOnKey` is empty so that `#` is a key like any other, and so that `*` stays one.
    let open = format!(
        r#"{OPEN}<Gather input="dtmf" numDigits="1" finishOnKey="" timeout="{KEY_WAIT_SECONDS}" method="POST" action="{url}">"#
    );
    let close = format!(r#"{menu}</Gather><Redirect method="POST">{url}</Redirect>{CLOSE}"#);
    let words: Vec<String> = before.into_iter().chain(script.words.iter().cloned()).collect();
    let words = script.language.sentences(&words);
    let room = TWIML_MAX.saturating_sub(size(&open) + size(&close) + size(&say(script.language, "")));
    open + &say(script.language, &xml(&words, room)) + &close
}

/// The words twice, without keys, for a server that cannot be called back.
pub(super) fn say_twice(script: &CallScript) -> String {
    let menu = say(script.language, &xml(&script.language.sentences(&script.menu), usize::MAX));
    let pause = r#"<Pause length="2"/>"#;
    let fixed = size(OPEN) + size(CLOSE) + 2 * (size(&menu) + size(pause) + size(&say(script.language, "")));
    let room = TWIML_MAX.saturating_sub(fixed) / 2;
    let once = say(script.language, &xml(&script.language.sentences(&script.words), room)) + &menu + pause;
    format!("{OPEN}{once}{once}{CLOSE}")
}

/// TwiML as the answer to a callback.
pub(super) fn answer(text: String) -> HttpAnswer {
    HttpAnswer { content_type: "text/xml; charset=utf-8", body: text.into_bytes(), ..HttpAnswer::empty() }
}

/// The answer to a text message: another one, or nothing.
pub(super) fn message(text: Option<&str>) -> String {
    let said = text.map(|text| format!("<Message>{}</Message>", xml(text, TWIML_MAX / 2)));
    format!("{OPEN}{}{CLOSE}", said.unwrap_or_default())
}

/// One sentence, and the call ends.
pub(super) fn say_and_hang_up(language: Language, text: &str) -> String {
    format!("{OPEN}{}<Hangup/>{CLOSE}", say(language, &xml(text, TWIML_MAX / 2)))
}

/// `text` is escaped already. Voices: <https://www.twilio.com/docs/voice/twiml/say/text-speech>.
fn say(language: Language, text: &str) -> String {
    let (tag, voice) = match language {
        Language::Ja => ("ja-JP", "Polly.Kazuha-Neural"),
        Language::En => ("en-US", "Polly.Joanna-Neural"),
    };
    format!(r#"<Say language="{tag}" voice="{voice}">{text}</Say>"#)
}

fn size(text: &str) -> usize {
    text.chars().count()
}
