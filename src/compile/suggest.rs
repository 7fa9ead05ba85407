//! Near names, for "did you mean …?".

/// The least likeness of a suggestion, from 0 to 1.
const LIKENESS_MIN: f64 = 0.7;

/// The name most like the one written, if any is.
pub(super) fn nearest<'n>(written: &str, names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    let written = written.to_lowercase();
    let mut best: Option<(f64, &str)> = None;
    for name in names {
        let lower = name.to_lowercase();
        let same_end = lower.rsplit('/').next() == Some(written.as_str());
        let likeness = if same_end { 0.95 } else { strsim::normalized_damerau_levenshtein(&written, &lower) };
        let starts = lower.len() >= 4 && written.starts_with(&lower)
            || written.len() >= 4 && lower.starts_with(&written);
        let likeness = if starts { likeness.max(LIKENESS_MIN) } else { likeness };
        if likeness >= LIKENESS_MIN && best.is_none_or(|(most, _)| likeness > most) {
            best = Some((likeness, name));
        }
    }
    best.map(|(_, name)| name)
}

/// `a`, `a or b`, `a, b or c`.
pub(super) fn any_of(words: &[String]) -> String {
    match words {
        [] => "something else".to_owned(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}
