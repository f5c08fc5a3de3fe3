//! A page of a list, and what makes two of them overlap (IH §2.3).

use crate::front::binding::ValidationErrors;
use crate::front::call::Call;

/// The largest page size, and the default one.
const GREATEST: usize = 100;

/// Which part of a list is requested.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Page {
    pub(crate) start: usize,
    pub(crate) count: usize,
}

impl Page {
    /// Reads `count` and `startIndex`.
    pub(crate) fn asked(call: &Call) -> Result<Self, ValidationErrors> {
        let start = number(call, "startIndex", "StartIndex")?.unwrap_or_default();
        let count = number(call, "count", "Count")?.unwrap_or(GREATEST);
        if !(1..=GREATEST).contains(&count) {
            let message = format!("The field Count must be between 1 and {GREATEST}.");
            return Err(vec![("count".to_owned(), message)]);
        }
        Ok(Self { start, count })
    }

    /// Cuts the page out of a list. What is equal to the database comes in any order, so that the last row of a page can be
    /// the first of the next one again, in the place of a row that neither page shows then (inferred from IH §2.3).
    pub(crate) fn of<T>(self, all: &[T], is_tied: impl Fn(&T, &T) -> bool) -> Vec<&T> {
        let mut page: Vec<&T> = all.iter().skip(self.start).take(self.count).collect();
        let before = self.start.checked_sub(1).and_then(|last| all.get(last));
        if let (Some(before), Some(first)) = (before, page.first_mut())
            && is_tied(before, first)
        {
            *first = before;
        }
        page
    }
}

fn number(call: &Call, parameter: &str, property: &str) -> Result<Option<usize>, ValidationErrors> {
    let Some(value) = call.parameter(parameter) else {
        return Ok(None);
    };
    let invalid = |_malformed| {
        let message = format!("The value '{value}' is not valid for {property}.");
        vec![(parameter.to_owned(), message)]
    };
    value.parse().map(Some).map_err(invalid)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ties_make_pages_overlap_and_hide_a_row() {
        let rows = ["a", "b", "b", "c"];
        let page = |start, count| Page { start, count }.of(&rows, |one, other| one == other);
        assert_eq!(page(0, 2), [&rows[0], &rows[1]]);
        assert!(std::ptr::eq(page(2, 2)[0], &raw const rows[1]));
        assert_eq!(page(3, 2), [&"c"]);
        assert!(page(4, 2).is_empty());
        assert!(page(9, 2).is_empty());
    }
}
