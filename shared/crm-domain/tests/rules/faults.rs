//! Every way in which rules can be wrong, with the place that is named.

use crm_domain::faults::Faults;
use crm_domain::json::Json;
use crm_domain::limits::RULE_CONDITIONS;
use crm_domain::rules::{MAX_LIST, Rules};
use serde_json::{Value, json};

use crate::people::{currency, json_of};

fn parse(value: &Value) -> Result<Rules, Faults> {
    Rules::parse(&json_of(value), "rules", &currency())
}

fn places(value: &Value) -> Vec<String> {
    parse(value).map_or_else(|faults| faults.0.into_iter().map(|fault| fault.field).collect(), |_| Vec::new())
}

fn alone(condition: &Value) -> Value {
    json!({"combinator": "and", "rules": [condition]})
}

/// Asserts that the condition is refused, with faults at just these places beneath it.
#[track_caller]
fn refused(condition: &Value, at: &[&str]) {
    let expected: Vec<String> = at.iter().map(|at| format!("rules.rules[0]{at}")).collect();
    assert_eq!(places(&alone(condition)), expected, "{condition}: {:?}", parse(&alone(condition)));
}

#[track_caller]
fn accepted(condition: &Value) {
    assert_eq!(places(&alone(condition)), Vec::<String>::new(), "{condition}");
}

#[test]
fn every_fault_is_named_at_once() {
    let rules = json!({
        "combinator": "xor",
        "not": "yes",
        "extra": 1,
        "rules": [
            {"field": "shoeSize", "operator": "~", "value": 1},
            {"combinator": "and", "rules": [
                {"field": "name", "operator": "<", "value": "a"},
                {"field": "totalSpend", "operator": ">", "value": "500", "within": "P0D", "path": [0]},
                {"field": "orderCount", "operator": "in", "value": [1, 2.5, "3"]},
            ]},
            {"combinator": "or"},
            {"operator": "="},
            7,
        ],
    });
    let expected = [
        "rules.combinator",
        "rules.not",
        "rules.extra",
        "rules.rules[0].field",
        "rules.rules[0].operator",
        "rules.rules[1].rules[0].operator",
        "rules.rules[1].rules[1].within",
        "rules.rules[1].rules[1].path",
        "rules.rules[1].rules[1].value",
        "rules.rules[1].rules[2].value[1]",
        "rules.rules[1].rules[2].value[2]",
        "rules.rules[2].rules",
        "rules.rules[3].field",
        "rules.rules[3].value",
        "rules.rules[4]",
    ];
    assert_eq!(places(&rules), expected);
    let Err(faults) = parse(&rules) else { panic!("accepted") };
    assert_eq!(
        faults.0[5].reason,
        "does not go with name: use one of =, !=, contains, doesNotContain, beginsWith, doesNotBeginWith, endsWith, doesNotEndWith, in, notIn, null, notNull"
    );
}

#[test]
fn the_path_is_the_callers() {
    let faults = Rules::parse(&Json::Null, "", &currency()).unwrap_err();
    assert_eq!(faults.0[0].field, "");
    let faults = Rules::parse(&json_of(&json!({"combinator": "and", "rules": [1]})), "", &currency()).unwrap_err();
    assert_eq!(faults.0[0].field, "rules[0]");
}

#[test]
fn only_the_operators_of_the_table_go_with_a_field() {
    let text = "= != contains doesNotContain beginsWith doesNotBeginWith endsWith doesNotEndWith in notIn null notNull";
    let number = "= != < <= > >= between notBetween in notIn null notNull";
    let time = "< <= > >= between notBetween within notWithin null notNull";
    let tables: &[(&str, &str)] = &[
        ("name email phone city country timeZone", text),
        ("totalSpend averageOrderValue orderCount visits", number),
        ("createdAt lastActiveAt firstOrderAt lastOrderAt", time),
        ("tags", "contains doesNotContain in notIn null notNull"),
        ("purchasedSku purchasedName", "contains doesNotContain in notIn"),
        ("emailConsent smsConsent whatsappConsent", "= !="),
        (
            "attributes.x",
            "= != contains doesNotContain beginsWith doesNotBeginWith endsWith doesNotEndWith in notIn null notNull < <= > >= between notBetween",
        ),
    ];
    let all: Vec<&str> = text.split(' ').chain(number.split(' ')).chain(time.split(' ')).collect();
    for (fields, operators) in tables {
        for field in fields.split(' ') {
            for operator in &all {
                let refused = places(&alone(&json!({"field": field, "operator": operator, "value": {}})))
                    .contains(&"rules.rules[0].operator".to_owned());
                assert_eq!(refused, !operators.split(' ').any(|known| known == *operator), "{field} {operator}");
            }
        }
    }
}

#[test]
fn values_must_fit_their_field() {
    for (field, operator, value, at) in [
        ("name", "=", json!(5), ".value"),
        ("name", "=", json!(["a"]), ".value"),
        ("name", "contains", json!(""), ".value"),
        ("name", "contains", json!("   "), ".value"),
        ("name", "=", json!("a\u{7}b"), ".value"),
        ("name", "=", json!("x".repeat(501)), ".value"),
        ("name", "=", json!(null), ".value"),
        ("name", "in", json!("a"), ".value"),
        ("name", "in", json!([]), ".value"),
        ("name", "notIn", json!(["a", 1]), ".value[1]"),
        ("name", "in", json!(vec!["a"; MAX_LIST + 1]), ".value"),
        ("totalSpend", ">", json!("500"), ".value"),
        ("totalSpend", ">", json!(0.001), ".value"),
        ("totalSpend", ">", json!(-1), ".value"),
        ("totalSpend", ">", json!(1e15), ".value"),
        ("averageOrderValue", "=", json!(33.333), ".value"),
        ("orderCount", "=", json!(2.5), ".value"),
        ("orderCount", "<", json!(-1), ".value"),
        ("visits", ">", json!(1_000_000_001), ".value"),
        ("visits", ">", json!(true), ".value"),
        ("totalSpend", "between", json!([2, 1]), ".value"),
        ("orderCount", "notBetween", json!([1, 2, 3]), ".value"),
        ("orderCount", "between", json!("1,2"), ".value"),
        ("orderCount", "between", json!([1, "2"]), ".value[1]"),
        ("createdAt", "<", json!("yesterday"), ".value"),
        ("createdAt", "<", json!("9999-01-01"), ".value"),
        ("createdAt", "<", json!("P30D"), ".value"),
        ("createdAt", "<", json!(5), ".value"),
        ("createdAt", "between", json!(["2026-02-01", "2026-01-01"]), ".value"),
        ("createdAt", "between", json!(["2026-02-01T00:00:00Z", "2026-01-31"]), ".value"),
        ("createdAt", "between", json!(["2026-02-01", "soon"]), ".value[1]"),
        ("createdAt", "within", json!("2026-01-01"), ".value"),
        ("createdAt", "within", json!(30), ".value"),
        ("createdAt", "within", json!("P0D"), ".value"),
        ("createdAt", "within", json!("-P1D"), ".value"),
        ("createdAt", "within", json!("P9999Y"), ".value"),
        ("createdAt", "within", json!("P201Y"), ".value"),
        ("createdAt", "notWithin", json!("2026-02-01/2026-01-01"), ".value"),
        ("createdAt", "within", json!("2026-02-01/P1D"), ".value"),
        ("createdAt", "within", json!("2026-02-01/"), ".value"),
        ("createdAt", "within", json!("2026-02-01/2026-02-30"), ".value"),
        ("createdAt", "within", json!("2026-02-01/2026-03-01/2026-04-01"), ".value"),
        ("createdAt", "within", json!("1899-02-01/2026-03-01"), ".value"),
        ("createdAt", "within", json!("2026-02-01T00:00:00Z/2026-03-01T00:00:00Z"), ".value"),
        ("tags", "contains", json!(["vip"]), ".value"),
        ("tags", "contains", json!(""), ".value"),
        ("tags", "in", json!("vip"), ".value"),
        ("purchasedSku", "contains", json!(1), ".value"),
        ("purchasedName", "in", json!(["tea", ""]), ".value[1]"),
        ("emailConsent", "=", json!("true"), ".value"),
        ("smsConsent", "!=", json!(1), ".value"),
        ("attributes.x", "=", json!([1]), ".value"),
        ("attributes.x", "=", json!(""), ".value"),
        ("attributes.x", "contains", json!(1), ".value"),
        ("attributes.x", "<", json!("1"), ".value"),
        ("attributes.x", "<", json!(true), ".value"),
        ("attributes.x", "in", json!([true]), ".value[0]"),
        ("attributes.x", "in", json!([1, "a"]), ".value[1]"),
        ("attributes.x", "in", json!(["a", 1]), ".value[1]"),
        ("attributes.x", "in", json!([]), ".value"),
        ("attributes.x", "in", json!(true), ".value"),
        ("attributes.x", "between", json!([2, 1]), ".value"),
        ("attributes.x", "between", json!(["a", "b"]), ".value[0]"),
    ] {
        let condition = json!({"field": field, "operator": operator, "value": value});
        let Err(faults) = parse(&alone(&condition)) else { panic!("accepted: {condition}") };
        assert_eq!(faults.0[0].field, format!("rules.rules[0]{at}"), "{condition}");
    }
    refused(&json!({"field": "name", "operator": "="}), &[".value"]);
}

#[test]
fn attributes_are_named_by_letters_digits_and_underscores() {
    for key in ["", "a b", "a.b", "é", "a-b", &"k".repeat(65)] {
        refused(&json!({"field": format!("attributes.{key}"), "operator": "=", "value": 1}), &[".field"]);
    }
    accepted(&json!({"field": format!("attributes.{}", "k_9".repeat(21)), "operator": "=", "value": 1}));
    for field in ["Name", "attributes", "attribute.x", "", "name ", "id"] {
        refused(&json!({"field": field, "operator": "=", "value": "a"}), &[".field"]);
    }
    refused(&json!({"field": 1, "operator": 2, "value": "a"}), &[".field", ".operator"]);
}

#[test]
fn only_conditions_about_orders_are_narrowed() {
    for field in ["totalSpend", "orderCount", "averageOrderValue"] {
        accepted(&json!({"field": field, "operator": ">", "value": 1, "within": "P90D"}));
        accepted(&json!({"field": field, "operator": "null", "within": "2026-01-01/2026-03-31"}));
    }
    accepted(&json!({"field": "purchasedSku", "operator": "contains", "value": "x", "within": "P1M"}));
    accepted(&json!({"field": "purchasedName", "operator": "in", "value": ["x"], "within": null}));
    refused(&json!({"field": "visits", "operator": ">", "value": 1, "within": "P90D"}), &[".within"]);
    refused(&json!({"field": "lastOrderAt", "operator": "within", "value": "P1D", "within": "P90D"}), &[".within"]);
    refused(&json!({"field": "name", "operator": "=", "value": "a", "within": "P90D"}), &[".within"]);
    refused(&json!({"field": "totalSpend", "operator": "=", "value": 1, "within": "P90"}), &[".within"]);
    refused(&json!({"field": "totalSpend", "operator": "=", "value": 1, "within": 90}), &[".within"]);
    for absurd in ["P0D", "PT0S", "-P1D", "P-1D", "P9999Y", "P201Y", "P99999999999999999999D", "2026-02-01/2026-01-01"] {
        refused(&json!({"field": "orderCount", "operator": ">=", "value": 1, "within": absurd}), &[".within"]);
        refused(&json!({"field": "purchasedSku", "operator": "contains", "value": "x", "within": absurd}), &[".within"]);
    }
}

#[test]
fn what_query_builders_add_is_ignored_and_not_kept() {
    let wire = json!({"id": "r-1", "combinator": "and", "not": null, "rules": [
        {"id": 7, "field": "name", "operator": "=", "value": "a", "valueSource": "value"},
        {"field": "city", "operator": "null", "value": ""},
        {"field": "city", "operator": "notNull", "value": [{"deep": 1}]},
        {"field": "city", "operator": "notNull"},
    ]});
    let kept = json!({"combinator": "and", "rules": [
        {"field": "name", "operator": "=", "value": "a"},
        {"field": "city", "operator": "null", "value": ""},
        {"field": "city", "operator": "notNull"},
        {"field": "city", "operator": "notNull"},
    ]});
    assert_eq!(parse(&wire).unwrap().to_json(), json_of(&kept));
    refused(&json!({"field": "name", "operator": "=", "value": "a", "valueSource": "field"}), &[".valueSource"]);
    refused(&json!({"field": "name", "operator": "=", "value": "a", "disabled": true}), &[".disabled"]);
}

#[test]
fn size_is_bounded() {
    let many =
        |count: usize| json!({"combinator": "or", "rules": vec![json!({"field": "visits", "operator": "=", "value": 1}); count]});
    assert_eq!(places(&many(RULE_CONDITIONS)), Vec::<String>::new());
    assert_eq!(places(&many(RULE_CONDITIONS + 1)), ["rules"]);
    let spread = json!({"combinator": "or", "rules": [many(51), many(50)]});
    assert_eq!(places(&spread), ["rules"]);
    let broken = json!({"combinator": "or", "rules": vec![json!(0); 50_000]});
    assert_eq!(places(&broken).len(), RULE_CONDITIONS + 1);

    let nested = |depth: usize| (1..depth).fold(many(1), |inner, _| json!({"combinator": "and", "rules": [inner]}));
    assert_eq!(places(&nested(6)), Vec::<String>::new());
    assert_eq!(places(&nested(7)), [format!("rules{}", ".rules[0]".repeat(6))]);

    let empty = json!({"combinator": "and", "rules": []});
    assert_eq!(places(&json!({"combinator": "or", "rules": vec![empty.clone(); 999]})), Vec::<String>::new());
    assert_eq!(places(&json!({"combinator": "or", "rules": vec![empty; 1000]})), ["rules"]);

    let long = json!({"field": "name", "operator": "in", "value": vec!["x".repeat(400); MAX_LIST]});
    assert_eq!(places(&alone(&long)), ["rules"]);
}

#[test]
fn decimals_are_those_of_the_currency() {
    let yen = crm_domain::money::Currency::parse("JPY").unwrap();
    let rule = |value: f64| json_of(&alone(&json!({"field": "averageOrderValue", "operator": ">", "value": value})));
    assert!(Rules::parse(&rule(10.0), "rules", &yen).is_ok());
    assert!(Rules::parse(&rule(10.5), "rules", &yen).is_err());
}
