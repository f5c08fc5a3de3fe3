//! What all calls share: a task each, log fields, and a response for every failure.

use std::time::Instant;

use tonic::{Extensions, Response, Status};
use tracing::{Instrument, Span, debug, info_span, trace};

use super::encode;
use crate::framework::diagnostics::{Diagnostic, Severity};
use crate::framework::plugin::{Calls, ConnectionId};
use crate::framework::server::ConnectionKey;
use crate::wire::tfplugin6 as wire;

/// A response that can carry a diagnostic.
pub(super) trait Answer: Default + Send + 'static {
    /// Borrows the diagnostics in it.
    fn diagnostics(&mut self) -> &mut Vec<wire::Diagnostic>;
}

/// A request, which may concern one type of the provider.
pub(super) trait Call: Send + 'static {
    /// The name of the call, as logs spell it.
    const RPC: &'static str;

    /// Opens the span of the call, with the fields by which Terraform's own logs name it (TPP §9.3).
    fn span(&self) -> Span;
}

macro_rules! calls {
    ($($rpc:ident $name:literal $($field:ident = $member:ident)?),* $(,)?) => {$(
        impl Answer for wire::$rpc::Response {
            fn diagnostics(&mut self) -> &mut Vec<wire::Diagnostic> {
                &mut self.diagnostics
            }
        }

        impl Call for wire::$rpc::Request {
            const RPC: &'static str = $name;

            fn span(&self) -> Span {
                info_span!("call", tf_rpc = Self::RPC, tf_req_id = request_id() $(, $field = self.$member)?)
            }
        }
    )*};
}
calls!(
    get_metadata "GetMetadata",
    get_provider_schema "GetProviderSchema",
    get_resource_identity_schemas "GetResourceIdentitySchemas",
    get_functions "GetFunctions",
    validate_provider_config "ValidateProviderConfig",
    configure_provider "ConfigureProvider",
    plan_action "PlanAction" tf_action_type = action_type,
    validate_resource_config "ValidateResourceConfig" tf_resource_type = type_name,
    upgrade_resource_state "UpgradeResourceState" tf_resource_type = type_name,
    upgrade_resource_identity "UpgradeResourceIdentity" tf_resource_type = type_name,
    import_resource_state "ImportResourceState" tf_resource_type = type_name,
    read_resource "ReadResource" tf_resource_type = type_name,
    plan_resource_change "PlanResourceChange" tf_resource_type = type_name,
    apply_resource_change "ApplyResourceChange" tf_resource_type = type_name,
    move_resource_state "MoveResourceState" tf_resource_type = target_type_name,
    generate_resource_config "GenerateResourceConfig" tf_resource_type = type_name,
    validate_list_resource_config "ValidateListResourceConfig" tf_list_resource_type = type_name,
    validate_data_resource_config "ValidateDataResourceConfig" tf_data_source_type = type_name,
    read_data_source "ReadDataSource" tf_data_source_type = type_name,
    validate_ephemeral_resource_config "ValidateEphemeralResourceConfig" tf_ephemeral_resource_type = type_name,
    validate_action_config "ValidateActionConfig" tf_action_type = type_name,
    open_ephemeral_resource "OpenEphemeralResource" tf_ephemeral_resource_type = type_name,
    close_ephemeral_resource "CloseEphemeralResource" tf_ephemeral_resource_type = type_name,
);

/// Runs a call in a task of its own, so that it ends even when the client hangs up (TPP §3.4), and
/// turns what goes wrong, a panic included, into a diagnostic of its response.
pub(super) async fn answer<A: Answer>(
    calls: &Calls,
    span: Span,
    call: impl Future<Output = Result<A, Diagnostic>> + Send + 'static,
) -> Result<Response<A>, Status> {
    let logged = async move {
        let start = Instant::now();
        trace!("Received request");
        let mut answer = call.await.unwrap_or_else(failed);
        log_answer(answer.diagnostics(), start);
        answer
    };
    let answer = calls
        .spawn(logged.instrument(span))
        .await
        .unwrap_or_else(|_panic_or_cancel| {
            failed(Diagnostic::bug(
                "The provider failed unexpectedly during a call.",
            ))
        });
    Ok(Response::new(answer))
}

/// Returns which connection a call came over.
pub(super) fn connection(extensions: &Extensions) -> ConnectionKey {
    extensions
        .get::<ConnectionId>()
        .map_or_else(ConnectionKey::default, |id| ConnectionKey(id.0))
}

fn failed<A: Answer>(diagnostic: Diagnostic) -> A {
    let mut answer = A::default();
    answer.diagnostics().push(encode::diagnostic(diagnostic));
    answer
}

/// Returns the top-level attribute that a diagnostic points at.
fn attribute(diagnostic: &wire::Diagnostic) -> Option<&str> {
    match diagnostic
        .attribute
        .as_ref()?
        .steps
        .first()?
        .selector
        .as_ref()?
    {
        wire::attribute_path::step::Selector::AttributeName(name) => Some(name),
        _ => None,
    }
}

fn log_answer(diagnostics: &[wire::Diagnostic], start: Instant) {
    let errors = diagnostics
        .iter()
        .filter(|diagnostic| diagnostic.severity == wire::diagnostic::Severity::Error as i32)
        .count();
    for diagnostic in diagnostics {
        let severity = match wire::diagnostic::Severity::try_from(diagnostic.severity) {
            Ok(wire::diagnostic::Severity::Warning) => Severity::Warning,
            _ => Severity::Error,
        };
        debug!(
            diagnostic_severity = ?severity,
            diagnostic_summary = diagnostic.summary,
            diagnostic_detail = diagnostic.detail,
            diagnostic_attribute = attribute(diagnostic),
            "Response contains a diagnostic"
        );
    }
    trace!(
        tf_req_duration_ms = u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX),
        diagnostic_error_count = errors,
        diagnostic_warning_count = diagnostics.len() - errors,
        "Served request"
    );
}

/// How many events of a stream wait for a slow reader.
pub(super) const BUFFER: usize = 16;

/// Returns a random version 4 UUID that tells the lines of one call from those of another.
pub(super) fn request_id() -> String {
    let mut bytes = [0_u8; 16];
    if getrandom::fill(&mut bytes).is_err() {
        return String::new();
    }
    let number = u128::from_be_bytes(bytes) & !(0xf000_u128 << 64) & !(0xc000_u128 << 48)
        | 0x4000_u128 << 64
        | 0x8000_u128 << 48;
    let hex = format!("{number:032x}");
    let part = |from: usize, to: usize| hex.get(from..to).unwrap_or_default();
    [
        part(0, 8),
        part(8, 12),
        part(12, 16),
        part(16, 20),
        part(20, 32),
    ]
    .join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn request_ids_are_random_uuids_of_version_4() {
        let (one, other) = (request_id(), request_id());
        assert_ne!(one, other);
        for id in [one, other] {
            let lengths: Vec<usize> = id.split('-').map(str::len).collect();
            assert_eq!(lengths, [8, 4, 4, 4, 12]);
            assert_eq!(id.chars().nth(14), Some('4'));
            assert!(matches!(id.chars().nth(19), Some('8' | '9' | 'a' | 'b')));
        }
    }
}
