//! Reading parameters: lenient, all faults at once, `null` is "left out" (clients-insist.md).

use base::{ErrorDict, loose::Loose};
use serde_json::{Map, Value};

use crate::action::Field;

/// The parameters of an action. Made by [`crate::declare!`].
pub trait Params: Sized {
    /// What is documented of them.
    fn fields() -> Vec<Field>;
    /// Takes them out of the input; a value that cannot be read is left out and told in `errors`.
    fn read(input: Map<String, Value>, errors: &mut ErrorDict) -> Self;
}

/// Reads one parameter of the input. For [`crate::declare!`].
#[must_use]
pub fn take<T: Loose>(input: &Map<String, Value>, name: &str, errors: &mut ErrorDict) -> Option<T> {
    let value = input.get(name).filter(|value| !value.is_null())?;
    match T::read(value) {
        Ok(value) => Some(value),
        Err(message) => {
            errors.add(name, message);
            None
        }
    }
}

/// The whole input as it came, for actions that take an object of the catalog.
#[derive(Clone, Debug, Default)]
pub struct Dict(pub Map<String, Value>);

impl Dict {
    /// A scalar as text; `None` when left out, `null` or empty.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<String> {
        let text = self.0.get(name).filter(|value| !value.is_null()).map(base::loose::text_of)?;
        (!text.is_empty()).then_some(text)
    }
}
