//! The providers of e-mail and push messages below `providers:`.

use super::code;
use super::diagnostic::{Part, Spot};
use super::organisation::url;
use super::resolve::Resolver;
use crate::config::{Mail, MailSecurity, Ntfy, Pushover};
use crate::document;
use crate::language::words::Words;

const NTFY: &str = "https://ntfy.sh";
const PUSHOVER_API: &str = "https://api.pushover.net";

impl Resolver<'_> {
    /// All three, as far as they are there.
    pub(super) fn messengers(
        &mut self,
        providers: Option<&document::Providers>,
        at: &Spot,
    ) -> (Option<Mail>, Option<Ntfy>, Option<Pushover>) {
        let Some(all) = providers else { return (None, None, None) };
        let mail = all.mail.as_ref().and_then(|mail| self.mail(mail, &at.key("mail")));
        let ntfy = all.ntfy.as_ref().map(|ntfy| self.ntfy(ntfy, &at.key("ntfy")));
        let pushover = all.pushover.as_ref().and_then(|it| self.pushover(it, &at.key("pushover")));
        (mail, ntfy, pushover)
    }

    fn mail(&mut self, mail: &document::Mail, at: &Spot) -> Option<Mail> {
        let server = server(&mail.smtp);
        if server.is_none() {
            let message = Words::new(
                format!("`{}` is not the address of an SMTP server", mail.smtp),
                format!("`{}` は SMTP サーバーのアドレスではありません", mail.smtp),
            );
            let help = Words::new(
                "write it as `smtps://smtp.example.com`, or `smtp://smtp.example.com:587` for STARTTLS",
                "`smtps://smtp.example.com`、STARTTLS なら `smtp://smtp.example.com:587` のように書いてください",
            );
            self.error_help(code::VALUE, at.key("smtp"), message, help);
        }
        if !is_address(&mail.from) {
            let message = Words::new(
                format!("`{}` is not an e-mail address", mail.from),
                format!("`{}` はメールアドレスではありません", mail.from),
            );
            self.error(code::VALUE, at.key("from"), message);
        }
        let password = mail.password.as_ref().and_then(|password| self.secret(password, &at.key("password")));
        if mail.username.is_some() != mail.password.is_some() {
            let (there, lacks) =
                if mail.username.is_some() { ("username", "password") } else { ("password", "username") };
            let message = Words::new(
                format!("`{there}` needs a `{lacks}` beside it"),
                format!("`{there}` には `{lacks}` も必要です"),
            );
            self.error_help(
                code::EITHER_OR,
                at.key(there).on(Part::Key),
                message,
                Words::new(
                    "name both, or neither where the server asks for none",
                    "両方を書くか、認証が不要なサーバーなら両方を消してください",
                ),
            );
        }
        let (security, host, port) = server?;
        let credentials = match (&mail.username, &mail.password) {
            (Some(username), Some(_)) => Some((username.clone(), password?)),
            _ => None,
        };
        Some(Mail { host, port, security, credentials, from: mail.from.clone() })
    }

    fn ntfy(&mut self, ntfy: &document::Ntfy, at: &Spot) -> Ntfy {
        let token = ntfy.token.as_ref().and_then(|token| self.secret(token, &at.key("token")));
        Ntfy { url: ntfy.url.as_ref().map_or_else(|| NTFY.to_owned(), url), token }
    }

    fn pushover(&mut self, pushover: &document::Pushover, at: &Spot) -> Option<Pushover> {
        let token = self.secret(&pushover.token, &at.key("token"));
        let api_url = pushover.api_url.as_ref().map_or_else(|| PUSHOVER_API.to_owned(), url);
        Some(Pushover { token: token?, api_url })
    }
}

/// `smtps://host:port` or `smtp://host:port`.
fn server(text: &str) -> Option<(MailSecurity, String, u16)> {
    let (scheme, rest) = text.split_once("://")?;
    let rest = rest.strip_suffix('/').unwrap_or(rest);
    let (host, port) = match rest.rsplit_once(':') {
        Some((host, port)) => (host, Some(port.parse::<u16>().ok().filter(|port| *port > 0)?)),
        None => (rest, None),
    };
    let named = !host.is_empty() && host.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._".contains(&b));
    let local = matches!(host, "localhost" | "127.0.0.1");
    let (security, usual) = match scheme {
        "smtps" => (MailSecurity::Tls, 465),
        "smtp" if local => (MailSecurity::Local, 25),
        "smtp" => (MailSecurity::StartTls, 587),
        _ => return None,
    };
    named.then(|| (security, host.to_owned(), port.unwrap_or(usual)))
}

/// One address and nothing else: it becomes a header and a domain that we greet by.
fn is_address(text: &str) -> bool {
    let odd = |c: char| c.is_whitespace() || c.is_control() || "<>,;:\"()[]\\".contains(c);
    let (name, domain) = text.rsplit_once('@').unwrap_or_default();
    let domain_fits =
        domain.contains('.') && domain.bytes().all(|b| b.is_ascii_alphanumeric() || b"-.".contains(&b));
    !name.is_empty() && !name.contains('@') && !text.contains(odd) && domain_fits
}
