//! `web:`: how people sign in to the pages.

use super::code;
use super::diagnostic::{Finding, Part, Spot};
use super::organisation::url;
use super::resolve::Resolver;
use crate::config::{Oidc, Proxy, SignedHeader, Web};
use crate::document::{self, Url};
use crate::language::words::Words;
use crate::sign_in::is_safe_address;
use crate::sign_in::who::EMAIL;
use std::collections::BTreeMap;

const IAP_ISSUER: &str = "https://cloud.google.com/iap";
const IAP_KEYS: &str = "https://www.gstatic.com/iap/verify/public_key-jwk";
/// Addresses at Microsoft that stand for every company: their tokens name the company's own.
const EVERY_TENANT: [&str; 3] = ["/common/", "/organizations/", "/consumers/"];

impl Resolver<'_> {
    pub(super) fn web(&mut self, document: &document::Organisation, at: &Spot) -> Web {
        let Some(web) = &document.web else { return Web { session_generation: 1, ..Web::default() } };
        let at = at.key("web");
        let ways = [
            ("oidc", web.oidc.is_some()),
            ("aws_alb", web.aws_alb.is_some()),
            ("cloudflare_access", web.cloudflare_access.is_some()),
            ("google_iap", web.google_iap.is_some()),
        ];
        if let Some((key, _)) =
            ways.iter().find(|(_, there)| *there).filter(|_| document.public_url.is_none())
        {
            let message = Words::new(
                "signing in needs `public_url`: people are led back there, and forms are believed by it",
                "サインインには `public_url` が必要です。サインイン後に戻る先であり、フォームの送信元の確認にも使います",
            );
            let help = Words::new(
                "add `public_url: https://…`, the address of the pages",
                "ページのアドレスを `public_url: https://…` と書いてください",
            );
            self.error_help(code::SIGN_IN_URL, at.key(key).on(Part::Key), message, help);
        }
        let oidc = web.oidc.as_ref().and_then(|oidc| self.oidc(oidc, &at.key("oidc")));
        let signed_headers = self.signed_headers(web, &at);
        Web { oidc, signed_headers, session_generation: web.session_generation.unwrap_or(1) }
    }

    fn oidc(&mut self, oidc: &document::Oidc, at: &Spot) -> Option<Oidc> {
        let issuer = oidc.issuer.0.clone();
        self.safe_address(&oidc.issuer, &at.key("issuer"));
        if issuer.contains("//login.microsoftonline.com/")
            && EVERY_TENANT.iter().any(|all| issuer.contains(all))
        {
            let message = Words::new(
                format!("`{issuer}` stands for every company, and no token is by it"),
                format!("`{issuer}` はすべての会社を指すアドレスで、これを発行者とするトークンはありません"),
            );
            let help = Words::new(
                "write your own: `https://login.microsoftonline.com/<tenant id>/v2.0`",
                "自社のもの（`https://login.microsoftonline.com/<テナント ID>/v2.0`）を書いてください",
            );
            self.error_help(code::SIGN_IN_ADDRESS, at.key("issuer"), message, help);
        }
        let client_secret = self.secret(&oidc.client_secret, &at.key("client_secret"));
        Some(Oidc {
            issuer,
            client_id: oidc.client_id.clone(),
            client_secret: client_secret?,
            claim: oidc.claim.clone().unwrap_or_else(|| EMAIL.to_owned()),
            hosted_domain: oidc.hosted_domain.clone(),
        })
    }

    fn signed_headers(&mut self, web: &document::Web, at: &Spot) -> Vec<SignedHeader> {
        let claim = |claim: Option<&String>| claim.cloned().unwrap_or_else(|| EMAIL.to_owned());
        let alb = web.aws_alb.as_ref().map(|alb| {
            let usual = || format!("https://public-keys.auth.elb.{}.amazonaws.com", alb.region);
            SignedHeader {
                proxy: Proxy::AwsAlb,
                issuer: None,
                signer: Some(alb.signer.clone()),
                audience: alb.client_id.clone(),
                keys: alb.keys.as_ref().map_or_else(usual, url),
                claim: claim(alb.claim.as_ref()),
            }
        });
        let access = web.cloudflare_access.as_ref().map(|access| SignedHeader {
            proxy: Proxy::CloudflareAccess,
            issuer: Some(url(&access.team)),
            signer: None,
            audience: access.audience.clone(),
            keys: format!("{}/cdn-cgi/access/certs", url(&access.team)),
            claim: claim(None),
        });
        let iap = web.google_iap.as_ref().map(|iap| SignedHeader {
            proxy: Proxy::GoogleIap,
            issuer: Some(IAP_ISSUER.to_owned()),
            signer: None,
            audience: iap.audience.clone(),
            keys: iap.keys.as_ref().map_or_else(|| IAP_KEYS.to_owned(), url),
            claim: claim(None),
        });
        let addresses = [
            ("aws_alb", "keys", web.aws_alb.as_ref().and_then(|alb| alb.keys.as_ref())),
            ("cloudflare_access", "team", web.cloudflare_access.as_ref().map(|access| &access.team)),
            ("google_iap", "keys", web.google_iap.as_ref().and_then(|iap| iap.keys.as_ref())),
        ];
        for (proxy, key, address) in addresses {
            if let Some(address) = address {
                self.safe_address(address, &at.key(proxy).key(key));
            }
        }
        alb.into_iter().chain(access).chain(iap).collect()
    }

    /// Keys that come without TLS could be anybody's.
    fn safe_address(&mut self, address: &Url, at: &Spot) {
        if is_safe_address(&address.0) {
            return;
        }
        let message = Words::new(
            format!("`{}` is not https: whoever is between could sign anybody in", address.0),
            format!(
                "`{}` は https ではありません。通信経路にいる者が、誰としてでもサインインできてしまいます",
                address.0
            ),
        );
        let help = Words::new("write it with `https://`", "`https://` で書いてください");
        self.error_help(code::SIGN_IN_ADDRESS, at.clone(), message, help);
    }

    pub(super) fn same_sign_in(&mut self) {
        let mut seen: BTreeMap<&str, Spot> = BTreeMap::new();
        let documents = self.documents;
        for file in documents.users.values() {
            let Some(name) = file.document.as_ref().and_then(|user| user.sign_in.as_deref()) else {
                continue;
            };
            let at = file.at.key("sign_in");
            if let Some(first) = seen.get(name) {
                let message = Words::new(
                    format!("two users sign in as `{name}`"),
                    format!("2 人のユーザーが `{name}` としてサインインします"),
                );
                let finding = Finding::error(code::TWICE, at, message);
                self.findings.push(finding.label(first.clone(), Words::new("the other one", "もう一方")));
            } else {
                seen.insert(name, at);
            }
        }
    }
}
