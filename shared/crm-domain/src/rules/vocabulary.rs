//! The words of the language for those who have to describe it: each field with its operators and the form of its values.
//!
//! It is read off the same tables as rules are, so it cannot differ from what [`super::Rules::parse`] takes.

use super::field::{ATTRIBUTES, Field, NAMED};

/// A field, and what conditions about it look like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldForm {
    /// As conditions name it; for attributes what stands before their key.
    pub name: &'static str,
    /// Whether the name goes on with an attribute's key.
    pub keyed: bool,
    /// The operators that go with it.
    pub operators: Vec<&'static str>,
    /// What it is compared with: one such value, or a list of them.
    pub value: ValueForm,
    /// Whether the key `within` may narrow it to the orders of a stretch.
    pub narrowed: bool,
}

/// What a value is written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ValueForm {
    Text,
    /// An amount in major units, or a whole number.
    Number,
    Flag,
    /// A date, a date-time, or a stretch of time, as text.
    Time,
    /// The id of a segment.
    Segment,
    /// Text, a number or a flag.
    Any,
}

/// All fields; attributes last, as one.
#[must_use]
pub fn fields() -> Vec<FieldForm> {
    let any = Field::Attribute(Box::default());
    NAMED.iter().chain([&any]).map(form).collect()
}

fn form(field: &Field) -> FieldForm {
    let value = match field {
        Field::Text(_) | Field::Tags | Field::Purchased(_) => ValueForm::Text,
        Field::Orders(_) | Field::Visits => ValueForm::Number,
        Field::When(_) => ValueForm::Time,
        Field::Consent(_) => ValueForm::Flag,
        Field::Segment => ValueForm::Segment,
        Field::Attribute(_) => ValueForm::Any,
    };
    FieldForm {
        name: field.own_name().unwrap_or(ATTRIBUTES),
        keyed: matches!(field, Field::Attribute(_)),
        operators: field.operators().iter().map(|operator| operator.as_str()).collect(),
        value,
        narrowed: field.takes_window(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::Json;
    use crate::money::Currency;
    use crate::rules::Rules;

    /// A value that goes with the operator, whatever the field makes of it.
    fn value(form: ValueForm, operator: &str) -> String {
        let one = match (form, operator) {
            (ValueForm::Time, "within" | "notWithin") => "\"P30D\"",
            (ValueForm::Time, _) => "\"2026-11-25\"",
            (ValueForm::Number, _) | (ValueForm::Any, "<" | "<=" | ">" | ">=" | "between" | "notBetween") => "1",
            (ValueForm::Text | ValueForm::Any, _) => "\"a\"",
            (ValueForm::Flag, _) => "true",
            (ValueForm::Segment, _) => "\"0192f0c1-2b3c-7d4e-8f90-123456789abc\"",
        };
        match operator {
            "in" | "notIn" => format!("[{one}]"),
            "between" | "notBetween" => format!("[{one},{one}]"),
            _ => one.to_owned(),
        }
    }

    fn takes(name: &str, operator: &str, value: &str, rest: &str) -> bool {
        let text =
            format!(r#"{{"combinator":"and","rules":[{{"field":"{name}","operator":"{operator}","value":{value}{rest}}}]}}"#);
        Rules::parse(&Json::parse(text.as_bytes()).unwrap(), "rules", &Currency::parse("INR").unwrap()).is_ok()
    }

    #[test]
    fn what_is_described_is_what_is_taken() {
        let fields = fields();
        let mut all: Vec<&str> = fields.iter().flat_map(|field| field.operators.clone()).collect();
        all.sort_unstable();
        all.dedup();
        assert_eq!((fields.len(), all.len()), (22, 20));
        for field in &fields {
            let name = if field.keyed { format!("{}tier", field.name) } else { field.name.to_owned() };
            for operator in &all {
                let described = field.operators.contains(operator);
                assert_eq!(takes(&name, operator, &value(field.value, operator), ""), described, "{name} {operator}");
            }
            let operator = field.operators[0];
            let value = value(field.value, operator);
            assert_eq!(takes(&name, operator, &value, r#","within":"P30D""#), field.narrowed, "{name}");
        }
    }
}
