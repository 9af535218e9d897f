//! Every route of the API, with its permission: the one table from which routers, the role check, the document and the
//! tests that walk all of it are made. What each role holds is said by [`Permission::held_by`].

use crm_domain::access::Permission;
use crm_domain::audit::AuditEntry;
use crm_domain::limits;

use crate::contract::{
    ai as a, costs as c, files as f, launches as l, queues as d, reports as r, requests as q, settings as g, shapes as s,
    suppressions as x, webhooks as w,
};
use crate::operation::{Operation, Verb, of};

macro_rules! operations {
    ($($function:literal { $($name:ident: $verb:ident $path:literal $permission:ident $summary:literal $(.$with:ident($($value:expr),*))*;)* })*) => {
        $($(
            pub static $name: Operation =
                Operation::new($function, stringify!($name), Verb::$verb, $path, Permission::$permission).says($summary)$(.$with($($value),*))*;
        )*)*

        /// All of them.
        pub static ALL: &[&Operation] = &[$($(&$name),*),*];
    };
}

operations! {
    "customers-api" {
        LIST_CUSTOMERS: Get "/api/customers" Read "Customers, newest first; or those found by the beginnings of words."
            .asks(&[("search", false)]).lists(of::<s::Page<s::Customer>>);
        UPSERT_CUSTOMERS: Post "/api/customers" Ingest "Create or change customers, by e-mail address."
            .recomputed().takes(of::<q::OneOrMany<q::Customer>>).gives(202, of::<Queued>);
        TAG_CUSTOMERS: Post "/api/customers/tags" Write
            "Add and remove tags of customers who are named; says what really changes."
            .takes(of::<q::Tagging>).gives(202, of::<s::Tagged>);
        GET_CUSTOMER: Get "/api/customers/{id}" Read "One customer.".gives(200, of::<s::Customer>);
        CHANGE_CUSTOMER: Patch "/api/customers/{id}" Write "Change a customer at once."
            .takes(of::<q::CustomerChange>).gives(200, of::<s::Customer>);
        ERASE_CUSTOMER: Delete "/api/customers/{id}" Write
            "Erase a customer: their data leaves every store within the hour; orders keep what they were worth.".gives_nothing();
        MERGE_CUSTOMERS: Post "/api/customers/{id}/merge" Write "Make another customer part of this one, for good."
            .matched(true).takes(of::<q::Merge>).gives(200, of::<s::Customer>);
        SHOW_TIMELINE: Get "/api/customers/{id}/timeline" Read "What happened with a customer, newest first."
            .lists(of::<s::Page<s::Happening>>);
        LIST_CUSTOMER_ORDERS: Get "/api/customers/{id}/orders" Read "A customer's orders, newest first."
            .lists(of::<s::Page<s::Order>>);
        LIST_CUSTOMER_SEGMENTS: Get "/api/customers/{id}/segments" Read "The segments to which a customer belongs."
            .gives(200, of::<s::Page<s::MemberOf>>);
        LIST_CUSTOMER_MOVES: Get "/api/customers/{id}/segments/history" Read
            "When a customer entered and left segments, newest first.".lists(of::<s::Page<s::Move>>);
        LIST_ATTACHMENTS: Get "/api/customers/{id}/attachments" Read "The files on a customer."
            .gives(200, of::<s::Page<f::Attachment>>);
        ADD_ATTACHMENT: Post "/api/customers/{id}/attachments" Write
            "Add a file to a customer: the answer says where to put it, for a quarter of an hour."
            .recomputed().takes(of::<q::Attachment>).gives(201, of::<f::AttachmentTicket>);
        GET_ATTACHMENT: Get "/api/customers/{id}/attachments/{attachmentId}" Read
            "Where to download a file, for five minutes; for who uploaded it, and for owners."
            .may_conflict().gives(200, of::<f::AttachmentDownload>);
        DELETE_ATTACHMENT: Delete "/api/customers/{id}/attachments/{attachmentId}" Write
            "Delete a file; for who uploaded it, and for owners.".matched(false).gives_nothing();
        RECORD_ACTIVITIES: Post "/api/activities" Ingest "Record what customers did."
            .recomputed().takes(of::<q::OneOrMany<q::Activity>>).gives(202, of::<Queued>);
    }
    "orders-api" {
        LIST_ORDERS: Get "/api/orders" Read "Orders, newest first by placedAt, then id.".lists(of::<s::Page<s::Order>>);
        PLACE_ORDERS: Post "/api/orders" Ingest "Place orders."
            .recomputed().takes(of::<q::OneOrMany<q::Order>>).gives(202, of::<Queued>);
        GET_ORDER: Get "/api/orders/{id}" Read "One order.".gives(200, of::<s::Order>);
        CHANGE_ORDER_STATUS: Patch "/api/orders/{id}" Ingest "Fulfil, cancel or refund an order."
            .takes(of::<q::StatusChange>).gives(202, of::<s::Accepted>);
        LIST_ORDERS_BY_EMAIL: Get "/api/orders/by-email/{email}" Read "The orders of an address, newest first."
            .lists(of::<s::Page<s::Order>>);
    }
    "segments-api" {
        LIST_SEGMENTS: Get "/api/segments" Read "Segments, newest first.".lists(of::<s::Page<s::Segment>>);
        CREATE_SEGMENT: Post "/api/segments" Write "Save an audience.".takes(of::<q::Segment>).gives(201, of::<s::Segment>);
        PREVIEW_SEGMENT: Post "/api/segments/preview" Read "Count whom rules pick at this moment."
            .rated(limits::SCAN).takes(of::<q::Preview>).gives(200, of::<s::Preview>);
        GET_SEGMENT: Get "/api/segments/{id}" Read "One segment.".gives(200, of::<s::Segment>);
        UPDATE_SEGMENT: Patch "/api/segments/{id}" Write "Change a segment."
            .takes(of::<q::SegmentChange>).gives(200, of::<s::Segment>);
        DELETE_SEGMENT: Delete "/api/segments/{id}" Write "Delete a segment.".gives_nothing();
        LIST_MEMBERS: Get "/api/segments/{id}/members" Read "Who belongs at this moment.".lists(of::<s::Page<s::Customer>>);
        CHANGE_MEMBERS: Post "/api/segments/{id}/members" Write "Add people to a list, or remove them."
            .recomputed().takes(of::<q::ListChange>).gives(202, of::<s::ListChanged>);
        IMPORT_MEMBERS: Post "/api/segments/{id}/members/file" Write
            "Add the people of a CSV file to a list, or remove them: its column email or id, or else its first."
            .recomputed().asks(&[("action", true)]).takes_text("text/csv").gives(202, of::<s::ListChanged>);
        EDIT_MEMBERS: Post "/api/segments/{id}/edit" Write "Add and remove tags of all members, and set attributes of theirs."
            .takes(of::<q::Edit>).gives(202, of::<s::Accepted>);
        SEARCH_CUSTOMERS: Post "/api/customers/search" Read
            "Customers whom rules pick at this moment, in no particular order; a page may have few or none, and yet be followed by one."
            .recomputed().rated(limits::SCAN).takes(of::<q::Preview>).lists(of::<s::Page<s::Customer>>);
        EDIT_CUSTOMERS: Post "/api/customers/edit" Write
            "Add and remove tags of all customers whom rules pick, and set attributes of theirs."
            .takes(of::<q::MatchingEdit>).gives(202, of::<s::Accepted>);
        EXPORT_CUSTOMERS: Post "/api/customers/exports" Write
            "Make a CSV file of all customers whom rules pick; of everybody without rules."
            .rated(limits::EXPORT).takes(of::<q::CustomersExport>).gives(202, of::<s::Accepted>);
        EXPORT_SEGMENT: Post "/api/segments/{id}/exports" Write "Make a CSV file of all members."
            .rated(limits::EXPORT).gives(202, of::<s::Accepted>);
        GET_EXPORT: Get "/api/exports/{id}" Write
            "How far an export is, and where to download it; for who asked for it, and for owners."
            .gives(200, of::<f::Export>);
        COMPARE_SEGMENTS: Get "/api/segments/{id}/overlap" Read "How many belong to both of two segments."
            .may_conflict().asks(&[("with", true)]).gives(200, of::<s::Overlap>);
        SHOW_SIZES: Get "/api/segments/{id}/sizes" Read
            "How many belonged at the end of each day (UTC), the last 90 if nothing else is asked for, at most 400; today by now."
            .asks(&[("from", false), ("to", false)]).gives(200, of::<s::Sizes>);
        EXPLAIN_MEMBER: Get "/api/segments/{id}/explain" Read "Why somebody belongs, or does not."
            .asks(&[("email", true)]).gives(200, of::<q::ExplainedGroup>);
    }
    "campaigns-api" {
        LIST_CAMPAIGNS: Get "/api/campaigns" Read "Campaigns, newest first.".lists(of::<s::Page<s::Campaign>>);
        LAUNCH_CAMPAIGN: Post "/api/campaigns" Write
            "Launch a campaign, at once or later, or keep it as a draft; refused when somebody's message could not be made."
            .rated(limits::LAUNCH).takes(of::<q::Campaign>).gives(202, of::<s::Launched>).gives(201, of::<s::Campaign>);
        PREVIEW_CAMPAIGN: Post "/api/campaigns/preview" Read "How many a launch would write to."
            .rated(limits::SCAN).takes(of::<l::CampaignPreview>).gives(200, of::<l::Funnel>);
        RENDER_CAMPAIGN: Post "/api/campaigns/render" Read "The messages as somebody would get them."
            .takes(of::<l::Render>).gives(200, of::<l::RenderedAll>);
        GET_CAMPAIGN: Get "/api/campaigns/{id}" Read "One campaign with its counts.".gives(200, of::<s::Campaign>);
        CHANGE_DRAFT: Patch "/api/campaigns/{id}" Write "Change a draft."
            .takes(of::<l::CampaignChange>).gives(200, of::<s::Campaign>);
        DELETE_DRAFT: Delete "/api/campaigns/{id}" Write "Delete a draft.".gives_nothing();
        LAUNCH_DRAFT: Post "/api/campaigns/{id}/launch" Write "Launch a draft; once, however often it is asked for."
            .matched(true).rated(limits::LAUNCH).gives(202, of::<s::Launched>);
        EXPLAIN_RECIPIENT: Get "/api/campaigns/{id}/why" Read "Why somebody got a campaign, or did not."
            .asks(&[("email", true)]).gives(200, of::<l::Why>);
        LIST_MESSAGES: Get "/api/campaigns/{id}/messages" Read
            "The log of a campaign; narrowed down by status, variant or address. A narrowed page may be empty and have a next one."
            .asks(&[("status", false), ("variant", false), ("email", false)]).lists(of::<s::Page<s::Message>>);
        EXPORT_LOG: Post "/api/campaigns/{id}/exports" Write "Make a CSV file of the log of a campaign."
            .rated(limits::EXPORT).gives(202, of::<s::Accepted>);
        SHOW_REPORT: Get "/api/campaigns/{id}/report" Read
            "The results of a campaign as last counted; one that is older than a minute is counted again meanwhile."
            .gives(200, of::<r::CampaignReport>);
        PAUSE_CAMPAIGN: Post "/api/campaigns/{id}/pause" Write "Hold a campaign."
            .matched(true).gives(200, of::<s::Campaign>);
        RESUME_CAMPAIGN: Post "/api/campaigns/{id}/resume" Write "Go on with a held campaign."
            .matched(true).gives(200, of::<s::Campaign>);
        CANCEL_CAMPAIGN: Post "/api/campaigns/{id}/cancel" Write "End a campaign; who is still queued is skipped."
            .matched(true).gives(200, of::<s::Campaign>);
    }
    "ai-api" {
        GENERATE_RULES: Post "/api/generate-rules" Read "Rules for people whom somebody describes in plain words."
            .recomputed().rated(limits::ASK).may_wait().takes(of::<a::Prompt>).gives(200, of::<a::GeneratedRules>).gives(202, of::<a::Asked>);
        GENERATE_MESSAGES: Post "/api/generate-messages" Read "Wordings of a message, each tried on some of those who would get it."
            .recomputed().rated(limits::ASK).may_wait().takes(of::<a::Brief>).gives(200, of::<a::GeneratedMessages>).gives(202, of::<a::Asked>);
        SUMMARIZE_CAMPAIGN: Post "/api/campaigns/{id}/summary" Read "What a campaign has come to, in words."
            .matched(false).recomputed().rated(limits::ASK).may_wait().gives(200, of::<a::CampaignSummary>).gives(202, of::<a::Asked>);
        SUGGEST_CAMPAIGN: Post "/api/campaigns/suggest" Read "A campaign that could be made; nothing of it is kept."
            .recomputed().rated(limits::ASK).may_wait().takes(of::<a::Objective>).gives(200, of::<a::CampaignSuggestion>).gives(202, of::<a::Asked>);
        GET_ASKED: Get "/api/ai/requests/{id}" Read "The answer to a question that had to wait, for an hour; for who asked."
            .gives(200, of::<a::Asked>);
        SHOW_AI_USAGE: Get "/api/ai/usage" Administer "What was asked of the model, by day and user."
            .asks(&[("days", false)]).gives(200, of::<a::AiUsage>);
    }
    "dashboard-api" {
        GET_STATISTICS: Get "/api/stats" Read "The figures of the dashboard.".gives(200, of::<s::Statistics>);
    }
    "admin-api" {
        LIST_QUEUES: Get "/api/queues" Administer "How the queues stand.".gives(200, of::<s::Page<s::Queue>>);
        REDRIVE_QUEUE: Post "/api/queues/{name}/redrive" Administer "Give a queue's dead letters another try, up to 500 at a time."
            .rated(limits::REDRIVE).gives(202, of::<s::Redriven>);
        LIST_DEAD_LETTERS: Get "/api/queues/{name}/dead-letters" Administer
            "The dead letters of a queue, each with why it is one and what it is about; up to 200."
            .gives(200, of::<d::DeadLetters>);
        REDRIVE_LETTER: Post "/api/queues/{name}/dead-letters/{id}/redrive" Administer "Give one dead letter another try."
            .rated(limits::REDRIVE).gives(202, of::<s::Redriven>);
        DISCARD_LETTER: Post "/api/queues/{name}/dead-letters/{id}/discard" Administer
            "Throw a dead letter away, for good; the audit log keeps what it was about, and why."
            .takes(of::<d::Discard>).gives_nothing();
        SHOW_COSTS: Get "/api/costs" Administer
            "What a month costs so far, and why: an estimate from counts and a list of prices. `month` is this one unless given."
            .asks(&[("month", false)]).gives(200, of::<c::Costs>);
        LIST_IMPORTS: Get "/api/imports" Read "Imports, newest first.".lists(of::<s::Page<s::Import>>);
        START_IMPORT: Post "/api/imports" Write "Start an import: the answer says where to put the file, for an hour."
            .recomputed()
            .takes(of::<q::Import>).gives(201, of::<s::ImportTicket>);
        GET_IMPORT: Get "/api/imports/{id}" Read "How far an import is.".gives(200, of::<s::Import>);
        DOWNLOAD_REJECTED_ROWS: Get "/api/imports/{id}/rejected" Read "The rows that were refused, each with its reason."
            .gives_text("text/csv");
        LIST_USERS: Get "/api/users" Administer "Users and invitations.".lists(of::<s::Page<s::User>>);
        INVITE_USER: Post "/api/users" Administer "Invite somebody.".takes(of::<q::Invitation>).gives(201, of::<s::User>);
        GET_USER: Get "/api/users/{id}" Administer "One user.".gives(200, of::<s::User>);
        CHANGE_USER: Patch "/api/users/{id}" Administer "Change a user's role, disable them, or let them in again."
            .takes(of::<q::UserChange>).gives(200, of::<s::User>);
        WITHDRAW_INVITATION: Delete "/api/users/{id}" Administer "Take an invitation back.".gives_nothing();
        LIST_KEYS: Get "/api/keys" Administer "API keys, newest first.".lists(of::<s::Page<s::ApiKey>>);
        CREATE_KEY: Post "/api/keys" Administer "Create an API key; it is shown this once."
            .takes(of::<q::ApiKey>).gives(201, of::<s::ApiKey>);
        REVOKE_KEY: Delete "/api/keys/{id}" Administer "Revoke an API key; it stays in the list.".matched(false).gives_nothing();
        LIST_ERASURES: Get "/api/erasures" Administer "Who was erased, newest first: ids alone."
            .lists(of::<s::Page<s::Erasure>>);
        REPLAY_ERASURES: Post "/api/erasures/replay" Administer "Erase again whom a restored backup has brought back."
            .gives(202, of::<s::ErasuresReplayed>);
        LIST_SUPPRESSIONS: Get "/api/suppressions" Read "Addresses that are not written to, newest first; or what stands of one address."
            .asks(&[("channel", false), ("reason", false), ("address", false)]).lists(of::<s::Page<x::Suppression>>);
        ADD_SUPPRESSIONS: Post "/api/suppressions" Write "Add addresses that are not to be written to."
            .takes(of::<q::OneOrMany<x::Addition>>).gives(200, of::<x::Suppressed>);
        IMPORT_SUPPRESSIONS: Post "/api/suppressions/file" Write
            "Add the addresses of a CSV file: its column address, email or phone, or else its first; or the ids of an export."
            .asks(&[("channel", false)]).takes_text("text/csv").gives(200, of::<x::Suppressed>);
        EXPORT_SUPPRESSIONS: Get "/api/suppressions/file" Write "The addresses that are not written to, as a CSV file."
            .may_conflict().asks(&[("channel", false), ("reason", false)]).gives_text("text/csv");
        REMOVE_SUPPRESSION: Delete "/api/suppressions/{id}" Administer "Let an address be written to again."
            .matched(false).gives_nothing();
        SHOW_SETTINGS: Get "/api/settings" Read
            "What the form of a new campaign begins with, and what the deployment was given.".gives(200, of::<g::Settings>);
        CHANGE_SETTINGS: Patch "/api/settings" Administer "Change what the form of a new campaign begins with."
            .takes(of::<g::SettingsChange>).gives(200, of::<g::Settings>);
        LIST_WEBHOOKS: Get "/api/webhooks" Administer "Where events are sent, oldest first.".gives(200, of::<s::Page<w::Webhook>>);
        CREATE_WEBHOOK: Post "/api/webhooks" Administer
            "Have events sent somewhere, signed; the answer has the secret."
            .takes(of::<w::WebhookDraft>).gives(201, of::<w::WebhookWithSecret>);
        GET_WEBHOOK: Get "/api/webhooks/{id}" Administer "One webhook, and how its receiver fares.".gives(200, of::<w::Webhook>);
        CHANGE_WEBHOOK: Patch "/api/webhooks/{id}" Administer
            "Change where and what is sent, or stop and begin again."
            .takes(of::<w::WebhookChange>).gives(200, of::<w::Webhook>);
        DELETE_WEBHOOK: Delete "/api/webhooks/{id}" Administer "Delete a webhook; what is on its way there is not sent."
            .gives_nothing();
        SHOW_WEBHOOK_SECRET: Get "/api/webhooks/{id}/secret" Administer "The secret that signs; the audit log tells who saw it."
            .gives(200, of::<w::WebhookSecret>);
        ROTATE_WEBHOOK_SECRET: Post "/api/webhooks/{id}/rotate" Administer
            "Give a webhook another secret; the one before signs beside it for a day."
            .matched(true).gives(200, of::<w::WebhookWithSecret>);
        TEST_WEBHOOK: Post "/api/webhooks/{id}/test" Administer "Send `crm.webhook.test.v1`."
            .rated(limits::RESEND).gives(202, of::<w::DeliveryQueued>);
        LIST_DELIVERIES: Get "/api/webhooks/{id}/deliveries" Administer
            "What was sent to a webhook in the last 30 days, newest first; a page that is narrowed down may be short with a next one behind it."
            .asks(&[("outcome", false)]).lists(of::<s::Page<w::Delivery>>);
        GET_DELIVERY: Get "/api/webhooks/{id}/deliveries/{deliveryId}" Administer "One delivery, with its event."
            .gives(200, of::<w::DeliveryWithEvent>);
        RESEND_DELIVERY: Post "/api/webhooks/{id}/deliveries/{deliveryId}/resend" Administer
            "Send an event to a webhook once more, and try it for a day again."
            .rated(limits::RESEND).gives(202, of::<w::DeliveryQueued>);
        LIST_AUDIT: Get "/api/audit" Administer "Who changed what, newest first."
            .asks(&[("actor", false), ("object", false), ("since", false), ("until", false)])
            .lists(of::<s::Page<AuditEntry>>);
    }
    "auth-api" {
        SIGN_IN: Post "/auth/google-jwt" Public "Sign in with Google's ID token."
            .rated(limits::SIGN_IN).takes(of::<q::Credential>).gives(200, of::<s::SignedIn>);
        REFRESH: Post "/auth/refresh" Public "A new access token for the session of the cookie; nothing without one."
            .rated(limits::SIGN_IN).gives(200, of::<s::SignedIn>).gives_nothing();
        SIGN_OUT: Post "/auth/logout" Public "End the session.".rated(limits::SIGN_IN).gives_nothing();
        WHO_AM_I: Get "/auth/user-jwt" SignedIn "Who the caller is.".gives(200, of::<s::WhoAmI>);
    }
    "public-api" {
        CHECK_HEALTH: Get "/api/health" Public "Whether the product works.".gives(200, of::<s::Health>).gives(503, of::<s::Health>);
        RECORD_RECEIPTS: Post "/api/receipts/{provider}" Public "What a provider reports of messages; signed."
            .takes(of::<q::OneOrMany<q::Receipt>>).gives(202, of::<Queued>);
        SHOW_PREFERENCES: Get "/api/unsubscribe/{token}" Public "What somebody gets from us, to be changed by them; changes nothing itself."
            .gives_text("text/html").or_not_found("text/html");
        CHANGE_PREFERENCES: Post "/api/unsubscribe/{token}" Public
            "Unsubscribe with one click (RFC 8058), or say what is wanted, without signing in."
            .takes_form(of::<x::Preferences>).gives_text("text/html").or_not_found("text/html");
        RECORD_OPEN: Get "/api/o/{token}" Public "The picture by which a message tells that it is opened."
            .gives_text("image/gif").or_not_found("image/gif");
        FOLLOW_LINK: Get "/api/c/{token}" Public "On to where a link of a message leads.".leads_on().or_not_found("text/html");
        GET_OPENAPI: Get "/api/openapi.json" Public "This document.".gives(200, of::<serde_json::Map<String, serde_json::Value>>);
        GET_DOCS: Get "/api/docs" Public "This document, to be read by people.".gives_text("text/html");
    }
}

/// The answer to a queued write: of one object, or of many.
#[derive(schemars::JsonSchema)]
#[schemars(untagged)]
#[allow(dead_code, reason = "describes two answers in the document")]
enum Queued {
    One(s::Accepted),
    Many(s::BulkAccepted),
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_operation_has_its_own_name_and_route() {
        let names: BTreeSet<_> = ALL.iter().map(|operation| operation.id()).collect();
        let routes: BTreeSet<_> = ALL.iter().map(|operation| (operation.verb.as_str(), operation.path)).collect();
        assert_eq!((names.len(), routes.len()), (ALL.len(), ALL.len()));
    }
}
