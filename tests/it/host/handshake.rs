//! The plugin's one line on stdout, read as strictly as the strictest host reads it (TPP §1.3).

use std::path::PathBuf;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use rustls::pki_types::CertificateDer;

/// What the line says.
#[derive(Debug, Clone)]
pub struct Handshake {
    /// Where the plugin listens.
    pub socket: PathBuf,
    /// The certificate to pin; none without TLS.
    pub certificate: Option<CertificateDer<'static>>,
    /// Whether the broker multiplexes, if the line says.
    pub multiplexes: Option<bool>,
}

impl Handshake {
    /// Reads the line, with its line break.
    pub fn parse(line: &str) -> Result<Self, String> {
        let body = line
            .strip_suffix('\n')
            .ok_or_else(|| format!("no line break at the end of {line:?}"))?;
        let fields: Vec<&str> = body.split('|').collect();
        let (fixed, rest) = fields
            .split_first_chunk::<6>()
            .ok_or_else(|| format!("too few fields in {line:?}"))?;
        let multiplexes = match rest {
            [] => None,
            ["true"] => Some(true),
            ["false"] => Some(false),
            _ => return Err(format!("a strange end of {line:?}")),
        };
        let [core, app, network, address, protocol, certificate] = *fixed;
        for (name, is, wanted) in [
            ("core protocol", core, "1"),
            ("app protocol", app, "6"),
            ("network", network, "unix"),
            ("protocol", protocol, "grpc"),
        ] {
            if is != wanted {
                return Err(format!("the {name} is {is:?}, not {wanted:?}"));
            }
        }
        let socket = PathBuf::from(address);
        if !socket.is_absolute() || address.len() >= 104 {
            return Err(format!("no host can use the socket {address:?}"));
        }
        Ok(Self {
            socket,
            certificate: decode(certificate)?,
            multiplexes,
        })
    }
}

fn decode(field: &str) -> Result<Option<CertificateDer<'static>>, String> {
    if field.is_empty() {
        return Ok(None);
    }
    let der = STANDARD_NO_PAD
        .decode(field)
        .map_err(|error| format!("field 6: {error}"))?;
    Ok(Some(der.into()))
}
