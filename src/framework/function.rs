//! What the author of a provider function implements.

use super::value::{Type, Value};

/// A function that configurations can call: pure, and independent of the provider's configuration.
pub trait Function: Send + Sync {
    /// Returns the function's name.
    fn name(&self) -> &'static str;

    /// Returns its parameters, result and documentation.
    fn signature(&self) -> Signature;

    /// Computes the result. Arguments are known and not null, in the order of the parameters.
    fn call(&self, arguments: &[Value]) -> Result<Value, FunctionError>;
}

/// The signature of a function.
#[derive(Debug, Clone)]
pub struct Signature {
    /// The parameters in order. Null and unknown arguments never reach the function.
    pub parameters: Vec<Parameter>,
    /// The type of the result.
    pub result: Type,
    /// What it does, in one line.
    pub summary: &'static str,
    /// What it does, in Markdown.
    pub description: &'static str,
}

/// One parameter of a function.
#[derive(Debug, Clone)]
pub struct Parameter {
    /// Its name.
    pub name: &'static str,
    /// Its type.
    pub ty: Type,
    /// What it means.
    pub description: &'static str,
}

/// Why a function could not be computed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FunctionError {
    /// What is wrong and what was expected; never a secret.
    pub text: String,
    /// The argument at fault, counted from zero.
    pub argument: Option<i64>,
}

impl FunctionError {
    /// Builds an error about one argument, counted from zero.
    pub fn argument(argument: i64, text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            argument: Some(argument),
        }
    }
}
