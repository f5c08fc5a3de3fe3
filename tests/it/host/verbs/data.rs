//! Data sources and functions: what is read or computed, and not kept.

use serde_json::Value;

use super::configure::said;
use super::{answered, by_core, has_errors, unless_refused};
use crate::host::Host;
use crate::host::diagnostics::{self, Answer};
use crate::host::value::{Type, decode, encode, is_wholly_known};
use crate::host::wire::tfplugin6 as wire;

impl Host {
    /// Checks a data source's configuration and reads it.
    pub async fn read_data(&self, name: &str, config: Value) -> Answer<Value> {
        const CALL: &str = "ReadDataSource";
        let schemas = self.schemas().await;
        let Some(object) = schemas.data_sources.get(name) else {
            panic!("no data source {name} in {:?}", schemas.data_sources.keys());
        };
        let ty = object.ty();
        let request = wire::validate_data_resource_config::Request {
            type_name: name.to_owned(),
            config: Some(encode(&config, &ty)),
        };
        let validated = self.provider().validate_data_resource_config(request).await;
        let validated = said(answered("ValidateDataResourceConfig", validated).diagnostics);
        if has_errors(&validated.diagnostics) {
            return Answer {
                result: None,
                diagnostics: validated.diagnostics,
            };
        }
        let request = wire::read_data_source::Request {
            type_name: name.to_owned(),
            config: Some(encode(&config, &ty)),
            provider_meta: None,
            client_capabilities: self.capabilities,
        };
        let answer = answered(CALL, self.provider().read_data_source(request).await);
        assert!(
            answer.deferred.is_none(),
            "{CALL}: deferral was not allowed"
        );
        unless_refused(diagnostics::from_wire(answer.diagnostics), || {
            let value = by_core(CALL, decode(answer.state.as_ref(), &ty));
            assert!(!value.is_null(), "{CALL}: Provider produced null object");
            assert!(is_wholly_known(&value), "{CALL}: unknown values in {value}");
            value
        })
    }

    /// Calls a function, with each argument of the type that its parameter has.
    ///
    /// # Errors
    ///
    /// The function's own complaint, with the argument's position if it names one.
    pub async fn call_function(
        &self,
        name: &str,
        arguments: &[Value],
    ) -> Result<Value, (String, Option<i64>)> {
        const CALL: &str = "CallFunction";
        let schemas = self.schemas().await;
        let Some(function) = schemas.functions.get(name) else {
            panic!("no function {name} in {:?}", schemas.functions.keys());
        };
        let variadic = function.variadic_parameter.iter().cycle();
        let parameters = function.parameters.iter().chain(variadic);
        let encoded: Vec<_> = arguments
            .iter()
            .zip(parameters)
            .map(|(argument, parameter)| encode(argument, &parse(&parameter.r#type)))
            .collect();
        assert_eq!(encoded.len(), arguments.len(), "{name}: too many arguments");
        let request = wire::call_function::Request {
            name: name.to_owned(),
            arguments: encoded,
        };
        let answer = answered(CALL, self.provider().call_function(request).await);
        if let Some(error) = answer.error {
            return Err((error.text, error.function_argument));
        }
        let returns = parse(&function.r#return.as_ref().unwrap().r#type);
        Ok(by_core(CALL, decode(answer.result.as_ref(), &returns)))
    }
}

#[track_caller]
fn parse(signature: &[u8]) -> Type {
    let signature = serde_json::from_slice(signature).unwrap();
    by_core("GetProviderSchema", Type::parse(&signature))
}
