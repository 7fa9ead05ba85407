//! `user add`: somebody new, as people write them on a command line, and their file.
//!
//! `田中 太郎 <tanaka@example.com>` says the name and the address, and by its local part the id; `id=` in front says
//! another one. A phone number and a Slack member id may follow. Whether they can be reached is left to the checks.

use super::overrides::schema_line;
use super::words::person;
use super::writing::{quoted, text};
use super::{Edit, EditError, Proposal, Subject, asked, create, kept, proved_by};
use crate::compile::is_not_text;
use crate::language::Language;
use crate::language::added::{Added, NotAdded};

/// The longest id, in bytes.
const ID_MAX: usize = 60;

/// Somebody who is not in `users/` yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Newcomer {
    pub id: String,
    pub name: String,
    /// How a call says the name.
    pub reading: Option<String>,
    pub email: Option<String>,
    pub phone: Option<String>,
    pub slack: Option<String>,
}

impl Newcomer {
    /// Reads `[id=]name <address> [phone] [Slack id]`; what is wrong is said in `language`.
    pub fn read(said: &str, language: Language) -> Result<Newcomer, String> {
        let no = |why: NotAdded<'_>| Err(language.not_added(why));
        let said = said.replace('＜', "<").replace('＞', ">").replace('＠', "@");
        let (id, rest) = match said.split_once('=') {
            Some((id, rest)) if !id.contains('<') => (Some(id.trim()), rest),
            _ => (None, &*said),
        };
        let (name, behind) = rest.split_once('<').map_or((rest, None), |(name, it)| (name, Some(it)));
        let name = name.trim().trim_matches('"').trim();
        let (email, behind) = match behind.map(|it| it.split_once('>').unwrap_or((it, ""))) {
            Some((email, behind)) => (Some(email.trim()), behind),
            None => (None, ""),
        };
        if let Some(email) = email.filter(|email| !is_address(email)) {
            return no(NotAdded::NotAnAddress { email });
        }
        let id = match (id, email) {
            (Some(id), _) => id.to_owned(),
            (None, Some(email)) => id_of(email),
            (None, None) => return no(NotAdded::NoAddress { text: said.trim() }),
        };
        if name.is_empty() {
            return no(NotAdded::NotAnAddress { email: said.trim() });
        }
        if !is_id(&id) {
            return match email {
                Some(email) if id.is_empty() || id == id_of(email) => no(NotAdded::NoIdInAddress { email }),
                _ => no(NotAdded::NotAnId { id: &id }),
            };
        }
        let mut newcomer = Newcomer {
            id,
            name: name.to_owned(),
            reading: None,
            email: email.map(str::to_owned),
            phone: None,
            slack: None,
        };
        newcomer.reached_by(behind, language)?;
        Ok(newcomer)
    }

    fn reached_by(&mut self, behind: &str, language: Language) -> Result<(), String> {
        let mut phone: Vec<&str> = Vec::new();
        for word in behind.split_whitespace() {
            let digits = word.bytes().all(|byte| byte.is_ascii_digit() || b"+-()".contains(&byte));
            let member = word.starts_with('U') && word.len() > 1;
            if member && word.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit()) {
                self.slack = Some(word.to_owned());
            } else if digits && (word.starts_with('+') || !phone.is_empty()) {
                phone.push(word);
            } else {
                return Err(language.not_added(NotAdded::NeitherPhoneNorSlack { word }));
            }
        }
        self.phone = Some(phone.join(" ")).filter(|phone| !phone.is_empty());
        Ok(())
    }

    /// The file below its first line, which leads to the schema.
    pub fn text(&self) -> String {
        let mut out = format!("name: {}\n", text(&self.name));
        let keys = [("reading", &self.reading), ("email", &self.email), ("slack", &self.slack)];
        for (key, value) in keys.into_iter().filter_map(|(key, value)| Some((key, value.as_ref()?))) {
            out.push_str(&format!(
                "{key}: {}\n",
                if is_address(value) { value.clone() } else { text(value) }
            ));
        }
        if let Some(phone) = &self.phone {
            out.push_str(&format!("phone: {}\n", quoted(phone)));
        }
        out
    }
}

/// `taro-tanaka` of `Taro.Tanaka+oncall@example.com`.
fn id_of(email: &str) -> String {
    let local = email.split(['@', '+']).next().unwrap_or_default().to_ascii_lowercase();
    let parts = local.split(|c: char| !c.is_ascii_alphanumeric()).filter(|part| !part.is_empty());
    parts.collect::<Vec<_>>().join("-")
}

/// Written into YAML as it is.
fn is_address(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._+".contains(&byte);
    let Some((local, domain)) = text.split_once('@') else { return false };
    let begins = local.bytes().next().is_some_and(|byte| byte.is_ascii_alphanumeric());
    begins && local.bytes().all(plain) && domain.contains('.') && domain.bytes().all(plain)
}

/// Whether it can be the name of a file, and of what is in it.
pub fn is_id(text: &str) -> bool {
    let small = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    text.bytes().next().is_some_and(small)
        && text.bytes().all(|byte| small(byte) || byte == b'-')
        && !is_not_text(text)
        && text != "nobody"
        && text.len() <= ID_MAX
}

/// Adds somebody; who takes turns is another edit.
pub fn add_user(subject: &Subject<'_>, newcomer: &Newcomer) -> Result<Edit, EditError> {
    let mut proposal = Proposal::default();
    create_user(subject, newcomer, &mut proposal)?;
    let who = format!("{} ({})", newcomer.name, newcomer.id);
    proposal.said.push(subject.compiled.language.added(Added::User { who: &who }));
    proved_by(subject, proposal, |config| {
        let name = config.users.get(&*newcomer.id).map(|user| user.name.as_str());
        name == Some(&newcomer.name) && kept(subject, config, &[])
    })
}

pub(super) fn create_user(
    subject: &Subject<'_>,
    newcomer: &Newcomer,
    proposal: &mut Proposal,
) -> Result<(), EditError> {
    if let Some(user) = subject.config.users.get(&*newcomer.id) {
        let file = format!("{} ({})", user.place.file, person(subject.config, &user.id));
        return asked(subject.compiled.language.not_added(NotAdded::IsThere { file: &file }));
    }
    let text = format!("{}{}", schema_line(subject, "user"), newcomer.text());
    create(subject, proposal, format!("users/{}.yaml", newcomer.id), text)
}
