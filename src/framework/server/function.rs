//! `CallFunction`.

use super::Engine;
use crate::framework::function::FunctionError;
use crate::framework::provider::Provider;
use crate::framework::value::Value;

impl<P: Provider> Engine<P> {
    /// Computes a function. It needs no configuration (TPP §8.10).
    pub fn call_function(&self, name: &str, arguments: &[Value]) -> Result<Value, FunctionError> {
        let Some((function, signature)) = self.registry.functions.get(name) else {
            let text =
                format!("There is no function {name:?} in this provider. Please report this");
            return Err(FunctionError {
                text,
                argument: None,
            });
        };
        if arguments.len() != signature.parameters.len() {
            let text = format!(
                "{name} was called with {} arguments and takes {}. Please report this",
                arguments.len(),
                signature.parameters.len()
            );
            return Err(FunctionError {
                text,
                argument: None,
            });
        }
        if let Some(position) = (0..)
            .zip(arguments)
            .find_map(|(index, argument)| argument.is_null().then_some(index))
        {
            return Err(FunctionError::argument(
                position,
                "The argument must not be null. Give it a value",
            ));
        }
        if arguments.iter().any(|argument| !argument.is_wholly_known()) {
            return Ok(Value::unknown());
        }
        function.call(arguments)
    }
}
