//! Sign-in from outside: good and hostile tokens, sessions, who may enter, and an identity provider that misbehaves.

mod certificates;
mod desk;
mod entry;
mod fuzz;
mod hostile;
mod sessions;

use crm_testing::{cases, fuzz_requests, send_event, walk};

use desk::Desk;

#[tokio::test]
async fn every_event_of_the_folder_gets_its_answer() {
    for (case, event) in cases("auth-api") {
        let answer = send_event(&Desk::new().router, &event).await;
        let wanted = if case.starts_with("bad-") { 400..500 } else { 200..300 };
        assert!(wanted.contains(&answer.status), "{case}: {answer:?}");
    }
}

#[tokio::test]
async fn every_role_is_let_in_where_the_table_says() {
    assert_eq!(walk("auth-api", &Desk::new().router).await, 7);
}

#[test]
fn requests_of_any_form_get_an_answer_that_can_be_read() {
    fuzz_requests("auth-api", 60, || Desk::new().router);
}
