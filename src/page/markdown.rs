//! A runbook as HTML: Markdown of the config's repository, with the labels of an incident filled in.
//!
//! Nothing of it is believed: HTML in it is shown as text, an address is a link only if it is of the web, of mail or of another
//! runbook, and a picture is a link, because pages load nothing from elsewhere. Labels are filled in after the Markdown was read, so
//! that what an alert says is text and nothing else.

use pulldown_cmark::{CowStr, Event, Options, Parser, Tag, TagEnd, TextMergeStream, html};

/// The longest text of a page, in bytes.
const TEXT_MAX: usize = 512 << 10;

/// The HTML of a runbook. `fill` gives the value of `{{ labels.host }}`; `folder` is that of the runbook below `runbooks/`.
pub fn runbook(text: &str, folder: &str, query: &str, fill: impl Fn(&str) -> Option<String>) -> String {
    let text = crate::alert::cut(text, TEXT_MAX);
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS;
    let events = TextMergeStream::new(Parser::new_ext(&text, options)).map(|event| match event {
        Event::Html(html) | Event::InlineHtml(html) => Event::Text(html),
        Event::Text(text) => Event::Text(filled(&text, &fill).into()),
        Event::Code(text) => Event::Code(filled(&text, &fill).into()),
        Event::Start(Tag::HtmlBlock) => Event::Start(Tag::Paragraph),
        Event::End(TagEnd::HtmlBlock) => Event::End(TagEnd::Paragraph),
        Event::Start(Tag::Link { link_type, dest_url, title, id }) => {
            let dest_url =
                address(&filled(&dest_url, &|name| fill(name).map(|it| percent(&it))), folder, query);
            Event::Start(Tag::Link { link_type, dest_url, title, id })
        }
        Event::Start(Tag::Image { link_type: _, dest_url, title, id }) => {
            let link_type = pulldown_cmark::LinkType::Inline;
            Event::Start(Tag::Link { link_type, dest_url: address(&dest_url, folder, query), title, id })
        }
        Event::End(TagEnd::Image) => Event::End(TagEnd::Link),
        // The page has a heading of its own.
        Event::Start(Tag::Heading { level, .. }) => Event::Start(Tag::Heading {
            level: below(level),
            id: None,
            classes: Vec::new(),
            attrs: Vec::new(),
        }),
        Event::End(TagEnd::Heading(level)) => Event::End(TagEnd::Heading(below(level))),
        Event::TaskListMarker(done) => Event::Text(if done { "☑ " } else { "☐ " }.into()),
        event => event,
    });
    let mut out = String::new();
    html::push_html(&mut out, events);
    // Alignment is the one style that it writes.
    for side in ["left", "center", "right"] {
        out = out.replace(&format!(" style=\"text-align: {side}\""), "");
    }
    out.replace("<pre>", "<pre tabindex=\"0\">")
}

fn below(level: pulldown_cmark::HeadingLevel) -> pulldown_cmark::HeadingLevel {
    use pulldown_cmark::HeadingLevel::{H2, H3, H4, H5, H6};
    [H2, H3, H4, H5, H6, H6][level as usize - 1]
}

/// An address that may be a link: of the web, of mail, within the page, or of another runbook. Any other leads nowhere.
fn address(said: &str, folder: &str, query: &str) -> CowStr<'static> {
    let lower = said.trim().to_ascii_lowercase();
    if ["https://", "http://", "mailto:", "#"].iter().any(|known| lower.starts_with(known)) {
        return said.trim().to_owned().into();
    }
    let (path, anchor) =
        said.split_once('#').map_or((said, String::new()), |(path, at)| (path, format!("#{at}")));
    let is_runbook = path.ends_with(".md") && !path.contains([':', '\\', '?']) && !path.starts_with('/');
    if !is_runbook {
        return "#".into();
    }
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in path.split('/') {
        match part {
            "." | "" => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    let parts: Vec<String> = parts.into_iter().map(percent).collect();
    format!("/runbooks/{}{query}{anchor}", parts.join("/")).into()
}

fn percent(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte);
    text.bytes().map(|b| if plain(b) { char::from(b).to_string() } else { format!("%{b:02X}") }).collect()
}

/// `{{ labels.host }}` and the like, where there is a value; what has none stays as it is written.
fn filled(text: &str, fill: &impl Fn(&str) -> Option<String>) -> String {
    let (mut out, mut rest) = (String::new(), text);
    while let Some((before, after)) = rest.split_once("{{") {
        out.push_str(before);
        let Some((name, behind)) = after.split_once("}}") else {
            rest = &rest[before.len()..];
            break;
        };
        match fill(name.trim()) {
            Some(value) => out.push_str(&value),
            None => out.extend(["{{", name, "}}"]),
        }
        rest = behind;
    }
    out.push_str(rest);
    out
}
