//! Hours as they are read, and the next open instant beside a walk by minutes.

use super::*;
use crate::time::SECOND;
use proptest::prelude::*;

fn read(text: &str) -> Result<Timing, Vec<String>> {
    let json = Json::parse(text.as_bytes()).unwrap();
    let mut fields = Fields::of(&json, "").unwrap();
    let timing = Timing::read(&mut fields);
    fields.finish().map(|()| timing).map_err(|faults| faults.0.into_iter().map(|fault| fault.field).collect())
}

fn at(text: &str) -> Time {
    Time::parse(text).unwrap()
}

fn due(timing: &str, zone: &str, now: &str) -> String {
    let timing = read(timing).unwrap();
    timing.due(&timing.week(), (!zone.is_empty()).then_some(zone), at(now)).to_string()
}

#[test]
fn timing_is_read_as_it_is_shown() {
    let text = r#"{"localTime":"2026-12-01T09:00:00","timeZone":"Asia/Kolkata","windows":[{"from":"09:00","until":"24:00"},{"from":"22:00","until":"02:30","days":["mon","sat"]}],"quietHours":{"from":"21:00","until":"08:00"},"ratePerMinute":600}"#;
    let timing = read(text).unwrap();
    assert_eq!(serde_json::to_string(&timing).unwrap(), text);
    assert_eq!(serde_json::from_str::<Timing>(text).unwrap(), timing);
    assert_eq!(read("{}").unwrap(), Timing::default());
    assert_eq!(read(r#"{"localTime":null,"windows":null,"quietHours":null}"#).unwrap(), Timing::default());
}

#[test]
fn every_fault_has_its_place() {
    let faults = |text: &str| read(text).unwrap_err();
    assert_eq!(
        faults(
            r#"{"localTime":"2026-12-01","timeZone":"Mars/Base","windows":[{"from":"9:00","until":"10:00"},
                {"from":"09:00","until":"09:00","days":["monday"],"x":1}],"quietHours":{"from":"24:00"},"ratePerMinute":0}"#
        ),
        [
            "localTime",
            "timeZone",
            "windows[0].from",
            "windows[1].until",
            "windows[1].days",
            "windows[1].x",
            "quietHours.from",
            "quietHours.until",
            "ratePerMinute"
        ]
    );
    for local in ["2026-12-01T25:00", "2026-12-01T09:00:30", "2026-12-01T09:00Z", "2026-02-30T09:00", "2026-12-01T9:00", "7"] {
        assert_eq!(faults(&format!(r#"{{"localTime":"{local}"}}"#)), ["localTime"], "{local}");
    }
    let shut = r#"{"windows":[{"from":"22:00","until":"23:00"}],"quietHours":{"from":"21:00","until":"08:00"}}"#;
    assert_eq!(faults(shut), ["quietHours"]);
}

#[test]
fn each_zone_has_its_own_morning() {
    let nine = r#"{"localTime":"2026-12-01T09:00"}"#;
    for (zone, expected) in [
        ("Pacific/Kiritimati", "2026-11-30T19:00:00Z"),
        ("Asia/Kolkata", "2026-12-01T03:30:00Z"),
        ("", "2026-12-01T09:00:00Z"),
        ("No/Such", "2026-12-01T09:00:00Z"),
        ("America/New_York", "2026-12-01T14:00:00Z"),
        ("Etc/GMT+12", "2026-12-01T21:00:00Z"),
    ] {
        assert_eq!(due(nine, zone, "2026-11-30"), expected, "{zone}");
    }
    assert_eq!(due(r#"{"localTime":"2026-12-01T09:00","timeZone":"Asia/Kolkata"}"#, "", "2026-11-30"), "2026-12-01T03:30:00Z");
    assert_eq!(due(nine, "Asia/Kolkata", "2026-12-01T05:00:00Z"), "2026-12-01T05:00:00Z", "passed there: at once");
    let [earliest, latest] = read(nine).unwrap().stretch().unwrap();
    assert_eq!((earliest, latest), (at("2026-11-30T19:00:00Z"), at("2026-12-01T21:00:00Z")));
}

#[test]
fn clocks_that_are_put_forward_or_back_leave_no_gap() {
    // Berlin, 2026-03-29: 02:00 becomes 03:00 at 01:00 UTC; 2026-10-25: 03:00 becomes 02:00 at 01:00 UTC.
    let berlin = |timing: &str, now: &str| due(timing, "Europe/Berlin", now);
    assert_eq!(berlin(r#"{"localTime":"2026-03-29T02:30"}"#, "2026-03-01"), "2026-03-29T01:30:00Z", "as much later");
    assert_eq!(berlin(r#"{"localTime":"2026-10-25T02:30"}"#, "2026-03-01"), "2026-10-25T00:30:00Z", "the first one");
    let window = r#"{"windows":[{"from":"02:30","until":"04:00"}]}"#;
    assert_eq!(berlin(window, "2026-03-28T23:00:00Z"), "2026-03-29T01:00:00Z", "open as soon as the clock shows it");
    let night = r#"{"windows":[{"from":"02:00","until":"02:30"}]}"#;
    assert_eq!(berlin(night, "2026-10-25T00:40:00Z"), "2026-10-25T01:00:00Z", "open twice");
    let missing = r#"{"windows":[{"from":"02:10","until":"02:20","days":["sun"]}]}"#;
    assert_eq!(berlin(missing, "2026-03-28T23:00:00Z"), "2026-04-05T00:10:00Z", "that week has none");
}

#[test]
fn hours_may_pass_midnight_and_belong_to_the_day_on_which_they_begin() {
    let night = r#"{"windows":[{"from":"22:00","until":"02:00","days":["sun"]}]}"#;
    assert_eq!(due(night, "", "2026-11-23T01:59:30Z"), "2026-11-23T01:59:30Z", "Monday, and still open");
    assert_eq!(due(night, "", "2026-11-23T02:00:00Z"), "2026-11-29T22:00:00Z");
    let quiet = r#"{"quietHours":{"from":"21:00","until":"08:00"}}"#;
    assert_eq!(due(quiet, "Asia/Kolkata", "2026-11-23T15:29:59.5Z"), "2026-11-23T15:29:59.5Z");
    assert_eq!(due(quiet, "Asia/Kolkata", "2026-11-23T15:30:00.5Z"), "2026-11-24T02:30:00Z");
}

const ZONES: [&str; 7] =
    ["UTC", "Asia/Kolkata", "America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "Asia/Kathmandu", "America/St_Johns"];

/// Whether the wall clock shows an open time, asked without a table.
fn is_open(timing: &Timing, zone: &TimeZone, at: Time) -> bool {
    let shown = zone.to_datetime(at.timestamp());
    let minute = shown.hour() as u16 * 60 + shown.minute() as u16;
    let day = shown.weekday().to_monday_zero_offset() as usize;
    let days = [Day::Mon, Day::Tue, Day::Wed, Day::Thu, Day::Fri, Day::Sat, Day::Sun];
    let within = |hours: Hours, takes: &dyn Fn(Day) -> bool| {
        let (from, until) = (hours.from.0, hours.until.0);
        let (today, before) = (days[day], days[(day + 6) % 7]);
        if from < until {
            takes(today) && (from..until).contains(&minute)
        } else {
            (takes(today) && minute >= from) || (takes(before) && minute < until)
        }
    };
    let open = timing.windows.is_empty()
        || timing.windows.iter().any(|window| within(window.hours, &|day| window.days.is_empty() || window.days.contains(&day)));
    open && !timing.quiet_hours.is_some_and(|quiet| within(quiet, &|_| true))
}

fn hours() -> impl Strategy<Value = Hours> {
    (0..1_440_u16, 0..=1_440_u16)
        .prop_filter("no stretch", |(from, until)| from != until)
        .prop_map(|(from, until)| Hours { from: Clock(from), until: Clock(until) })
}

fn timings() -> impl Strategy<Value = Timing> {
    let days = prop::collection::btree_set(prop::sample::select(vec![Day::Mon, Day::Wed, Day::Sat, Day::Sun]), 0..3);
    let window = (hours(), days).prop_map(|(hours, days)| Window { hours, days });
    (prop::collection::vec(window, 0..4), prop::option::of(hours()))
        .prop_map(|(windows, quiet_hours)| Timing { windows, quiet_hours, ..Timing::default() })
        .prop_filter("never open", |timing| timing.week().is_ever_open())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    /// Around both changes of the clocks, too: the first open minute is the one that a walk by minutes finds.
    #[test]
    fn the_next_open_minute_is_the_first(
        timing in timings(),
        zone in prop::sample::select(&ZONES[..]),
        start in prop::sample::select(vec!["2026-03-07", "2026-03-28", "2026-04-04", "2026-10-24", "2026-10-31", "2026-06-01"]),
        seconds in 0..172_800_i64,
    ) {
        let tz = jiff::tz::db().get(zone).unwrap();
        let now = at(start).plus(seconds * SECOND);
        let found = timing.due(&timing.week(), Some(zone), now);
        let mut walked = now;
        while !is_open(&timing, &tz, walked) {
            walked = Time::from_micros((walked.micros() / MINUTE + 1) * MINUTE);
        }
        prop_assert_eq!(found, walked);
    }
}
