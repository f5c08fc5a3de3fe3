//! Functions.

use super::{decode, encode};
use crate::framework::diagnostics::Diagnostic;
use crate::framework::function::FunctionError;
use crate::framework::provider::Provider;
use crate::framework::server::Engine;
use crate::framework::value::Type;
use crate::wire::tfplugin6 as wire;

/// Computes a function.
pub(super) fn call<P: Provider>(
    engine: &Engine<P>,
    request: wire::call_function::Request,
) -> wire::call_function::Response {
    let failed = |error| wire::call_function::Response {
        result: None,
        error: Some(encode::function_error(error)),
    };
    let bug = |diagnostic: Diagnostic| FunctionError {
        text: diagnostic.detail,
        argument: None,
    };
    let parameters = engine.registry().functions.get(request.name.as_str());
    let parameters = parameters
        .map(|(_, signature)| signature.parameters.as_slice())
        .unwrap_or_default();
    let arguments: Result<Vec<_>, _> = request
        .arguments
        .into_iter()
        .enumerate()
        .map(|(index, argument)| {
            let ty = parameters
                .get(index)
                .map_or(&Type::Bool, |parameter| &parameter.ty);
            decode::value(ty, Some(argument))
        })
        .collect();
    let result = match arguments {
        Ok(arguments) => engine.call_function(&request.name, &arguments),
        Err(diagnostic) => Err(bug(diagnostic)),
    };
    let result_type = engine.registry().functions.get(request.name.as_str());
    match (result, result_type) {
        (Ok(value), Some((_, signature))) => match encode::value(&signature.result, &value) {
            Ok(result) => wire::call_function::Response {
                result: Some(result),
                error: None,
            },
            Err(diagnostic) => failed(bug(diagnostic)),
        },
        (Err(error), _) => failed(error),
        (Ok(_), None) => failed(bug(encode::missing(&request.name))),
    }
}
