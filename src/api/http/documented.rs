//! The portal's sentences that are not translated and have no variable part (API §7.1, §8.2, §8.3).
//!
//! They repeat nothing that the portal was sent or holds, so they can be quoted from any answer.

/// The refusal of a create whose name and address are taken.
pub(super) const DUPLICATE: &str = "Webhook with the same name and payload URL already exists";

/// The names of the errors with which a receiver is not reached at all: refused, TLS or time limit.
pub(super) const UNREACHABLE: [&str; 4] = [
    "System.Net.Http.HttpRequestException",
    "System.Net.Sockets.SocketException",
    "System.Security.Authentication.AuthenticationException",
    "System.Threading.Tasks.TaskCanceledException",
];

/// How MySQL begins to refuse a character outside the basic multilingual plane in a name or address (API §16 O5).
pub(super) const UNCOMPARABLE: &str = "Illegal mix of collations";

const SENTENCES: [&str; 21] = [
    "Access denied",
    "The record could not be found",
    "The access to the portal is restricted",
    "Could not resolve current tenant :-(.",
    "Claim 'sub' is not present in JWT",
    "Trigger is not available",
    "Webhook URL is not available. HEAD request is not response 200 http status.",
    "URL is null or empty",
    "Invalid URL format",
    "HTTPS is required",
    "URL host is in the blacklist",
    "URL resolves to a blacklisted IP address",
    "Value cannot be null. (Parameter 'secret')",
    "The Name field is required.",
    "The Uri field is required.",
    "One or more validation errors occurred.",
    "Payment Required",
    "Forbidden",
    "Not Found",
    "System.ArgumentException",
    "System.Security.SecurityException",
];

/// The names of rejected fields: of a body as the server's properties are called, of a query as it was sent (API §16 O3).
const FIELDS: [&str; 6] = ["Name", "Uri", "SecretKey", "TargetId", "count", "trigger"];

/// Returns the documented sentence or name that a text is, word for word.
pub(super) fn sentence(text: &str) -> Option<&'static str> {
    let text = text.trim();
    let sentences = SENTENCES.iter().chain([&DUPLICATE]);
    let mut sentences = sentences.chain(&UNREACHABLE).chain(&FIELDS);
    sentences.find(|sentence| **sentence == text).copied()
}
