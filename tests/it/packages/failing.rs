//! What happens when a package cannot be built, and to batches from before there were packages.

use chrono::Duration;
use diesel::{RunQueryDsl as _, sql_query};
use haoren::{
    domain::id::PhotoId,
    service::{Error, sweeping},
    storage::{self, files::FileKey},
};

use super::*;

async fn photo_ids(app: &App, id: CandidateId) -> Vec<PhotoId> {
    let read = app.service.store.read(move |db| Ok::<_, Error>(storage::photos::list_of(db, id)?));
    read.await.unwrap().into_iter().map(|photo| photo.id).collect()
}

both! {
    async fn it_is_tried_several_times_then_given_up_and_can_be_built_again(app: App) {
        let tree = app.tree().await;
        let one = app.packable(&tree, "王小明").await;
        let photo = photo_ids(&app, one).await[0];
        app.service.files.delete(&FileKey::of_photo(photo)).await.unwrap();
        let Sides { city, portal } = sides(&app, &tree).await;
        let batch = forwarded(&app, &city).await;
        let path = format!("/batches/{}", batch.id());
        for pause in [0, 10, 40, 160, 640] {
            app.time.advance(Duration::seconds(pause) - Duration::milliseconds(i64::from(pause > 0)));
            let status = city.get(&path).await.expect(200).json["package"]["status"].clone();
            assert_eq!(status, "building");
            if pause > 0 {
                assert!(!packages::is_any_due(&app.service).await.unwrap(), "not before {pause} s");
                app.time.advance(Duration::milliseconds(1));
            }
            assert!(packages::is_any_due(&app.service).await.unwrap(), "after {pause} s");
            assert_eq!(built(&app).await, 0);
        }
        let sides = sides(&app, &tree).await;
        let failed = sides.city.get(&path).await.expect(200).json["package"].clone();
        assert_eq!((&failed["status"], &failed["failure"]), (&json!("failed"), &json!("photo_missing")));
        let refused = sides.portal.get(&format!("{path}/package")).await.problem(409, "package_failed");
        let told = city.get("/me/notifications").await.expect(200).json["items"][0].clone();
        assert_eq!((&told["kind"], &told["batch_id"]), (&json!("package_failed"), &json!(path.rsplit('/').next())));
        assert_eq!(refused.json["errors"][0]["reason"], "photo_missing");
        assert_eq!(portal.get("/batches?status=pending").await.expect(200).json["items"], json!([]));
        assert!(traces(&app, batch.id()).await.announced.is_empty());

        app.service.files.put(FileKey::Photo(photo), b"another picture".as_slice().into()).await.unwrap();
        sides.portal.post(&format!("{path}/package"), json!({})).await.problem(403, "forbidden");
        let again = sides.city.post(&format!("{path}/package"), json!({})).await.expect(202);
        assert_eq!(again.json["package"]["status"], "building");
        assert_eq!(built(&app).await, 0, "another picture is not what was forwarded");
        app.service.files.put(FileKey::Photo(photo), photo_content(photo).into()).await.unwrap();
        app.time.advance(Duration::seconds(10));
        assert_eq!(built(&app).await, 1);
        assert_eq!(sides.city.get(&path).await.expect(200).json["package"]["failure"], Value::Null);
        sides.city.get(&format!("{path}/package")).await.expect(200);
        assert_eq!(traces(&app, batch.id()).await.announced, ["batch.forwarded"]);
    }

    async fn who_is_broken_off_each_time_is_given_up_too(app: App) {
        let tree = app.tree().await;
        app.packable(&tree, "王小明").await;
        let Sides { city, .. } = sides(&app, &tree).await;
        let batch = forwarded(&app, &city).await;
        for _ in 0..5 {
            let now = app.service.clocks.machine();
            app.write(move |db| Ok(storage::packages::claim(db, (now, now), uuid::Uuid::from_u128(1))?.unwrap())).await;
            app.time.advance(Duration::seconds(1));
        }
        assert_eq!(built(&app).await, 0);
        let package = city.get(&format!("/batches/{}", batch.id())).await.expect(200).json["package"].clone();
        assert_eq!((&package["status"], &package["failure"]), (&json!("failed"), &json!("interrupted")));
    }

    async fn a_batch_of_earlier_times_gets_what_its_snapshot_has_and_is_not_announced_again(app: App) {
        let tree = app.tree().await;
        let one = app.packable(&tree, "王小明").await;
        let (user, city) = app.user(Role::CityReviewer, Some(tree.city)).await;
        let photos = photo_ids(&app, one).await;
        let id = app.batch(one, user).await;
        app.write(move |db| {
            let mut item = storage::batches::items(db, id)?.remove(0).snapshot;
            item.file = None;
            for photo in &mut item.photos {
                photo.media_type = None;
            }
            let snapshot = serde_json::to_vec(&item).unwrap();
            let change = haoren::storage::schema::batch_items::dsl::snapshot;
            diesel::update(haoren::storage::schema::batch_items::table)
                .set(diesel::ExpressionMethods::eq(change, snapshot))
                .execute(db)
                .unwrap();
            sql_query("UPDATE batch_packages SET header = NULL, is_announced = TRUE").execute(db).unwrap();
            Ok(())
        })
        .await;
        app.service.files.delete(&FileKey::of_photo(photos[1])).await.unwrap();
        assert_eq!(built(&app).await, 1);
        let zip = city.get(&format!("/batches/{id}/package")).await.expect(200).bytes;
        let manifest = manifest_of(&zip);
        let candidate = &candidates_of(&manifest)[&one];
        assert_eq!(candidate["missing_photos"], json!([sha256(&photo_content(photos[1]))]));
        assert_eq!(candidate["folder"], "敬业奉献+江汉区政务服务中心+王小明");
        let names: Vec<String> = files(&zip).into_iter().map(|(name, _)| name).collect();
        assert!(names.iter().any(|name| name.ends_with("照片1.jpg")) && !names.iter().any(|name| name.ends_with("照片2.jpg")));
        assert!(!names.iter().any(|name| name.ends_with("审核意见.txt")));
        assert!(traces(&app, id).await.announced.is_empty());
    }

    async fn the_files_of_a_batch_are_kept_and_those_of_nobody_swept(app: App) {
        let tree = app.tree().await;
        let one = app.packable(&tree, "王小明").await;
        let Sides { city, .. } = sides(&app, &tree).await;
        let batch = forwarded(&app, &city).await;
        let photo = photo_ids(&app, one).await[0];
        // The photo is taken away, and the sweeper comes by, before the package is built.
        let unit = app.user(Role::UnitReviewer, Some(tree.unit)).await.1;
        assert!(app.write(move |db| Ok(storage::photos::delete(db, one, photo)?)).await);
        unit.get(&format!("/photos/{photo}")).await.problem(404, "not_found");
        let orphan = FileKey::Piece(uuid::Uuid::from_u128(1), [1; 32]);
        app.service.files.put(orphan, b"of nobody".as_slice().into()).await.unwrap();
        // The files' own times are the system's, wherever the test's clock stands.
        app.time.advance(Duration::days(365 * 200));
        assert_eq!(sweeping::sweep_files(&app.service).await.unwrap(), 1);
        assert_eq!(built(&app).await, 1);
        assert_eq!(sweeping::sweep_files(&app.service).await.unwrap(), 1, "the package has the photo");
        assert_eq!(app.service.files.find(FileKey::Photo(photo)).await.unwrap(), None);
        let reader = app.user(Role::Portal, None).await.1;
        let zip = reader.get(&format!("/batches/{}/package", batch.id())).await.expect(200).bytes;
        let kept = files(&zip).into_iter().find(|(name, _)| name.ends_with("照片1.jpg")).unwrap().1;
        assert_eq!(kept, photo_content(photo));
    }
}
