//! What a preview is measured against: the same items read with the bare SDK, in as many parts, and nothing done with them.
//!
//! `cargo run -p crm-aws --example bare_scan -- TABLE ATTRIBUTE...` prints items and milliseconds.

use std::time::Instant;

use aws_sdk_dynamodb::Client;
use futures_util::future::try_join_all;

/// As many as a preview reads side by side.
const PARTS: i32 = 4;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let table = arguments.next().ok_or("the table is missing")?;
    let names: Vec<String> = arguments.collect();
    let client = Client::new(&crm_aws::config());
    let started = Instant::now();
    let parts = try_join_all((0..PARTS).map(|part| read(&client, &table, &names, part))).await?;
    println!("{} {}", parts.into_iter().sum::<usize>(), started.elapsed().as_millis());
    Ok(())
}

async fn read(client: &Client, table: &str, names: &[String], part: i32) -> Result<usize, Box<dyn std::error::Error>> {
    let placeholders: Vec<String> = (0..names.len()).map(|index| format!("#a{index}")).collect();
    let (mut items, mut after) = (0, None);
    loop {
        let mut request = client
            .scan()
            .table_name(table)
            .segment(part)
            .total_segments(PARTS)
            .projection_expression(placeholders.join(","))
            .set_exclusive_start_key(after);
        for (placeholder, name) in placeholders.iter().zip(names) {
            request = request.expression_attribute_names(placeholder, name);
        }
        let page = request.send().await?;
        items += page.items().len();
        after = page.last_evaluated_key;
        if after.is_none() {
            return Ok(items);
        }
    }
}
