//! Debug mode: the value that makes hosts use a running plugin instead of starting one (TPP §11).

use std::io::{self, Write};

use serde_json::json;

use super::Plugin;
use super::listen::Address;

/// Tells a developer how to attach Terraform or OpenTofu to this process: on stdout what the other shell has to run, so
/// that it can be sent to a file, on stderr the rest.
pub(super) fn announce(plugin: &Plugin, address: &Address) -> io::Result<()> {
    let value = value(plugin, address, std::process::id());
    let Plugin {
        name, variables, ..
    } = plugin;
    let text = format!(
        "{name} is running. Run the line below in the shell that runs terraform or tofu.\n\
         {} and the proxy variables are read from this shell, not from that one.\n\
         Ctrl-C ends it.\n",
        variables.join(", ")
    );
    io::stderr().lock().write_all(text.as_bytes())?;
    let mut stdout = io::stdout().lock();
    writeln!(stdout, "{}", assignment(&value))?;
    stdout.flush()
}

/// The value itself. The short source address is completed by each host with its own registry, so one value serves
/// both. `Test` must be true: without it, the host assumes protocol version 5.
fn value(plugin: &Plugin, address: &Address, pid: u32) -> String {
    let Address { network, text } = address;
    json!({
        plugin.address: {
            "Protocol": "grpc",
            "ProtocolVersion": 6,
            "Pid": pid,
            "Test": true,
            "Addr": { "Network": network, "String": text },
        }
    })
    .to_string()
}

#[cfg(not(windows))]
fn assignment(value: &str) -> String {
    let quoted = value.replace('\'', r"'\''");
    format!("export TF_REATTACH_PROVIDERS='{quoted}'")
}

/// For PowerShell.
#[cfg(windows)]
fn assignment(value: &str) -> String {
    let quoted = value.replace('\'', "''");
    format!("$env:TF_REATTACH_PROVIDERS='{quoted}'")
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLUGIN: Plugin = Plugin {
        name: "terraform-provider-x",
        version: "1.2.3",
        address: "ns/x",
        variables: &["X_TOKEN"],
    };

    #[test]
    fn the_value_has_every_member_the_host_reads() {
        let address = Address {
            network: "unix",
            text: "/tmp/p".to_owned(),
        };
        let value: serde_json::Value = serde_json::from_str(&value(&PLUGIN, &address, 47)).unwrap();
        assert_eq!(
            value,
            json!({"ns/x": {
                "Protocol": "grpc",
                "ProtocolVersion": 6,
                "Pid": 47,
                "Test": true,
                "Addr": {"Network": "unix", "String": "/tmp/p"},
            }})
        );
    }

    #[cfg(unix)]
    #[test]
    fn a_quote_in_the_path_does_not_end_the_shell_word() {
        assert_eq!(
            assignment("it's"),
            r"export TF_REATTACH_PROVIDERS='it'\''s'"
        );
    }
}
