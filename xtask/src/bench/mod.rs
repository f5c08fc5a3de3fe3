//! `cargo xtask bench`.

mod start;

pub(crate) use self::start::VERB;
