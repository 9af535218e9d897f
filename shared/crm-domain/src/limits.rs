//! How much one request may bring, and how often: every cap of the API in one place.

use crate::time::{SECOND, Time};

/// Greatest request body, in bytes.
pub const BODY_BYTES: usize = 1_048_576;
/// How deep arrays and objects of a body may nest.
pub const JSON_DEPTH: usize = 32;
/// Items on a page when nothing is asked.
pub const PAGE_DEFAULT: usize = 25;
/// Most items on a page.
pub const PAGE: usize = 100;
/// Most objects in one queued write.
pub const BULK: usize = 500;
/// Most characters of an `Idempotency-Key`.
pub const IDEMPOTENCY_KEY: usize = 150;
/// Most lines of an order.
pub const ORDER_LINES: usize = 200;
/// Most tags of a customer.
pub const TAGS: usize = 50;
/// Most attribute keys in one request.
pub const ATTRIBUTES: usize = 50;
/// Greatest size of the attributes of one request, as JSON bytes.
pub const ATTRIBUTE_BYTES: usize = 4_096;
/// Most characters of what somebody says of an audience.
pub const PROMPT: usize = 1_000;
/// Most characters of what a campaign is for.
pub const OBJECTIVE: usize = 500;
/// Most variants of a campaign.
pub const VARIANTS: usize = 5;
/// Most segments of one SMS, each of which is paid for. Amazon SNS takes up to 1,600 characters, and ten segments have 1,530.
pub const SMS_SEGMENTS: u32 = 10;
/// How deep groups of rules may nest; the root has depth 1.
pub const RULE_DEPTH: usize = 6;
/// Most conditions of one rule tree.
pub const RULE_CONDITIONS: usize = 100;
/// Conditions of a rule tree once the segments that it names are written out: bounds what evaluating one costs.
pub const EXPANDED_CONDITIONS: usize = 500;
/// How deep groups may nest once the segments that it names are written out.
pub const EXPANDED_DEPTH: usize = 14;
/// Most segments.
pub const SEGMENTS: usize = 1_000;
/// Most segments that may name one segment, directly or through others: all of them change with it, at once.
pub const DEPENDENTS: usize = 80;
/// Most people whom one request adds to a list, or removes.
pub const LIST_CHANGES: usize = 10_000;
/// Most lists that one customer may be on.
pub const LISTS: usize = 200;
/// Most customers who may be merged into one.
pub const MERGED: usize = 50;
/// Most files on one customer, those included whose upload has not come yet.
pub const ATTACHMENTS: usize = 50;
/// Greatest size of a file on a customer, in bytes.
pub const ATTACHMENT_BYTES: i64 = 10_485_760;
/// Greatest size of a file that is imported, in bytes: some ten million orders.
pub const IMPORT_BYTES: u64 = 1_000_000_000;
/// Most different attributes of the members of a segment that is exported: each of them is a column.
pub const EXPORT_ATTRIBUTES: usize = 1_000;
/// Most API keys that are neither revoked nor expired.
pub const API_KEYS: usize = 100;
/// Most dead letters that are shown at once.
pub const DEAD_LETTERS: usize = 200;
/// Most characters of the reason that somebody gives for what they do.
pub const REASON: usize = 500;

/// A budget of requests that refills evenly: a token bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// Names the bucket in storage.
    pub name: &'static str,
    /// Requests that may come at once.
    pub burst: u32,
    /// Requests that come back per minute.
    pub per_minute: u32,
}

/// Signing in, renewing and signing out, per address: far above what an office behind one address does.
pub const SIGN_IN: Rate = Rate { name: "sign-in", burst: 200, per_minute: 120 };
/// Launching campaigns, per user: each one freezes an audience by a scan of all customers.
pub const LAUNCH: Rate = Rate { name: "launch", burst: 60, per_minute: 60 };
/// Counting and searching by rules, per user: each one scans customers. A form asks three times a second at most while somebody
/// types without a pause; this is ten, for as long as they like, and holds a script of somebody who may only read.
pub const SCAN: Rate = Rate { name: "scan", burst: 2_000, per_minute: 600 };
/// Asking for exports, per user: each one reads all members of a segment twice.
pub const EXPORT: Rate = Rate { name: "export", burst: 30, per_minute: 10 };
/// Asking the assistant, per user: what a person at a keyboard never reaches. What a model costs has a budget of its own.
pub const ASK: Rate = Rate { name: "ask", burst: 200, per_minute: 200 };
/// Redriving dead letters, per user: with up to 500 letters each, no more than workers apply beside everything else.
pub const REDRIVE: Rate = Rate { name: "redrive", burst: 20, per_minute: 20 };
/// Trying and resending to webhooks, per user: what receivers are spared of a script that has gone wild.
pub const RESEND: Rate = Rate { name: "resend", burst: 60, per_minute: 60 };

impl Rate {
    /// Takes one request out of a bucket, of which only the time is kept at which it will be full again (the generic cell
    /// rate algorithm, ITU-T I.371). Gives the bucket's new time.
    ///
    /// # Errors
    /// The whole seconds after which another try can succeed.
    pub fn take(self, full_at: Option<Time>, now: Time) -> Result<Time, u32> {
        let interval = 60 * SECOND / i64::from(self.per_minute.max(1));
        let next = full_at.map_or(now, |at| at.max(now)).plus(interval);
        let wait = next.micros() - now.micros() - interval * i64::from(self.burst);
        if wait <= 0 { Ok(next) } else { Err((wait as u64).div_ceil(SECOND as u64) as u32) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_gives_its_burst_then_its_rate() {
        let rate = Rate { name: "test", burst: 3, per_minute: 6 };
        let at = |seconds: i64| Time::from_micros(seconds * SECOND);
        let mut bucket = None;
        let mut take = |now: Time| {
            let taken = rate.take(bucket, now);
            bucket = taken.ok().or(bucket);
            taken.err()
        };
        assert_eq!([take(at(0)), take(at(0)), take(at(0))], [None; 3]);
        assert_eq!(take(at(0)), Some(10), "one comes back every ten seconds");
        assert_eq!(take(at(9)), Some(1));
        assert_eq!([take(at(10)), take(at(10))], [None, Some(10)]);
        // After a long rest the bucket is full, and not fuller.
        assert_eq!((0..5).filter(|_| take(at(1_000)).is_none()).count(), 3);
    }
}
