//! Feeds the provider successful answers of a portal.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| terraform_provider_docspace::fuzzing::portal_answer(bytes));
