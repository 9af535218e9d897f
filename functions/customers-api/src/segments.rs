//! The segments of a customer: where they belong, and how they came there.

use axum::Json;
use axum::extract::{Path, State};
use axum::response::Response;
use crm_domain::ids::CustomerId;
use crm_domain::membership::{Move, Standing};
use crm_domain::ports::{Enqueue, Page};
use crm_domain::segment::Segments;
use crm_lambda::api::App;
use crm_lambda::contract::shapes::{self, MemberOf, MoveKind};
use crm_lambda::paging::Paging;
use crm_lambda::problem::Problem;

use crate::http::{Store, parse_id};

pub async fn list_segments<S: Store, Q: Enqueue>(
    State(app): State<App<S, Q>>,
    Path(id): Path<String>,
) -> Result<Json<shapes::Page<MemberOf>>, Problem> {
    let id = own_identity(&*app.store, &id).await?;
    let standing = app.store.standings(&[id]).await?.pop().unwrap_or_else(|| Standing::nowhere(id));
    let segments = app.store.all_segments().await?;
    let shown = segments.all.iter().filter_map(|held| Some((&held.record, held.record.shown.as_ref()?.id)));
    let items = shown.filter_map(|(segment, edition)| {
        let since = *standing.member_of.get(&edition)?;
        Some(MemberOf { id: segment.id.to_string(), name: segment.name.clone(), since })
    });
    Ok(Json(shapes::Page { items: items.collect(), next_cursor: None }))
}

pub async fn list_moves<S: Store, Q: Enqueue>(
    State(app): State<App<S, Q>>,
    Path(id): Path<String>,
    paging: Paging,
) -> Result<Response, Problem> {
    let id = own_identity(&*app.store, &id).await?;
    let page = app.store.moves(id, paging.after.clone(), paging.limit).await?;
    let segments = app.store.all_segments().await?;
    let together = |moves: Vec<Move>| moves.into_iter().rev().filter_map(|one| told(&segments, &one)).collect::<Vec<_>>();
    let items = page.items.into_iter().flat_map(|(_, moves)| together(moves)).collect();
    Ok(paging.answer(Page { items, next: page.next }, |one: shapes::Move| one))
}

/// The identity that a customer has kept, by whichever they are asked for.
async fn own_identity<S: Store>(store: &S, id: &str) -> Result<CustomerId, Problem> {
    let id = parse_id(id)?;
    Ok(store.identities(id).await?.first().copied().unwrap_or(id))
}

/// A move as it is shown. What a meaning brings that nobody is shown yet is not told; nor is a segment that is gone.
pub fn told(segments: &Segments, one: &Move) -> Option<shapes::Move> {
    let segment = &segments.find(one.segment)?.record;
    segment.shown.as_ref().filter(|shown| one.edition <= shown.id)?;
    let event = if one.entered { MoveKind::Entered } else { MoveKind::Left };
    Some(shapes::Move { segment_id: one.segment.to_string(), name: segment.name.clone(), event, at: one.at, cause: one.cause })
}
