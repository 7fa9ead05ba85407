//! What a check found, and what that finding depends on.

use crate::compile::Spot;
use crate::language::words::Words;
use std::sync::Arc;

/// What a finding depends on.
#[derive(Debug)]
pub(super) enum Doubt {
    /// This file is as it was meant.
    File(Arc<str>),
    /// Every file below this folder is.
    Folder(&'static str),
    /// No error, in this file or in any, is about this word.
    Word(Option<Arc<str>>, String),
    /// Every reference to something of this kind leads somewhere, or nearly.
    Lost(&'static str),
}

/// What a check found; the table adds the code and the severity.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) spot: Spot,
    pub(super) message: Words,
    pub(super) labels: Vec<(Spot, Words)>,
    pub(super) help: Option<Words>,
    /// What it depends on: an error there may be all that is wrong.
    pub(super) doubts: Vec<Doubt>,
}

impl Found {
    pub(super) fn new(spot: Spot, message: impl Into<Words>) -> Found {
        Found { spot, message: message.into(), labels: Vec::new(), help: None, doubts: Vec::new() }
    }

    pub(super) fn help(mut self, help: impl Into<Words>) -> Found {
        self.help = Some(help.into());
        self
    }

    pub(super) fn label(mut self, spot: Spot, message: impl Into<Words>) -> Found {
        self.labels.push((spot, message.into()));
        self
    }

    /// Not said while there is an error in this file.
    pub(super) fn needs(mut self, file: &Arc<str>) -> Found {
        self.doubts.push(Doubt::File(file.clone()));
        self
    }

    /// Not said while there is an error in a file below this folder, `schedules/`.
    pub(super) fn needs_all(mut self, folder: &'static str) -> Found {
        self.doubts.push(Doubt::Folder(folder));
        self
    }

    /// Not said while an error, anywhere or in this file, is about this word.
    pub(super) fn unless_said(mut self, file: Option<&Arc<str>>, word: &str) -> Found {
        self.doubts.push(Doubt::Word(file.cloned(), word.to_owned()));
        self
    }

    /// Not said while a reference to something of this kind leads nowhere.
    pub(super) fn unless_lost(mut self, noun: &'static str) -> Found {
        self.doubts.push(Doubt::Lost(noun));
        self
    }
}
