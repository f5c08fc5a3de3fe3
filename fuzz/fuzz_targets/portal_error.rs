//! Feeds the provider error answers of a portal, which may repeat a secret.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| terraform_provider_docspace::fuzzing::portal_error(bytes));
