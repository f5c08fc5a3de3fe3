//! The provider's program. Everything it does is in the library.

use std::process::ExitCode;

use terraform_provider_docspace::framework::environment::ProcessEnvironment;
use terraform_provider_docspace::stub;

fn main() -> ExitCode {
    stub::run(std::env::args_os().skip(1), &ProcessEnvironment)
}
