//! `limit` and `offset` of list actions.

/// A window on a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page {
    /// At most so many items; `None` is no bound.
    pub limit: Option<usize>,
    /// Items to pass over.
    pub offset: usize,
}

impl Page {
    /// The items of `all` that lie in the window.
    #[must_use]
    pub fn slice<'a, T>(&self, all: &'a [T]) -> &'a [T] {
        let rest = all.get(self.offset.min(all.len())..).unwrap_or_default();
        rest.get(..self.limit.unwrap_or(usize::MAX).min(rest.len())).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_stay_inside() {
        let all = [1, 2, 3];
        assert_eq!(Page { limit: Some(2), offset: 1 }.slice(&all), [2, 3]);
        assert_eq!(Page { limit: None, offset: 9 }.slice(&all), [0; 0]);
        assert_eq!(Page { limit: Some(0), offset: 0 }.slice(&all), [0; 0]);
    }
}
