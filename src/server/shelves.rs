//! A sorted map whose copies share what has not changed since: a copy costs a few hundred pointers, a change copies one shelf.
//!
//! The board is written by one task and read by many, each from the copy that it took.

use std::sync::Arc;

/// How many entries stand on one shelf.
const SHELF_MAX: usize = 256;

/// A sorted map in shelves.
#[derive(Clone, Debug)]
pub struct Shelves<K, V> {
    /// None is empty, and their keys ascend.
    shelves: Vec<Arc<Vec<(K, V)>>>,
    len: usize,
}

impl<K, V> Default for Shelves<K, V> {
    fn default() -> Shelves<K, V> {
        Shelves { shelves: Vec::new(), len: 0 }
    }
}

impl<K: Ord + Clone, V: Clone> Shelves<K, V> {
    pub fn len(&self) -> usize {
        self.len
    }

    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    pub fn get(&self, key: &K) -> Option<&V> {
        let shelf = self.shelves.get(self.shelf_of(key)?)?;
        shelf.binary_search_by(|(known, _)| known.cmp(key)).ok().map(|at| &shelf[at].1)
    }

    /// A value to be changed; other copies keep what it was.
    pub fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        let n = self.shelf_of(key)?;
        let at = self.shelves[n].binary_search_by(|(known, _)| known.cmp(key)).ok()?;
        Some(&mut Arc::make_mut(&mut self.shelves[n])[at].1)
    }

    /// The value that was there before.
    pub fn insert(&mut self, key: K, value: V) -> Option<V> {
        let Some(n) = self.shelf_of(&key) else {
            self.shelves.push(Arc::new(vec![(key, value)]));
            self.len += 1;
            return None;
        };
        let at = match self.shelves[n].binary_search_by(|(known, _)| known.cmp(&key)) {
            Ok(at) => {
                let (_, before) = &mut Arc::make_mut(&mut self.shelves[n])[at];
                return Some(std::mem::replace(before, value));
            }
            Err(at) => at,
        };
        self.len += 1;
        self.put((key, value), n, at);
        None
    }

    /// Puts an entry on a shelf. A full one is split where the entry goes: keys come mostly one after the other, each beside
    /// the last one, and then shelves are full.
    fn put(&mut self, entry: (K, V), n: usize, at: usize) {
        if self.shelves[n].len() < SHELF_MAX {
            return put(&mut self.shelves[n], at, entry);
        }
        if at == SHELF_MAX
            && let Some(next) = self.shelves.get_mut(n + 1).filter(|next| next.len() < SHELF_MAX)
        {
            return put(next, 0, entry);
        }
        match at {
            0 => self.shelves.insert(n, Arc::new(vec![entry])),
            SHELF_MAX => self.shelves.insert(n + 1, Arc::new(vec![entry])),
            _ => {
                let upper = Arc::make_mut(&mut self.shelves[n]).split_off(at);
                self.shelves.insert(n + 1, Arc::new(upper));
                put(&mut self.shelves[n], at, entry);
            }
        }
    }

    pub fn remove(&mut self, key: &K) -> Option<V> {
        let n = self.shelf_of(key)?;
        let at = self.shelves[n].binary_search_by(|(known, _)| known.cmp(key)).ok()?;
        let (_, value) = Arc::make_mut(&mut self.shelves[n]).remove(at);
        self.len -= 1;
        if self.shelves[n].is_empty() {
            self.shelves.remove(n);
        }
        Some(value)
    }

    /// Everything from a key on, ascending.
    pub fn from(&self, key: K) -> impl Iterator<Item = (&K, &V)> + use<'_, K, V> {
        let first = self.shelf_of(&key).unwrap_or_default();
        let all = self.shelves.iter().skip(first).flat_map(|shelf| shelf.iter());
        all.skip_while(move |(known, _)| *known < key).map(|(key, value)| (key, value))
    }

    /// Everything, descending from the last key that is smaller than `before`.
    pub fn back_from(&self, before: K) -> impl Iterator<Item = (&K, &V)> + use<'_, K, V> {
        let shelves = self.shelf_of(&before).map_or(&[][..], |last| &self.shelves[..=last]);
        let all = shelves.iter().rev().flat_map(|shelf| shelf.iter().rev());
        all.skip_while(move |(known, _)| *known >= before).map(|(key, value)| (key, value))
    }

    pub fn iter(&self) -> impl Iterator<Item = (&K, &V)> {
        self.shelves.iter().flat_map(|shelf| shelf.iter()).map(|(key, value)| (key, value))
    }

    /// The shelf on which a key stands, or would; `None`: there is none at all.
    fn shelf_of(&self, key: &K) -> Option<usize> {
        let after =
            self.shelves.partition_point(|shelf| shelf.first().is_some_and(|(first, _)| first <= key));
        (!self.shelves.is_empty()).then(|| after.saturating_sub(1))
    }
}

/// Puts an entry on a shelf with room for it. The shelf grows by a quarter: doubled, half of it would stay empty.
fn put<K: Clone, V: Clone>(shelf: &mut Arc<Vec<(K, V)>>, at: usize, entry: (K, V)) {
    let shelf = Arc::make_mut(shelf);
    if shelf.len() == shelf.capacity() {
        shelf.reserve_exact((shelf.len() / 4).clamp(1, SHELF_MAX));
    }
    shelf.insert(at, entry);
}
