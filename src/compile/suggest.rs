//! Similar names, for "did you mean …?".

/// The most similar name, if any is close enough: at most one letter in three differs, or the last part of the path
/// is the same, or one is a prefix of the other.
pub fn nearest<'n>(written: &str, names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    let written = written.to_lowercase();
    names
        .filter_map(|name| {
            let lower = name.to_lowercase();
            let wrong = strsim::damerau_levenshtein(&written, &lower);
            let longest = written.chars().count().max(lower.chars().count());
            let near = wrong <= longest / 3 || same_end(&written, &lower) || one_begins(&written, &lower);
            near.then_some((wrong, name))
        })
        .min()
        .map(|(_, name)| name)
}

fn same_end(a: &str, b: &str) -> bool {
    let last = |path: &str| path.rsplit('/').next().map(str::to_owned);
    (a.contains('/') || b.contains('/')) && last(a) == last(b)
}

fn one_begins(a: &str, b: &str) -> bool {
    const LEAST: usize = 4;
    a.len().min(b.len()) >= LEAST && (a.starts_with(b) || b.starts_with(a))
}
