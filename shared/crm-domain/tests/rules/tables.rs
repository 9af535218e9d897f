//! Each statement of API.md, "Rules", by example.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::people::{context, customer, rules};
use crate::slow::{self, Order, Person};

pub const NOW: &str = "2026-11-22T10:00:00Z";

pub fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub fn order(at_text: &str, minor: i128, items: &[(&'static str, &'static str)]) -> Order {
    Order { at: at(at_text), minor, counts: true, items: items.to_vec() }
}

pub fn priya() -> Person {
    Person {
        email: "priya@example.com".into(),
        texts: [("name", "Priya SHARMA".to_owned()), ("city", "Élan".to_owned())].into(),
        tags: vec!["VIP".into(), "Loyal Straße".into()],
        attributes: [("tier", json!("Gold")), ("score", json!(7.5)), ("vip", json!(true))].into(),
        visits: 3,
        created: at("2026-01-01T00:00:00Z"),
        seen: None,
        orders: vec![
            order("2026-11-01T00:00:00Z", 1000, &[("TEA-1", "Green Tea")]),
            order("2026-11-10T12:00:00Z", 1000, &[("CUP", "Tea Cup")]),
            order("2026-11-20T00:00:00Z", 1000, &[]),
            Order { at: at("2026-11-21T00:00:00Z"), minor: 999_999, counts: false, items: vec![("GONE", "Cancelled Thing")] },
        ],
        consents: [None, Some(true), None],
    }
}

/// Someone of whom nothing but the address is known.
pub fn nobody() -> Person {
    Person { email: "nobody@example.com".into(), created: at("2026-01-01T00:00:00Z"), ..Person::default() }
}

pub fn condition(field: &str, operator: &str, value: &Value) -> Value {
    json!({"field": field, "operator": operator, "value": value})
}

/// Whether one condition holds; the slow evaluator must say so too.
#[track_caller]
fn one(condition: &Value, person: &Person, now: &str) -> bool {
    let wire = json!({"combinator": "and", "rules": [condition]});
    let holds = rules(&wire).holds(&customer(person), &context(at(now)));
    assert_eq!(slow::holds(&wire, person, at(now)), holds, "{wire}");
    holds
}

#[track_caller]
fn table(person: &Person, rows: &[(&str, &str, Value, bool)]) {
    for (field, operator, value, expected) in rows {
        assert_eq!(one(&condition(field, operator, value), person, NOW), *expected, "{field} {operator} {value}");
    }
}

#[test]
fn text_compares_by_unicode_lower_case() {
    table(
        &priya(),
        &[
            ("name", "=", json!("priya sharma"), true),
            ("name", "=", json!("  PRIYA sharma "), true),
            ("name", "=", json!("priya"), false),
            ("name", "contains", json!("A SH"), true),
            ("name", "beginsWith", json!("pri"), true),
            ("name", "beginsWith", json!("sharma"), false),
            ("name", "endsWith", json!("Sharma"), true),
            ("name", "doesNotEndWith", json!("Sharma"), false),
            ("name", "in", json!(["x", "PRIYA Sharma"]), true),
            ("name", "notIn", json!(["x"]), true),
            ("city", "=", json!("éLAN"), true),
            ("city", "=", json!("elan"), false),
            ("email", "endsWith", json!("@EXAMPLE.com"), true),
            ("email", "notNull", json!(null), true),
            ("attributes.tier", "=", json!("GOLD"), true),
        ],
    );
}

#[test]
fn missing_values_fail_positive_operators_and_pass_negative_ones() {
    let text = json!("a");
    let list = json!(["a"]);
    for field in ["name", "phone", "city", "country", "timeZone", "attributes.tier"] {
        table(
            &nobody(),
            &[
                (field, "=", text.clone(), false),
                (field, "!=", text.clone(), true),
                (field, "contains", text.clone(), false),
                (field, "doesNotContain", text.clone(), true),
                (field, "beginsWith", text.clone(), false),
                (field, "doesNotBeginWith", text.clone(), true),
                (field, "endsWith", text.clone(), false),
                (field, "doesNotEndWith", text.clone(), true),
                (field, "in", list.clone(), false),
                (field, "notIn", list.clone(), true),
                (field, "notNull", json!(null), false),
                (field, "null", json!(null), true),
            ],
        );
    }
    for field in ["averageOrderValue", "attributes.score"] {
        table(
            &nobody(),
            &[
                (field, "=", json!(0), false),
                (field, "!=", json!(0), true),
                (field, "<", json!(5), false),
                (field, "<=", json!(5), false),
                (field, ">", json!(5), false),
                (field, ">=", json!(0), false),
                (field, "between", json!([0, 5]), false),
                (field, "notBetween", json!([0, 5]), true),
                (field, "in", json!([0]), false),
                (field, "notIn", json!([0]), true),
                (field, "notNull", json!(null), false),
                (field, "null", json!(null), true),
            ],
        );
    }
    for field in ["lastActiveAt", "firstOrderAt", "lastOrderAt"] {
        let day = json!("2026-01-01");
        table(
            &nobody(),
            &[
                (field, "<", day.clone(), false),
                (field, "<=", day.clone(), false),
                (field, ">", day.clone(), false),
                (field, ">=", day, false),
                (field, "between", json!(["1900-01-01", "2199-12-31"]), false),
                (field, "notBetween", json!(["1900-01-01", "2199-12-31"]), true),
                (field, "within", json!("P30D"), false),
                (field, "notWithin", json!("P30D"), true),
                (field, "notNull", json!(null), false),
                (field, "null", json!(null), true),
            ],
        );
    }
    table(
        &nobody(),
        &[
            ("tags", "contains", text.clone(), false),
            ("tags", "doesNotContain", text.clone(), true),
            ("tags", "in", list.clone(), false),
            ("tags", "notIn", list.clone(), true),
            ("tags", "notNull", json!(null), false),
            ("tags", "null", json!(null), true),
            ("purchasedSku", "contains", text.clone(), false),
            ("purchasedSku", "doesNotContain", text.clone(), true),
            ("purchasedName", "in", list.clone(), false),
            ("purchasedName", "notIn", list, true),
            ("attributes.vip", "=", json!(true), false),
            ("attributes.vip", "!=", json!(true), true),
            ("attributes.vip", "=", json!(false), false),
            ("attributes.vip", "!=", json!(false), true),
        ],
    );
}

#[test]
fn sums_over_no_orders_are_zero_and_never_missing() {
    for field in ["totalSpend", "orderCount", "visits"] {
        table(
            &nobody(),
            &[
                (field, "=", json!(0), true),
                (field, "<", json!(1), true),
                (field, "between", json!([0, 1]), true),
                (field, "null", json!(null), false),
                (field, "notNull", json!(null), true),
            ],
        );
    }
    table(&nobody(), &[("createdAt", "null", json!(null), false), ("createdAt", "notNull", json!(null), true)]);
}

#[test]
fn numbers_compare_exactly() {
    table(
        &priya(),
        &[
            ("totalSpend", "=", json!(30), true),
            ("totalSpend", "=", json!(30.00), true),
            ("totalSpend", ">", json!(29.99), true),
            ("totalSpend", ">=", json!(30), true),
            ("totalSpend", "<=", json!(30), true),
            ("totalSpend", "<", json!(30.01), true),
            ("totalSpend", "between", json!([30, 30]), true),
            ("totalSpend", "notBetween", json!([30, 30]), false),
            ("totalSpend", "in", json!([50, 30, 10]), true),
            ("orderCount", "=", json!(3), true),
            ("orderCount", "=", json!(3.0), true),
            ("averageOrderValue", "=", json!(10), true),
            ("visits", ">=", json!(3), true),
            ("attributes.score", ">", json!(7), true),
            ("attributes.score", "in", json!([9, 7.5]), true),
            ("attributes.score", "between", json!([7.5, 8]), true),
        ],
    );
}

#[test]
fn averages_are_compared_as_exact_quotients() {
    let mut person = priya();
    person.orders[0].minor = 1001;
    // 3001 / 3 = 1000.33..: it shows as 10.00, but is more.
    table(
        &person,
        &[
            ("averageOrderValue", "=", json!(10), false),
            ("averageOrderValue", "!=", json!(10), true),
            ("averageOrderValue", ">", json!(10), true),
            ("averageOrderValue", "<=", json!(10), false),
            ("averageOrderValue", "between", json!([10, 10]), false),
            ("averageOrderValue", "between", json!([10, 10.01]), true),
            ("averageOrderValue", "in", json!([10, 10.01]), false),
        ],
    );
}

#[test]
fn cancelled_orders_leave_every_sum_and_window() {
    table(
        &priya(),
        &[
            ("purchasedSku", "contains", json!("gone"), false),
            ("purchasedName", "doesNotContain", json!("cancelled"), true),
            ("lastOrderAt", ">=", json!("2026-11-21"), false),
            // An order is an activity whatever became of it.
            ("lastActiveAt", ">=", json!("2026-11-21"), true),
        ],
    );
    let narrowed = json!({"field": "orderCount", "operator": "=", "value": 1, "within": "P5D"});
    assert!(one(&narrowed, &priya(), NOW));
}

#[test]
fn tags_compare_whole_and_names_of_articles_by_part() {
    table(
        &priya(),
        &[
            ("tags", "contains", json!("vip"), true),
            ("tags", "contains", json!("vi"), false),
            ("tags", "contains", json!("loyal straße"), true),
            ("tags", "in", json!(["x", "Vip"]), true),
            ("tags", "notIn", json!(["x", "Vip"]), false),
            ("tags", "notIn", json!(["x"]), true),
            ("purchasedSku", "contains", json!("tea-1"), true),
            ("purchasedSku", "contains", json!("tea"), false),
            ("purchasedSku", "in", json!(["cup", "x"]), true),
            ("purchasedName", "contains", json!("tea"), true),
            ("purchasedName", "contains", json!("tea cup"), true),
            ("purchasedName", "contains", json!("p"), true),
            ("purchasedName", "in", json!(["g", "coffee"]), true),
            ("purchasedName", "contains", json!("ing"), false),
            ("purchasedName", "in", json!(["coffee", "een t"]), true),
            ("purchasedName", "notIn", json!(["coffee", "een t"]), false),
        ],
    );
}

#[test]
fn attributes_of_another_type_count_as_missing() {
    table(
        &priya(),
        &[
            ("attributes.tier", "=", json!(7.5), false),
            ("attributes.tier", "!=", json!(7.5), true),
            ("attributes.tier", "<", json!(7.5), false),
            ("attributes.score", "=", json!("7.5"), false),
            ("attributes.score", "doesNotContain", json!("7"), true),
            ("attributes.score", "=", json!(true), false),
            ("attributes.vip", "=", json!("true"), false),
            ("attributes.vip", "=", json!(true), true),
            ("attributes.vip", "!=", json!(false), true),
            ("attributes.vip", "notNull", json!(null), true),
            ("attributes.score", "null", json!(null), false),
            ("attributes.other", "null", json!(null), true),
        ],
    );
}

#[test]
fn consents_never_given_take_the_defaults() {
    table(
        &priya(),
        &[
            ("emailConsent", "=", json!(true), true),
            ("smsConsent", "=", json!(true), true),
            ("whatsappConsent", "=", json!(true), false),
            ("whatsappConsent", "!=", json!(true), true),
            ("whatsappConsent", "=", json!(false), true),
        ],
    );
}

#[test]
fn a_plain_date_stands_for_its_whole_day() {
    let day = json!("2026-05-05");
    let rows = [
        //                              <      <=     >      >=     between
        ("2026-05-04T23:59:59.999999Z", true, true, false, false, false),
        ("2026-05-05T00:00:00Z", false, true, false, true, true),
        ("2026-05-05T23:59:59.999999Z", false, true, false, true, true),
        ("2026-05-06T00:00:00Z", false, false, true, true, false),
    ];
    for (created, less, at_most, greater, at_least, between) in rows {
        let person = Person { created: at(created), ..nobody() };
        table(
            &person,
            &[
                ("createdAt", "<", day.clone(), less),
                ("createdAt", "<=", day.clone(), at_most),
                ("createdAt", ">", day.clone(), greater),
                ("createdAt", ">=", day.clone(), at_least),
                ("createdAt", "between", json!([day, day]), between),
                ("createdAt", "notBetween", json!([day, day]), !between),
                ("createdAt", "within", json!("2026-05-05/2026-05-05"), between),
                ("createdAt", "notWithin", json!("2026-05-05/2026-05-05"), !between),
            ],
        );
    }
}

#[test]
fn an_instant_stands_for_itself() {
    let instant = json!("2026-05-05T17:30:00+05:30");
    let person = Person { created: at("2026-05-05T12:00:00Z"), ..nobody() };
    table(
        &person,
        &[
            ("createdAt", "<", instant.clone(), false),
            ("createdAt", "<=", instant.clone(), true),
            ("createdAt", ">", instant.clone(), false),
            ("createdAt", ">=", instant.clone(), true),
            ("createdAt", "between", json!([instant, instant]), true),
            ("createdAt", "between", json!(["2026-05-05", instant]), true),
            ("createdAt", "between", json!([instant, "2026-05-05"]), true),
        ],
    );
}

#[test]
fn groups_combine_and_not_turns_them_round() {
    let yes = condition("visits", "=", &json!(3));
    let no = condition("visits", "=", &json!(4));
    let holds = |wire: Value| {
        let found = rules(&wire).holds(&customer(&priya()), &context(at(NOW)));
        assert_eq!(slow::holds(&wire, &priya(), at(NOW)), found);
        found
    };
    let group = |combinator: &str, not: bool, rules: &[&Value]| json!({"combinator": combinator, "not": not, "rules": rules});
    assert!(holds(group("and", false, &[])));
    assert!(!holds(group("or", false, &[])));
    assert!(!holds(group("and", true, &[])));
    assert!(holds(group("or", true, &[])));
    assert!(!holds(group("and", false, &[&yes, &no])));
    assert!(holds(group("and", true, &[&yes, &no])));
    assert!(holds(group("or", false, &[&no, &yes])));
    assert!(!holds(group("or", true, &[&no, &yes])));
    assert!(holds(group("and", false, &[&yes, &group("or", true, &[&no, &group("and", true, &[&yes])])])));
}
