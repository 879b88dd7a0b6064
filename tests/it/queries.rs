//! How many queries a page takes does not depend on how many rows it has.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use diesel::{Connection as _, connection::InstrumentationEvent};
use haoren::{
    domain::{candidate::Candidate, candidate::Status, id::CandidateId, role::Role},
    service::{
        Caller, Error, caller,
        transitions::{Files, Loaded},
    },
    storage::{self, Connection},
};

use crate::harness::{App, Change};

/// Does `work` and counts the queries that it sends.
pub fn counted<T>(db: &mut Connection, work: impl FnOnce(&mut Connection) -> T) -> usize {
    let count = Arc::new(AtomicUsize::new(0));
    let seen = Arc::clone(&count);
    db.set_instrumentation(move |event: InstrumentationEvent<'_>| {
        if matches!(event, InstrumentationEvent::StartQuery { .. }) {
            seen.fetch_add(1, Ordering::SeqCst);
        }
    });
    drop(work(db));
    db.set_instrumentation(|_: InstrumentationEvent<'_>| {});
    count.load(Ordering::SeqCst)
}

both! {
    async fn what_a_reviewer_may_do_is_asked_for_a_whole_page(app: App) {
        let tree = app.tree().await;
        let recorder = app.user(Role::Citizen, None).await.0;
        let city = app.user(Role::CityReviewer, Some(tree.city)).await.0;
        let units = [tree.unit, tree.sister_unit, tree.window];
        let changes: Vec<Change> = (0..24)
            .map(|number| {
                let unit = units[number % units.len()];
                Box::new(move |candidate: &mut Candidate| {
                    candidate.status = if number % 2 == 0 { Status::Nominated } else { Status::Returned };
                    candidate.unit_id = Some(unit);
                }) as Change
            })
            .collect();
        let ids: Vec<CandidateId> = app.candidates(&tree, recorder, changes).await;
        let work = move |db: &mut Connection| {
            let account = caller::find_account(db, city, 1)?;
            let caller = Caller { account, ..Caller::default() };
            let all = storage::candidates::list_of(db, &ids)?;
            assert_eq!(all.len(), 24);
            let one = all[..1].to_vec();
            let few = counted(db, |db| Loaded::of_all(db, &caller, one.clone()).unwrap().len());
            let many = counted(db, |db| Loaded::of_all(db, &caller, all.clone()).unwrap().len());
            assert!(few > 5, "{few} queries were counted");
            assert_eq!(few, many);
            let few = counted(db, |db| Files::of(db, &one).unwrap());
            let many = counted(db, |db| Files::of(db, &all).unwrap());
            assert_eq!((few, many), (5, 5));
            Ok::<_, Error>(())
        };
        app.service.store.read(work).await.unwrap();
    }
}
