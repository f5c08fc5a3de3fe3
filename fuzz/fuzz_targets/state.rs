//! Feeds the provider stored states and identities.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| terraform_provider_docspace::fuzzing::state(bytes));
