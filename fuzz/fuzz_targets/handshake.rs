//! Feeds the provider the environment of a plugin process.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| terraform_provider_docspace::fuzzing::handshake(bytes));
