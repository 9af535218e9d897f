//! Every route of the API, with its permission: the one table from which routers, the role check, the document and the
//! tests that walk all of it are made. What each role holds is said by [`Permission::held_by`].

use crm_domain::access::Permission;
use crm_domain::limits;

use crate::operation::{Operation, Verb};

macro_rules! operations {
    ($($function:literal { $($name:ident: $verb:ident $path:literal $permission:ident $(.$with:ident($($value:expr),*))*;)* })*) => {
        $($(
            pub static $name: Operation =
                Operation::new($function, stringify!($name), Verb::$verb, $path, Permission::$permission)$(.$with($($value),*))*;
        )*)*

        /// All of them.
        pub static ALL: &[&Operation] = &[$($(&$name),*),*];
    };
}

operations! {
    "customers-api" {
        LIST_CUSTOMERS: Get "/api/customers" Read;
        UPSERT_CUSTOMERS: Post "/api/customers" Ingest.queued();
        GET_CUSTOMER: Get "/api/customers/{id}" Read;
        LIST_CUSTOMER_ORDERS: Get "/api/customers/{id}/orders" Read;
        RECORD_ACTIVITIES: Post "/api/activities" Ingest.queued();
    }
    "orders-api" {
        LIST_ORDERS: Get "/api/orders" Read;
        PLACE_ORDERS: Post "/api/orders" Ingest.queued();
        GET_ORDER: Get "/api/orders/{id}" Read;
        CHANGE_ORDER_STATUS: Patch "/api/orders/{id}" Ingest;
        LIST_ORDERS_BY_EMAIL: Get "/api/orders/by-email/{email}" Read;
    }
    "segments-api" {
        LIST_SEGMENTS: Get "/api/segments" Read;
        CREATE_SEGMENT: Post "/api/segments" Write;
        PREVIEW_SEGMENT: Post "/api/segments/preview" Read;
        GET_SEGMENT: Get "/api/segments/{id}" Read;
        UPDATE_SEGMENT: Patch "/api/segments/{id}" Write;
        DELETE_SEGMENT: Delete "/api/segments/{id}" Write;
        LIST_MEMBERS: Get "/api/segments/{id}/members" Read;
        EXPLAIN_MEMBER: Get "/api/segments/{id}/explain" Read;
    }
    "campaigns-api" {
        LIST_CAMPAIGNS: Get "/api/campaigns" Read;
        LAUNCH_CAMPAIGN: Post "/api/campaigns" Write.rated(limits::LAUNCH);
        PREVIEW_CAMPAIGN: Post "/api/campaigns/preview" Read;
        GET_CAMPAIGN: Get "/api/campaigns/{id}" Read;
        LIST_MESSAGES: Get "/api/campaigns/{id}/messages" Read;
        PAUSE_CAMPAIGN: Post "/api/campaigns/{id}/pause" Write;
        RESUME_CAMPAIGN: Post "/api/campaigns/{id}/resume" Write;
        CANCEL_CAMPAIGN: Post "/api/campaigns/{id}/cancel" Write;
    }
    "dashboard-api" {
        GET_STATISTICS: Get "/api/stats" Read;
    }
    "admin-api" {
        LIST_QUEUES: Get "/api/queues" Administer;
        REDRIVE_QUEUE: Post "/api/queues/{name}/redrive" Administer;
        LIST_IMPORTS: Get "/api/imports" Read;
        START_IMPORT: Post "/api/imports" Write;
        GET_IMPORT: Get "/api/imports/{id}" Read;
        DOWNLOAD_REJECTED_ROWS: Get "/api/imports/{id}/rejected" Read;
        LIST_USERS: Get "/api/users" Administer;
        INVITE_USER: Post "/api/users" Administer;
        GET_USER: Get "/api/users/{id}" Administer;
        CHANGE_USER: Patch "/api/users/{id}" Administer;
        WITHDRAW_INVITATION: Delete "/api/users/{id}" Administer;
        LIST_KEYS: Get "/api/keys" Administer;
        CREATE_KEY: Post "/api/keys" Administer;
        REVOKE_KEY: Delete "/api/keys/{id}" Administer;
        LIST_AUDIT: Get "/api/audit" Administer;
    }
    "auth-api" {
        SIGN_IN: Post "/auth/google-jwt" Public.rated(limits::SIGN_IN);
        REFRESH: Post "/auth/refresh" Public.rated(limits::SIGN_IN);
        SIGN_OUT: Post "/auth/logout" Public.rated(limits::SIGN_IN);
        WHO_AM_I: Get "/auth/user-jwt" SignedIn;
    }
    "public-api" {
        CHECK_HEALTH: Get "/api/health" Public;
        RECORD_RECEIPTS: Post "/api/receipts/{provider}" Public;
    }
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
