//! What the package would be, looked at before forwarding.

use super::*;

both! {
    async fn the_city_looks_before_it_forwards(app: App) {
        let tree = app.tree().await;
        let Sides { city, .. } = sides(&app, &tree).await;
        let path = "/cycles/2026-11/package-preview";
        let one = app.packable(&tree, "王小明").await;
        app.set_clock("2026-11-24T02:00:00Z");
        city.get("/cycles/2020-01/package-preview").await.problem(404, "not_found");
        city.get("/cycles/2026-12/package-preview").await.problem(409, "batch_empty");
        let before = app.service.files.list().await.unwrap().len();
        let preview = city.get(path).await.expect(200);
        assert_eq!(preview.header("content-digest"), content_digest(&preview.bytes));
        assert_eq!(preview.header("content-length"), preview.bytes.len().to_string());
        let manifest = manifest_of(&preview.bytes);
        assert_eq!((&manifest["preview"], manifest.get("batch_id")), (&json!(true), None));
        assert_eq!(candidates_of(&manifest).into_keys().collect::<Vec<_>>(), [one]);
        assert_eq!(app.service.files.list().await.unwrap().len(), before, "nothing of it stays");
        let audited = traces(&app, "2026-11").await;
        assert_eq!(audited.audited.iter().filter(|action| *action == "cycle.package_previewed").count(), 1);
        assert!(audited.texts.contains(&one.to_string()) && audited.announced.is_empty());
        // As they are now: a second look sees who came in between.
        app.packable(&tree, "李四").await;
        let again = city.get(path).await.expect(200);
        assert_eq!(candidates_of(&manifest_of(&again.bytes)).len(), 2);
        let batch = forwarded(&app, &city).await;
        built(&app).await;
        let zip = city.get(&format!("/batches/{}/package", batch.id())).await.expect(200).bytes;
        let but_manifest = |zip: &[u8]| files(zip).into_iter().map(|(name, _)| name).collect::<Vec<_>>();
        assert_eq!(but_manifest(&zip), but_manifest(&again.bytes));
        city.get(path).await.problem(409, "batch_empty");
    }

    async fn a_preview_without_a_photo_says_so(app: App) {
        let tree = app.tree().await;
        let Sides { city, .. } = sides(&app, &tree).await;
        let one = app.packable(&tree, "王小明").await;
        let read = app.service.store.read(move |db| {
            Ok::<_, haoren::service::Error>(haoren::storage::photos::list_of(db, one)?)
        });
        let photo = read.await.unwrap()[0].id;
        app.service.files.delete(&haoren::storage::files::FileKey::of_photo(photo)).await.unwrap();
        let refused = city.get("/cycles/2026-11/package-preview").await.problem(409, "package_failed");
        assert_eq!(refused.json["errors"][0]["reason"], "photo_missing");
    }
}
