//! Where a field is found in a generic body: by a JSON pointer or a template.
//!
//! Templates are compiled with the config and rendered without access to the outside: a missing name is an error,
//! nothing is escaped, and fuel limits the work and the memory. [`integration`](crate::integration) decides which
//! values a template gets and what its text means.

use minijinja::{AutoEscape, Environment, ErrorKind, UndefinedBehavior, Value};
use std::sync::Arc;

/// The longest template, in bytes.
pub const TEMPLATE_MAX: usize = 8 * 1024;
/// The most work for one rendering, in instructions and 64-byte pieces.
pub const FUEL_MAX: u64 = 50_000;
/// How deep constructs of a template may be nested.
const RECURSION_MAX: usize = 64;
/// The name that the engine requires for each template; without an extension, nothing is escaped.
const NAME: &str = "field";

/// Where a field is found in a body.
#[derive(Clone, Debug)]
pub enum Field {
    /// A JSON pointer (RFC 6901), such as `/monitor/name`.
    Pointer(String),
    /// Text with `{{ … }}` or `{% … %}` in it.
    Template(Template),
}

/// A compiled template.
#[derive(Clone, Debug)]
pub struct Template {
    environment: Arc<Environment<'static>>,
}

/// Why a text is not a [`Field`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Malformed {
    /// Neither a pointer nor a template.
    Neither,
    TooLong,
    /// Not a valid template: where in it (in characters, from 1), and why.
    Template {
        line: usize,
        column: usize,
        reason: String,
    },
}

/// The outcome of a rendering: the text or why there is none, and the fuel used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rendered {
    pub text: Result<String, String>,
    pub fuel: u64,
}

impl Field {
    /// Parses a field as written in the config.
    pub fn read(text: &str) -> Result<Field, Malformed> {
        if text.contains("{{") || text.contains("{%") {
            return Template::compile(text).map(Field::Template);
        }
        if text.starts_with('/') { Ok(Field::Pointer(text.to_owned())) } else { Err(Malformed::Neither) }
    }
}

impl Template {
    /// Compiles a text; one without `{{` is itself.
    pub fn compile(text: &str) -> Result<Template, Malformed> {
        if text.len() > TEMPLATE_MAX {
            return Err(Malformed::TooLong);
        }
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.set_auto_escape_callback(|_| AutoEscape::None);
        environment.set_recursion_limit(RECURSION_MAX);
        environment.set_fuel(Some(FUEL_MAX));
        // Without this, errors name no column.
        environment.set_debug(true);
        match environment.add_template_owned(NAME, text.to_owned()) {
            Ok(()) => Ok(Template { environment: Arc::new(environment) }),
            Err(error) => {
                let (line, column) = position(text, &error);
                Err(Malformed::Template { line, column, reason: words(&error) })
            }
        }
    }

    /// The names that it looks up, with the member where one is named: `summary`, `labels.host`.
    pub fn names(&self) -> Vec<String> {
        let template = self.environment.get_template(NAME);
        let mut names: Vec<String> = template
            .map(|template| template.undeclared_variables(true).into_iter().collect())
            .unwrap_or_default();
        names.sort();
        names
    }

    /// A filter, test or function that it uses and that does not exist, in words; what a condition hides is not found.
    pub fn unknown(&self, values: &Value) -> Option<String> {
        let mut lenient = (*self.environment).clone();
        lenient.set_undefined_behavior(UndefinedBehavior::Chainable);
        let error = lenient.get_template(NAME).and_then(|template| template.render(values)).err()?;
        let unknown = matches!(
            error.kind(),
            ErrorKind::UnknownFilter
                | ErrorKind::UnknownTest
                | ErrorKind::UnknownFunction
                | ErrorKind::UnknownMethod
        );
        unknown.then(|| words(&error))
    }

    /// Renders the template with these values.
    pub fn render(&self, values: &Value) -> Rendered {
        let mut out = Vec::new();
        let captured = self
            .environment
            .get_template(NAME)
            .and_then(|template| template.render_captured_to(values.clone(), &mut out));
        match captured {
            Ok(captured) => {
                let fuel = captured.state().fuel_levels().map_or(FUEL_MAX, |(consumed, _)| consumed);
                Rendered { text: Ok(String::from_utf8_lossy(&out).into_owned()), fuel }
            }
            Err(error) => {
                let source = error.template_source().unwrap_or_default();
                let (line, column) = position(source, &error);
                let reason = format!("{} (line {line}, column {column})", words(&error));
                let fuel = if error.kind() == ErrorKind::OutOfFuel { FUEL_MAX } else { 1 };
                Rendered { text: Err(reason), fuel }
            }
        }
    }
}

/// The line and column of an error, both from 1; the column in characters.
fn position(text: &str, error: &minijinja::Error) -> (usize, usize) {
    let before = error.range().and_then(|range| text.get(..range.start));
    let column = before.map(|before| before.rsplit('\n').next().unwrap_or_default().chars().count() + 1);
    (error.line().unwrap_or(1), column.unwrap_or(1))
}

fn words(error: &minijinja::Error) -> String {
    match (error.kind(), error.detail()) {
        (ErrorKind::OutOfFuel, _) => "it takes too much work".to_owned(),
        (ErrorKind::SyntaxError, Some(detail)) => detail.to_owned(),
        (kind, Some(detail)) => format!("{kind}: {detail}"),
        (kind, None) => kind.to_string(),
    }
}
