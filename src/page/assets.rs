//! The files beside the pages: style, script and icon, each at an address that names its contents, so that it may be kept for ever.

use ring::digest::{SHA256, digest};

const STYLE: &[u8] = include_bytes!("assets/app.css");
const SCRIPT: &[u8] = include_bytes!("assets/app.js");
const ICON: &[u8] = include_bytes!("assets/icon.svg");

/// A file beside the pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asset {
    pub name: &'static str,
    pub content_type: &'static str,
    pub bytes: &'static [u8],
}

const ALL: [Asset; 3] = [
    Asset { name: "app.css", content_type: "text/css; charset=utf-8", bytes: STYLE },
    Asset { name: "app.js", content_type: "text/javascript; charset=utf-8", bytes: SCRIPT },
    Asset { name: "icon.svg", content_type: "image/svg+xml", bytes: ICON },
];

/// The addresses of the files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assets {
    pub style: String,
    pub script: String,
    pub icon: String,
}

impl Default for Assets {
    fn default() -> Assets {
        let [style, script, icon] = ALL.map(|asset| address(&asset));
        Assets { style, script, icon }
    }
}

fn address(asset: &Asset) -> String {
    format!("/assets/{}/{}", stamp(asset.bytes), asset.name)
}

fn stamp(bytes: &[u8]) -> String {
    data_encoding::HEXLOWER.encode(&digest(&SHA256, bytes).as_ref()[..8])
}

/// The file at an address below `/assets/`, if it is the one of this release.
pub fn asset(path: &str) -> Option<Asset> {
    let (given, name) = path.split_once('/')?;
    ALL.into_iter().find(|asset| asset.name == name && stamp(asset.bytes) == given)
}
