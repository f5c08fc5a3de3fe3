//! The provider's program. Everything it does is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    terraform_provider_docspace::run(std::env::args_os().skip(1))
}
