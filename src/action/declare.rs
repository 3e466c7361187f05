//! The macro that declares an action's type and its parameters, with their documentation in one place.

/// Declares the type of an action and of its parameters. The doc comments become the help text and the API document.
///
/// ```
/// action::declare! {
///     /// Returns the metadata of a dataset and its resources.
///     pub struct Show;
///     /// Which dataset.
///     pub struct ShowParams {
///         /// Id or name of the dataset.
///         id: String,
///         /// At most so many.
///         limit: i64 = 10,
///         /// Written otherwise on the wire.
///         facet_field as "facet.field": Vec<String>,
///     }
/// }
/// ```
/// A field without a default is an `Option`. `pub struct CreateParams(fields());` instead of a body takes the whole
/// input as a [`crate::Dict`] and documents it by the given fields.
#[macro_export]
macro_rules! declare {
    (
        $(#[doc = $doc:literal])+
        $vis:vis struct $action:ident;
        $($params:tt)*
    ) => {
        $(#[doc = $doc])+
        $vis struct $action;
        impl $crate::Documented for $action {
            const DOC: &'static str = concat!($($doc, "\n"),+);
        }
        $crate::declare!(@params $($params)*);
    };
    (@params $(#[doc = $doc:literal])* $vis:vis struct $params:ident($fields:expr);) => {
        $(#[doc = $doc])*
        #[derive(Clone, Debug)]
        $vis struct $params(pub $crate::Dict);
        impl $crate::Params for $params {
            fn fields() -> Vec<$crate::Field> {
                $fields
            }
            fn read(input: $crate::reexport::serde_json::Map<String, $crate::reexport::serde_json::Value>, _errors: &mut $crate::reexport::base::ErrorDict) -> Self {
                Self($crate::Dict(input))
            }
        }
    };
    (@params $(#[doc = $doc:literal])* $vis:vis struct $params:ident {
        $( $(#[doc = $field_doc:literal])* $field:ident $(as $name:literal)? : $type:ty $(= $default:expr)? ),* $(,)?
    }) => {
        $(#[doc = $doc])*
        #[derive(Clone, Debug)]
        $vis struct $params {
            $( $(#[doc = $field_doc])* pub $field: $crate::declare!(@type $type $(, $default)?), )*
        }
        impl $crate::Params for $params {
            fn fields() -> Vec<$crate::Field> {
                vec![$( $crate::Field {
                    name: $crate::declare!(@name $field $(, $name)?),
                    doc: concat!($($field_doc, "\n"),*),
                    schema: <$type as $crate::reexport::base::loose::Loose>::schema(),
                } ),*]
            }
            #[allow(unused_variables, clippy::allow_attributes, reason = "a struct without fields reads nothing")]
            fn read(input: $crate::reexport::serde_json::Map<String, $crate::reexport::serde_json::Value>, errors: &mut $crate::reexport::base::ErrorDict) -> Self {
                Self { $(
                    $field: $crate::declare!(@read input, errors, $crate::declare!(@name $field $(, $name)?), $type $(, $default)?),
                )* }
            }
        }
    };
    (@type $type:ty) => { Option<$type> };
    (@type $type:ty, $default:expr) => { $type };
    (@name $field:ident) => { stringify!($field).trim_start_matches("r#") };
    (@name $field:ident, $name:literal) => { $name };
    (@read $input:ident, $errors:ident, $name:expr, $type:ty) => { $crate::params::take::<$type>(&$input, $name, $errors) };
    (@read $input:ident, $errors:ident, $name:expr, $type:ty, $default:expr) => {
        $crate::params::take::<$type>(&$input, $name, $errors).unwrap_or($default)
    };
}
