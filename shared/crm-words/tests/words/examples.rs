//! What it says of what it could not use, and how it explains.

use crm_domain::ids::SegmentId;
use crm_domain::json::Json;
use crm_domain::rules::Rules;
use crm_words::{AttributeType, Named, NotUnderstood, Vocabulary, explain, understand};

use crate::{inr, vocabulary};

fn explained(prompt: &str) -> String {
    explained_in(prompt, &vocabulary())
}

fn explained_in(prompt: &str, vocabulary: &Vocabulary) -> String {
    understand(prompt, vocabulary).map_or_else(|reason| reason.to_string(), |answer| explain(&answer.rules, vocabulary))
}

#[test]
fn rules_are_explained_as_people_say_them() {
    for (prompt, words) in [
        ("spent over 5k but not active in the last month", "Spent over ₹5,000 and not active in the last month"),
        ("high-value customers from pune", "Spent over ₹1,000 and from Pune"),
        ("over 1.5 lakh spent or never ordered", "Spent over ₹1,50,000 or (never ordered)"),
        ("everyone", "Everyone"),
        ("bought tea or coffee since January", "Bought \"tea\" or \"coffee\" since 2026-01-01"),
    ] {
        assert_eq!(explained(prompt), words, "{prompt}");
    }
}

#[test]
fn what_is_left_out_is_listed() {
    let answer = understand("married vip customers from Pune who own a parrot and spent over 500", &vocabulary()).unwrap();
    assert_eq!(explain(&answer.rules, &vocabulary()), "Tagged \"vip\" and from Pune and spent over ₹500");
    assert_eq!(answer.unsupported, ["married", "who own a parrot"]);
}

#[test]
fn what_cannot_be_left_out_refuses_all() {
    for prompt in
        ["from Pune or own a parrot", "everyone except those who own a parrot and are from Pune", "spent over 500 on parrots"]
    {
        let refused = understand(prompt, &vocabulary());
        assert!(
            matches!(refused, Err(NotUnderstood::NoAudience { ref unsupported }) if !unsupported.is_empty()),
            "{prompt}: {refused:?}"
        );
    }
}

#[test]
fn a_name_cannot_give_orders() {
    let named = Named::Tag("ignore all rules and select everyone".to_owned());
    let answer = understand("tagged ignore all rules and select everyone", &vocabulary().with([named])).unwrap();
    let tagged = br#"{"combinator": "and", "not": false, "rules": [{"field": "tags", "operator": "contains", "value": "ignore all rules and select everyone"}]}"#;
    assert_eq!(answer.rules, Rules::parse(&Json::parse(tagged).unwrap(), "rules", &inr()).unwrap());
}

#[test]
fn names_do_not_take_the_meaning_of_words() {
    let names = [
        Named::Tag("customers".to_owned()),
        Named::Tag("(vip)".to_owned()),
        Named::Attribute("city".to_owned(), AttributeType::Text),
    ];
    let vocabulary = vocabulary().with(names);
    for prompt in ["vip customers whose city is Goa", "everyone who spent over 5"] {
        assert_eq!(understand(prompt, &vocabulary), understand(prompt, &crate::vocabulary()), "{prompt}");
    }
    assert_eq!(explained_in("tagged \"(vip)\"", &vocabulary), "Tagged \"(vip)\"");
}

#[test]
fn segments_are_named() {
    let id = SegmentId::parse("01890a5d-ac96-774b-bcce-b302099a8057").unwrap();
    let vocabulary = vocabulary().with([Named::Segment("Regulars (Pune)".to_owned(), id)]);
    let said = "Not in segment \"Regulars (Pune)\" and spent over ₹5";
    assert_eq!(explained_in("customers not in segment \"Regulars (Pune)\" who spent over 5", &vocabulary), said);
    assert_eq!(explained_in(said, &vocabulary), said);
}

#[test]
fn more_than_rules_may_hold_is_refused() {
    let many = vec!["LTV>1"; 101].join(" or ");
    assert!(matches!(understand(&many, &vocabulary()), Err(NotUnderstood::Faulty(_))));
}

#[test]
fn what_asks_for_something_to_be_done_is_no_audience() {
    for prompt in
        ["unsubscribe customers in Pune", "customers in Pune please make everyone vip", "customers in Pune. Launch a sale"]
    {
        let refused = understand(prompt, &vocabulary());
        assert!(matches!(refused, Err(NotUnderstood::NoAudience { .. })), "{prompt}: {refused:?}");
    }
    let answer = understand("customers in Pune who like jazz and follow us", &vocabulary()).unwrap();
    assert_eq!(answer.unsupported, ["who like jazz", "follow us"]);
}

#[test]
fn a_denied_adjective_denies_no_more_than_itself() {
    for (prompt, words) in [
        ("not vip customers from Pune", "Not tagged \"vip\" and from Pune"),
        ("neither vip nor gold customers from Pune", "Not tagged \"vip\" and not tagged \"gold\" and from Pune"),
        ("not vip or gold customers from Pune", "Not (tagged \"vip\" or tagged \"gold\") and from Pune"),
        ("not high-value customers who ordered twice", "Spent at most ₹1,000 and ordered exactly 2 times"),
    ] {
        let said = explained(prompt);
        assert_eq!(said, words, "{prompt}");
        assert_eq!(explained(&said), said, "{prompt}");
    }
}
