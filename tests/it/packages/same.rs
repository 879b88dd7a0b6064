//! The same snapshot gives the same bytes: twice, and on both databases.

use haoren::{
    domain::{batch::Batch, candidate::Candidate, id::UserId, organization::Organization},
    service::{
        Error, cycles,
        packages::{Frozen, Workshop},
    },
    storage::{self, Connection, files::FileKey, organizations::OrganizationFilter},
};
use uuid::Uuid;

use super::*;

/// A batch with everything that it is made of.
struct Copied {
    organizations: Vec<Organization>,
    candidates: Vec<Candidate>,
    batch: Batch,
    header: Vec<u8>,
    snapshots: Vec<haoren::domain::batch::Snapshot>,
}

async fn copy(app: &App, id: BatchId) -> Copied {
    let read = app.service.store.read(move |db| {
        let snapshots: Vec<_> = storage::batches::items(db, id)?.into_iter().map(|item| item.snapshot).collect();
        let ids: Vec<CandidateId> = snapshots.iter().map(|snapshot| snapshot.candidate_id).collect();
        Ok::<_, Error>(Copied {
            organizations: storage::organizations::list(db, &OrganizationFilter::default(), None, 100)?,
            candidates: storage::candidates::list_of(db, &ids)?,
            batch: storage::batches::find(db, id)?.unwrap(),
            header: storage::packages::header(db, id)?.unwrap(),
            snapshots,
        })
    });
    read.await.unwrap()
}

/// Puts a batch into another database as it is; telephone numbers are sealed there by another key.
async fn paste(app: &App, copied: Copied) {
    let by: UserId = app.user(Role::Citizen, None).await.0;
    let ids: Vec<CandidateId> = copied.candidates.iter().map(|candidate| candidate.id).collect();
    let service = app.service.clone();
    let Copied { mut organizations, candidates, batch, header, snapshots } = copied;
    // Who stands above comes first.
    organizations
        .sort_by_key(|one| (one.parent_id.is_some(), one.district_id.is_some(), one.parent_id != one.district_id));
    let photos: Vec<_> = snapshots.iter().flat_map(|snapshot| &snapshot.photos).map(|photo| photo.id).collect();
    app.write(move |db| {
        cycles::ensure(&service, db)?;
        for organization in &organizations {
            storage::organizations::insert(db, organization)?;
        }
        for candidate in &candidates {
            storage::candidates::insert(db, &Candidate { number: 0, ..candidate.clone() })?;
        }
        Ok(())
    })
    .await;
    for id in &ids {
        app.give_files(*id).await;
    }
    for photo in photos {
        app.service.files.put(FileKey::Photo(photo), photo_content(photo).into()).await.unwrap();
    }
    app.write(move |db| {
        storage::batches::insert(db, (&Batch { forwarded_by: by, ..batch.clone() }, header), &snapshots)?;
        Ok(storage::batch_material::copy_contacts(db, batch.id, &ids)?)
    })
    .await;
}

both! {
    async fn it_is_identical_when_built_twice_and_on_another_database(app: App) {
        let tree = app.tree().await;
        for name in ["王小明", "李四"] {
            app.packable(&tree, name).await;
        }
        let Sides { city, .. } = sides(&app, &tree).await;
        let batch = forwarded(&app, &city).await;
        built(&app).await;
        let zip = city.get(&format!("/batches/{}/package", batch.id())).await.expect(200).bytes;
        app.time.advance(chrono::Duration::days(40));
        let (service, id) = (app.service.clone(), batch_id(&batch));
        let again = app.service.store.read(move |db: &mut Connection| Frozen::load(&service, db, id)).await.unwrap();
        let workshop = Workshop { service: app.service.clone(), id: Uuid::from_u128(7), claim: None };
        let again = workshop.make(again).await.unwrap();
        assert_eq!((hex::encode(again.sha256), again.size), (sha256(&zip), zip.len() as u64));
        assert_eq!(again.manifest, files(&zip)[0].1);

        let copied = copy(&app, id).await;
        let other = App::on_sqlite().await;
        other.time.advance(chrono::Duration::days(1));
        paste(&other, copied).await;
        assert_eq!(built(&other).await, 1);
        let reader = other.user(Role::Portal, None).await.1;
        let there = reader.get(&format!("/batches/{}/package", batch.id())).await.expect(200).bytes;
        assert!(there == zip, "{} and {} bytes", there.len(), zip.len());
    }

    async fn a_takeover_between_the_files_and_the_end_gives_the_same_once(app: App) {
        let tree = app.tree().await;
        app.packable(&tree, "王小明").await;
        let Sides { city, .. } = sides(&app, &tree).await;
        let batch = forwarded(&app, &city).await;
        let id = batch_id(&batch);
        // All files are stored, the ZIP too; then the process dies.
        let (now, token) = (app.service.clocks.machine(), Uuid::from_u128(9));
        let lease = now + chrono::Duration::minutes(2);
        let claim = app.write(move |db| Ok(storage::packages::claim(db, (now, lease), token)?.unwrap())).await;
        let service = app.service.clone();
        let frozen = app.service.store.read(move |db: &mut Connection| Frozen::load(&service, db, id)).await.unwrap();
        let workshop = Workshop { service: app.service.clone(), id: id.into(), claim: Some(claim) };
        let made = workshop.make(frozen).await.unwrap();
        assert_eq!(built(&app).await, 0, "somebody works on it");
        city.get(&format!("/batches/{id}/package")).await.problem(409, "package_not_ready");
        assert!(traces(&app, id).await.announced.is_empty());

        let other = app.beside().await;
        other.set_clock(FORWARDING);
        assert_eq!(built(&other).await, 0);
        other.time.advance(chrono::Duration::minutes(3));
        assert_eq!(built(&other).await, 1);
        // The one that was thought dead comes back, and has worked in vain.
        let late = workshop.make(frozen_of(&app, id).await).await;
        assert_eq!(late, Err(packages::Broken::Lost));
        let package = city.get(&format!("/batches/{id}")).await.expect(200).json["package"].clone();
        assert_eq!(package["sha256"], hex::encode(made.sha256));
        let zip = city.get(&format!("/batches/{id}/package")).await.expect(200).bytes;
        assert_eq!(sha256(&zip), hex::encode(made.sha256));
        assert_eq!(traces(&app, id).await.announced, ["batch.forwarded"]);
    }
}

async fn frozen_of(app: &App, id: BatchId) -> Frozen {
    let service = app.service.clone();
    app.service.store.read(move |db: &mut Connection| Frozen::load(&service, db, id)).await.unwrap()
}
