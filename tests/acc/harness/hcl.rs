//! Configuration text.

use std::fmt;

/// A resource `docspace_webhook`, printed as configuration.
#[derive(Debug, Clone)]
pub struct Webhook {
    label: String,
    arguments: Vec<(String, String)>,
    blocks: Vec<(String, String)>,
}

impl Webhook {
    /// Makes a webhook whose name and uri follow from the label, for uploaded files.
    pub fn new(label: &str) -> Self {
        let webhook = Self {
            label: label.to_owned(),
            arguments: Vec::new(),
            blocks: Vec::new(),
        };
        webhook
            .with("name", &format!("{label:?}"))
            .with("uri", &format!("\"https://example.com/{label}\""))
            .with("triggers", r#"["FileUploaded"]"#)
    }

    /// Sets an argument to an expression.
    pub fn with(mut self, name: &str, expression: &str) -> Self {
        let given = self.arguments.iter_mut().find(|(known, _)| known == name);
        match given {
            Some((_, old)) => expression.clone_into(old),
            None => self
                .arguments
                .push((name.to_owned(), expression.to_owned())),
        }
        self
    }

    /// Adds a block, such as `lifecycle`.
    pub fn block(mut self, name: &str, content: &str) -> Self {
        self.blocks.push((name.to_owned(), content.to_owned()));
        self
    }
}

impl fmt::Display for Webhook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "resource \"docspace_webhook\" \"{}\" {{", self.label)?;
        for (name, expression) in &self.arguments {
            writeln!(f, "  {name} = {expression}")?;
        }
        for (name, content) in &self.blocks {
            writeln!(f, "  {name} {{\n    {content}\n  }}")?;
        }
        writeln!(f, "}}")
    }
}
