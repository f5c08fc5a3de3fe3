//! Compiles `proto/` to Rust, and nothing else.
//!
//! Server and client code are both generated: the product serves, the plugin-host tests include the
//! same files from `OUT_DIR` and call.

use std::error::Error;

const FILES: [&str; 5] = [
    "proto/tfplugin6.proto",
    "proto/grpc_controller.proto",
    "proto/grpc_stdio.proto",
    "proto/grpc_broker.proto",
    "proto/health.proto",
];

/// Messages whose derived `Debug` would print users' values; `src/wire.rs` writes one that does not.
const REDACTED: [&str; 2] = [".tfplugin6.DynamicValue", ".tfplugin6.RawState"];

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=proto");
    let descriptors = protox::Compiler::new(["proto"])?
        // Comments of the definitions would become doc tests of the generated code.
        .include_source_info(false)
        .include_imports(true)
        .open_files(FILES)?
        .file_descriptor_set();
    tonic_prost_build::configure()
        // The client's `connect` would link tonic's whole channel stack into the product.
        .build_transport(false)
        // A method we do not serve answers status 12 (unimplemented) without a line of ours.
        .generate_default_stubs(true)
        .btree_map(".")
        .skip_debug(REDACTED)
        .compile_fds(descriptors)?;
    Ok(())
}
