//! What goes wrong on demand: the rules, and how they spoil an exchange.

pub(crate) mod rules;
pub(crate) mod sabotage;
