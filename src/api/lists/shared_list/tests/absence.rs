//! Two lists in a row must lack a webhook before it may be called gone (product §4.4).

use super::*;

/// A list may lack a row for a moment. For a reader that asks after another's confirmation, that one is the first.
#[test]
fn a_list_that_confirms_others_is_no_confirmation_of_what_vanished_in_it() {
    let (list, source) = list();
    source.answer(Ok(vec![item(1, 1), item(2, 1)]));
    let first = now(list.read()).unwrap();
    source.answer(Ok(vec![item(1, 1)]));
    now(list.confirm_absence(&first, id(3))).unwrap();
    let second = now(list.read()).unwrap();
    assert!(second.confirms_absence_of(id(3)) && second.confirms_absence_of(id(4)));
    assert!(!second.confirms_absence_of(id(1)) && !second.confirms_absence_of(id(2)));
    source.answer(Ok(vec![item(1, 1), item(2, 1)]));
    let third = now(list.confirm_absence(&second, id(2))).unwrap();
    assert_eq!(ids(&third), [1, 2]);
    assert_eq!(source.fetches(), 3);
}

#[test]
fn a_list_fetched_for_another_reason_confirms_nothing_that_vanished_in_it() {
    let (list, source) = list();
    source.answer(Ok(vec![item(1, 1), item(2, 1)]));
    let first = now(list.read()).unwrap();
    source.answer(Ok(vec![item(1, 1)]));
    now(list.fresh()).unwrap();
    let second = now(list.confirm_absence(&first, id(3))).unwrap();
    assert!(second.confirms_absence_of(id(3)) && !second.confirms_absence_of(id(2)));
    assert_eq!(source.fetches(), 2);
}

proptest::proptest! {
    /// Whatever rows the portal's lists lack, and in whatever order readers ask.
    #[test]
    fn what_one_list_shows_is_never_called_gone_by_the_next(
        omitted in proptest::collection::vec(proptest::collection::btree_set(1..6_u32, 0..4), 1..12),
        asked in proptest::collection::vec((1..6_u32, proptest::bool::ANY), 1..12),
    ) {
        let (list, source) = list();
        let answers: Vec<Vec<u32>> = omitted
            .iter()
            .map(|omitted| (1..6).filter(|number| !omitted.contains(number)).collect())
            .collect();
        for rows in answers.iter().chain(std::iter::repeat_n(&vec![1, 2, 3, 4, 5], 40)) {
            source.answer(Ok(rows.iter().map(|number| item(*number, 1)).collect()));
        }
        let lacks = |fetch: u64, number: u32| {
            let index = usize::try_from(fetch).unwrap() - 1;
            answers.get(index).is_some_and(|rows| !rows.contains(&number))
        };
        for (number, is_fresh) in asked {
            if is_fresh {
                now(list.fresh()).unwrap();
            }
            let first = now(list.read()).unwrap();
            if first.webhook(id(number)).is_some() {
                continue;
            }
            let second = now(list.confirm_absence(&first, id(number))).unwrap();
            if second.webhook(id(number)).is_none() {
                let earlier = (1..second.fetch).filter(|fetch| lacks(*fetch, number)).count();
                assert!(lacks(second.fetch, number) && earlier > 0);
            }
        }
    }
}
