//! Why there is no connection: the portal, the certificates, or the proxy between.
//!
//! A proxy's fault is reported as the proxy's, with the variable that names it; the portal is not blamed for it, and it
//! never makes a message suggest plain http.

use crate::api::{ConnectReason, ProxyAnswer, ProxyFault, ProxyName, StatusFailure, TlsFault};

/// What to do about an unknown authority.
const TRUST: &str = "Set ca_certificate (or DOCSPACE_CA_CERTIFICATE) to the PEM of that authority, or of the \
self-signed certificate itself; if it is already set, it holds a different one.";

/// What to do about a proxy that is in the way.
const GO_AROUND: &str =
    "if this machine reaches the portal without the proxy, add the portal's host to NO_PROXY.";

/// Explains why there is no connection to a portal.
pub(super) fn explain_portal(
    host: &str,
    detail: &str,
    reason: ConnectReason,
    through: Option<&ProxyName>,
) -> String {
    match (reason, through) {
        (ConnectReason::Tls(fault), through) => {
            let fault = explain_tls(fault, detail, through);
            format!("No secure connection to the portal at {host}: {fault}")
        }
        (_, None) => format!(
            "No connection to the portal at {host}: {detail}. Check base_url and the network; if the portal can be \
             reached only through a proxy, set HTTPS_PROXY."
        ),
        (_, Some(proxy)) => format!(
            "No connection to the portal at {host} through the proxy {proxy}: {detail}. Check base_url, and ask whoever \
             runs the proxy whether it lets such connections through."
        ),
    }
}

/// Explains why there is no TLS connection and what to do, as the continuation of a sentence.
fn explain_tls(fault: TlsFault, detail: &str, through: Option<&ProxyName>) -> String {
    match (fault, through) {
        (TlsFault::UnknownIssuer, None) => format!("{} {TRUST}", untrusted()),
        (TlsFault::UnknownIssuer, Some(proxy)) => format!(
            "{} The connection goes through the proxy {proxy}: if the proxy inspects encrypted connections, the \
             authority is its own. {TRUST}",
            untrusted()
        ),
        (TlsFault::OutOfDate, _) => out_of_date(detail),
        (TlsFault::WrongName, _) => format!(
            "its certificate is for another name ({detail}). Set base_url to a name that the certificate has, or have one \
             issued whose subject alternative names include this one; a common name alone does not count."
        ),
        (TlsFault::BadCertificate, _) => unacceptable(detail),
        (TlsFault::NotTls, None) => {
            "the server there does not speak TLS, so the port probably serves http. Check the port of base_url; for a \
             portal without https, write http:// and set allow_plain_http."
                .to_owned()
        }
        (TlsFault::NotTls, Some(proxy)) => format!(
            "what answers through the proxy {proxy} does not speak TLS. Check the port of base_url, and ask whoever runs \
             the proxy whether it answers itself."
        ),
        (TlsFault::Version, _) => format!(
            "{}: ask whoever runs the portal to enable it.",
            too_old(detail)
        ),
    }
}

fn untrusted() -> &'static str {
    "its certificate is not trusted, because it is self-signed or issued by an authority that this machine does not know."
}

fn out_of_date(detail: &str) -> String {
    format!(
        "its certificate is out of date ({detail}). Have it renewed, and check the clock of this machine."
    )
}

fn unacceptable(detail: &str) -> String {
    format!("its certificate cannot be accepted ({detail}). Have another one issued.")
}

fn too_old(detail: &str) -> String {
    format!(
        "it offers no version of TLS, or no algorithms, that are safe enough ({detail}). TLS 1.2 or later is required"
    )
}

/// Explains what is wrong with a proxy.
pub(super) fn explain_proxy(proxy: &ProxyName, fault: &ProxyFault) -> String {
    let variable = proxy.variable;
    match fault {
        ProxyFault::Unreachable { detail } | ProxyFault::NameResolution { detail } => {
            explain_unreached(proxy, detail)
        }
        ProxyFault::TimedOut => explain_unreached(proxy, "timed out"),
        ProxyFault::Silent => format!(
            "The proxy {proxy} was asked for a connection to the portal and did not answer in time. Ask whoever runs it whether it \
             reaches the portal; {GO_AROUND}"
        ),
        ProxyFault::Broken { detail } => format!(
            "The proxy {proxy} closed the connection without an answer: {detail}. Check that {variable} names a proxy \
             and its port, and begins with the proxy's own protocol: most are reached over http://, even for https \
             portals."
        ),
        ProxyFault::Tls { fault, detail } => explain_proxy_tls(proxy, *fault, detail),
        ProxyFault::NotHttp => format!(
            "What answers at {} does not speak HTTP, so it is not the proxy that {variable} takes it for. Check its host \
             and port; write socks5:// for a SOCKS proxy, and https:// only for a proxy that is itself reached by TLS.",
            proxy.address
        ),
        ProxyFault::NotSocks => format!(
            "What answers at {} does not speak SOCKS 5, which {variable} asks for. Check its host and port; most \
             proxies are reached over http://, even for https portals.",
            proxy.address
        ),
        ProxyFault::LongHead => format!(
            "The proxy {proxy} answers with more than 100 headers, or with headers that are too long. Ask whoever runs \
             it."
        ),
        ProxyFault::Login {
            answer,
            was_told,
            takes_passwords,
        } => explain_login(proxy, *answer, *was_told, *takes_passwords),
        ProxyFault::SocksLogin { was_told: true } => format!(
            "The SOCKS proxy {proxy} refused the user name and password that {variable} holds, or takes none at all. Correct \
             or remove them; special characters have to be percent-encoded, as in %40 for @."
        ),
        ProxyFault::SocksLogin { was_told: false } => format!(
            "The SOCKS proxy {proxy} demands a login. Write a user name and a password into {variable}, as in \
             socks5://user:password@proxy.example.com:1080, with special characters percent-encoded, as in %40 for @."
        ),
        ProxyFault::Refused(answer) => explain_refusal(proxy, *answer),
    }
}

fn explain_unreached(proxy: &ProxyName, detail: &str) -> String {
    format!(
        "No connection to the proxy {proxy}: {detail}. Check {}, and whether the proxy is up.",
        proxy.variable
    )
}

fn explain_proxy_tls(proxy: &ProxyName, fault: TlsFault, detail: &str) -> String {
    let variable = proxy.variable;
    let fault = match fault {
        TlsFault::NotTls => {
            return format!(
                "The proxy {proxy} does not speak TLS, which https:// in {variable} asks for. Most proxies are reached \
                 over http://, even for https portals: use that."
            );
        }
        TlsFault::UnknownIssuer => format!("{} {TRUST}", untrusted()),
        TlsFault::OutOfDate => out_of_date(detail),
        TlsFault::WrongName => format!(
            "its certificate is for another name ({detail}). Use a name that the certificate has in {variable}."
        ),
        TlsFault::BadCertificate => unacceptable(detail),
        TlsFault::Version => format!(
            "{}: ask whoever runs the proxy to enable it.",
            too_old(detail)
        ),
    };
    format!("No secure connection to the proxy {proxy}: {fault}")
}

fn explain_login(
    proxy: &ProxyName,
    answer: ProxyAnswer,
    was_told: bool,
    takes_passwords: bool,
) -> String {
    let variable = proxy.variable;
    if !takes_passwords {
        return format!(
            "The proxy {proxy} demands a login ({answer}) of a kind that needs more than a user name and a password, such as \
             NTLM or Kerberos. Ask whoever runs it to let connections to the portal through without one, or use a proxy \
             of your own that logs in there."
        );
    }
    if was_told {
        format!(
            "The proxy {proxy} refused the user name and password that {variable} holds ({answer}). Correct them; special \
             characters have to be percent-encoded, as in %40 for @."
        )
    } else {
        format!(
            "The proxy {proxy} demands a user name and a password ({answer}). Write them into {variable}, as in \
             http://user:password@proxy.example.com:3128, with special characters percent-encoded, as in %40 for @."
        )
    }
}

fn explain_refusal(proxy: &ProxyName, answer: ProxyAnswer) -> String {
    if answer.is_forbidden() {
        format!(
            "The proxy {proxy} does not allow connections to the portal ({answer}). Ask whoever runs it to allow them; {GO_AROUND}"
        )
    } else if answer.is_failed() {
        format!(
            "The proxy {proxy} could not connect to the portal ({answer}). Check base_url, and ask whoever runs the proxy \
             whether it resolves and reaches the portal's host; {GO_AROUND}"
        )
    } else {
        format!(
            "The proxy {proxy} does not make a connection to the portal ({answer}). Check that {} names a proxy, and \
             ask whoever runs it; {GO_AROUND}",
            proxy.variable
        )
    }
}

/// Explains that something in front of the portal demands a login.
pub(super) fn explain_foreign_login(failure: &StatusFailure) -> String {
    let proxy = failure.forwarded_by.as_ref().map_or_else(String::new, |proxy| {
        format!(
            " The answer came through the proxy {proxy}; some proxies refuse a wrong password like this, so check the one in {} \
             too.",
            proxy.variable
        )
    });
    let sign = failure.challenge.map_or_else(
        || "is a web page".to_owned(),
        |scheme| format!("asks for a login by {scheme}"),
    );
    format!(
        "Something in front of the portal demands a login (401): the answer {sign}. A portal never refuses an API key \
         like that, so this says nothing about api_key; a web server or a gateway in front of it does. Let requests to \
         /api/2.0 through without a login, and check base_url.{proxy}"
    )
}

/// Explains that a forwarding proxy probably sent an answer itself.
pub(super) fn explain_forwarding(failure: &StatusFailure) -> String {
    let status = failure.status;
    let Some(proxy) = &failure.forwarded_by else {
        return String::new();
    };
    let next = if status == 403 {
        "allows requests to the portal"
    } else {
        "resolves and reaches the portal's host"
    };
    format!(
        "The answer ({status}) is a web page and came through the proxy {proxy}, which probably sent it itself: a \
         portal never answers API requests with a web page. Ask whoever runs the proxy whether it {next}; {GO_AROUND}"
    )
}

/// Explains that there are no authorities to trust.
pub(super) fn explain_no_authorities(detail: &str, variables: &[&str]) -> String {
    let elsewhere = match variables {
        [] => String::new(),
        set => format!(
            " {} in the environment: no other place is searched then, so correct it or remove it.",
            match set {
                [one] => format!("{one} is set"),
                _ => format!("{} are set", set.join(" and ")),
            }
        ),
    };
    format!(
        "This machine has no certificates of authorities to check the portal's certificate with ({detail}). Install the \
         package ca-certificates, or set ca_certificate (or DOCSPACE_CA_CERTIFICATE) to the PEM of the portal's \
         authority.{elsewhere}"
    )
}
