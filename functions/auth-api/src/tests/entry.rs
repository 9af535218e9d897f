//! Who may enter.

use crm_domain::access::{Invitation, Role};
use crm_domain::email::Email;
use crm_domain::ports::{AccessChange, KeepAccess, Versioned};
use crm_domain::time::Time;
use serde_json::json;

use super::desk::{Desk, good};

async fn invite(desk: &Desk, email: &str, role: Role) {
    let user = Invitation { email: Email::parse(email).unwrap(), role }.into_user(Time::now());
    let change = AccessChange { users: vec![Versioned { version: 0, record: user }], ..AccessChange::default() };
    desk.memory.change_access(&change).await.unwrap();
}

#[tokio::test]
async fn a_stranger_is_told_that_they_are_not_invited() {
    let desk = Desk::new();
    let refused = desk.sign_in(&good(&json!({"sub": "1", "email": "stranger@example.com"}))).await;
    assert_eq!((refused.status, &refused.json["code"]), (403, &json!("not_invited")));
    assert_eq!((desk.memory.sessions(), desk.user("1").await), (0, None));
}

#[tokio::test]
async fn the_first_owner_is_one_person_and_not_an_address() {
    let desk = Desk::new();
    assert_eq!(desk.sign_in(&good(&json!({}))).await.json["user"]["role"], "owner");
    assert_eq!(desk.sign_in(&good(&json!({"name": "Renamed"}))).await.json["user"]["name"], "Renamed");
    let heir = desk.sign_in(&good(&json!({"sub": "2"}))).await;
    assert_eq!((heir.status, &heir.json["code"]), (403, &json!("not_invited")), "the address has passed to somebody else");
    let told = desk.memory.told();
    assert_eq!(told, [("110169484474386276334".into(), "enter".into(), "users/110169484474386276334".into())]);
}

#[tokio::test]
async fn who_is_invited_enters_once_with_the_role_meant_for_them() {
    let desk = Desk::new();
    invite(&desk, "new@example.com", Role::Marketer).await;
    let entered = desk.sign_in(&good(&json!({"sub": "3", "email": "New@Example.com"}))).await;
    assert_eq!((entered.status, &entered.json["user"]["role"]), (200, &json!("marketer")));
    assert_eq!(desk.sign_in(&good(&json!({"sub": "3", "email": "new@example.com"}))).await.status, 200);
    assert_eq!(desk.sign_in(&good(&json!({"sub": "4", "email": "new@example.com"}))).await.status, 403);
}

#[tokio::test]
async fn members_of_an_allowed_organisation_enter_as_analysts() {
    let desk = Desk::new();
    let member = good(&json!({"sub": "5", "email": "m@brand.example", "hd": "Brand.Example"}));
    assert_eq!(desk.sign_in(&member).await.json["user"]["role"], "analyst");
    let pretender = good(&json!({"sub": "6", "email": "p@brand.example"}));
    assert_eq!(desk.sign_in(&pretender).await.status, 403, "an address alone does not prove it");
}

#[tokio::test]
async fn a_new_address_of_a_known_person_is_taken_over() {
    let desk = Desk::new();
    desk.sign_in(&good(&json!({}))).await;
    desk.sign_in(&good(&json!({"email": "married@example.com"}))).await;
    let user = desk.user("110169484474386276334").await.unwrap();
    assert_eq!((user.email.as_str(), user.role), ("married@example.com", Role::Owner));
}
