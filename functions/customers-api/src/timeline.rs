//! What happened with a customer, from all the places where it is kept.

use axum::extract::{Path, State};
use axum::response::Response;
use crm_domain::ids::CustomerId;
use crm_domain::membership::Move;
use crm_domain::ports::{Enqueue, StoreError};
use crm_domain::segment::Segments;
use crm_domain::timeline::{Happening, Kind, Place, page};
use crm_lambda::api::App;
use crm_lambda::contract::shapes::{self, ActivityOf, MessageTo};
use crm_lambda::paging::Paging;
use crm_lambda::problem::Problem;
use crm_lambda::view;

use crate::http::{Store, parse_id};
use crate::segments::told;

pub async fn show_timeline<S: Store, Q: Enqueue>(
    State(app): State<App<S, Q>>,
    Path(id): Path<String>,
    paging: Paging,
) -> Result<Response, Problem> {
    let store = &*app.store;
    let customer = store.customer(parse_id(&id)?).await?.ok_or_else(|| Problem::not_found("customer"))?.record;
    let identities = customer.identities();
    let after = paging.after.as_deref().map(Place::read);
    let segments = store.all_segments().await?;
    // One more than the page holds says whether there is another.
    let wanted = paging.limit + 1;
    let orders = store.orders_of(&identities, after.as_ref().map(|place| place.bound(Kind::Order)), wanted);
    let moves = moves(store, &identities, after.as_ref(), &segments, wanted);
    let (orders, activities, messages, moves) =
        tokio::try_join!(orders, store.activities_of(&identities), store.messages_to(&identities), moves)?;
    let mut found = moves;
    found.extend(orders.items.into_iter().filter_map(|order| Some((Place::order(&order)?, Happening::Order(order)))));
    found.extend(activities.into_iter().map(|activity| (Place::activity(&activity), Happening::Activity(activity))));
    // What is left of messages to somebody who was erased tells nothing of who came after them.
    let theirs = messages.into_iter().filter(|(_, message)| *message != message.anonymous());
    found.extend(theirs.map(|(campaign, message)| {
        (Place::message(&campaign, &message), Happening::Message(Box::new(campaign), Box::new(message)))
    }));
    let page = page(found, after.as_ref(), paging.limit);
    Ok(paging.answer(page, |happening| show(happening, &segments, &app)))
}

/// The newest `wanted` moves of each identity after a place: those that are told.
async fn moves<S: Store>(
    store: &S,
    identities: &[CustomerId],
    after: Option<&Place>,
    segments: &Segments,
    wanted: usize,
) -> Result<Vec<(Place, Happening)>, StoreError> {
    let mut found = Vec::new();
    for identity in identities {
        let mut own: Vec<(Place, Happening)> = Vec::new();
        let mut position = after.map(|place| place.bound(Kind::Segment));
        loop {
            let page = store.moves(*identity, position, wanted).await?;
            for (sort, together) in page.items {
                let placed = together.into_iter().enumerate().map(|(index, one)| (Place::segment(&sort, index, *identity), one));
                let shown =
                    |(place, one): &(Place, Move)| after.is_none_or(|after| place < after) && told(segments, one).is_some();
                own.extend(placed.filter(shown).map(|(place, one)| (place, Happening::Move(one))));
            }
            position = page.next;
            if position.is_none() || own.len() >= wanted {
                break;
            }
        }
        found.append(&mut own);
    }
    Ok(found)
}

fn show<S, Q>(happening: Happening, segments: &Segments, app: &App<S, Q>) -> Option<shapes::Happening> {
    Some(match happening {
        Happening::Order(order) => {
            shapes::Happening::Order { at: order.placed_at()?, order: view::order(&order, &app.settings)? }
        }
        Happening::Activity(activity) => {
            let at = activity.at;
            shapes::Happening::Activity { at, activity: ActivityOf { id: activity.id.to_string(), r#type: activity.kind } }
        }
        Happening::Message(campaign, message) => {
            let (at, status) = (message.told_at(), message.status());
            let message = MessageTo {
                campaign_id: campaign.id.to_string(),
                campaign_name: campaign.name,
                channel: message.channel,
                status,
                subject: message.subject,
                skipped_reason: message.skipped_reason,
            };
            shapes::Happening::Message { at, message }
        }
        Happening::Move(one) => shapes::Happening::Segment { at: one.at, moved: told(segments, &one)? },
    })
}
