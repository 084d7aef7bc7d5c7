//! Disjoint sets over a few records.

use std::collections::BTreeMap;

/// Disjoint sets over a few records.
#[derive(Clone)]
pub(crate) struct Sets {
    parent: BTreeMap<i64, i64>,
}

impl Sets {
    pub(crate) fn new(members: &[i64]) -> Self {
        Self {
            parent: members.iter().map(|member| (*member, *member)).collect(),
        }
    }

    pub(crate) fn root(&self, mut member: i64) -> i64 {
        while let Some(parent) = self.parent.get(&member).filter(|parent| **parent != member) {
            member = *parent;
        }
        member
    }

    pub(crate) fn members(&self, of: i64) -> Vec<i64> {
        let root = self.root(of);
        self.parent
            .keys()
            .copied()
            .filter(|member| self.root(*member) == root)
            .collect()
    }

    pub(crate) fn join(&mut self, a: i64, b: i64) {
        if !self.parent.contains_key(&a) || !self.parent.contains_key(&b) {
            return;
        }
        let (a, b) = (self.root(a), self.root(b));
        self.parent.insert(a.max(b), a.min(b));
    }

    /// Joins two sets unless that would put two records together that are kept apart.
    pub(crate) fn join_unless(&mut self, a: i64, b: i64, apart: &[(i64, i64)]) {
        let (left, right) = (self.root(a), self.root(b));
        let forbidden = apart.iter().any(|(x, y)| {
            let (x, y) = (self.root(*x), self.root(*y));
            (x, y) == (left, right) || (y, x) == (left, right)
        });
        if !forbidden {
            self.join(a, b);
        }
    }

    pub(crate) fn groups(&self) -> Vec<Vec<i64>> {
        let mut groups: BTreeMap<i64, Vec<i64>> = BTreeMap::new();
        for member in self.parent.keys() {
            groups.entry(self.root(*member)).or_default().push(*member);
        }
        groups.into_values().collect()
    }
}
