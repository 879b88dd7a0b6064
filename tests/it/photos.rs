//! Photos of candidates.

use haoren::{
    domain::{id::PhotoId, role::Role},
    service::{generator, sweeping},
    storage::files::FileKey,
};
use image::{ImageFormat, Rgb, RgbImage};
use serde_json::{Value, json};

use crate::harness::{App, Client, Tree};

fn picture(format: ImageFormat, width: u32, height: u32) -> Vec<u8> {
    let picture = RgbImage::from_fn(width, height, |x, y| {
        let [red, green, ..] = (x / 8 * 31 + y / 8 * 17).to_le_bytes();
        Rgb([red, green, 120])
    });
    let mut file = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut file, format).unwrap();
    file.into_inner()
}

/// Larger than the policy allows, as noise compresses badly.
fn heavy() -> Vec<u8> {
    let mut state = 7_u32;
    let picture = RgbImage::from_fn(700, 700, |_, _| {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        let [red, green, blue, _] = state.to_le_bytes();
        Rgb([red, green, blue])
    });
    let mut file = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut file, ImageFormat::Png).unwrap();
    file.into_inner()
}

async fn nominate(client: &Client, tree: &Tree) -> (String, String) {
    let body = json!({ "category": "dedication", "name": "张三", "summary": "好人好事。", "unit_id": tree.unit });
    let made = client.post("/candidates", body).await.expect(201);
    (made.id(), made.etag())
}

both! {
    async fn a_photo_is_read_while_it_is_removed(app: App) {
        let tree = app.tree().await;
        let citizen = app.citizen().await;
        let (id, _) = nominate(&citizen, &tree).await;
        let path = format!("/candidates/{id}/photos");
        for _ in 0..10 {
            let photo = citizen.upload(&path, None, "a.jpg", picture(ImageFormat::Jpeg, 400, 300)).await.expect(201).id();
            let (photo, of_candidate) = (format!("/photos/{photo}"), format!("{path}/{photo}"));
            let tag = app.tag(id.parse().unwrap()).await;
            let reads = futures_util::future::join_all((0..8).map(|_| citizen.get(&photo)));
            let (removed, reads) = tokio::join!(citizen.delete(&of_candidate, Some(&tag)), reads);
            removed.expect(204);
            for read in reads {
                assert!([200, 404].contains(&read.status.as_u16()), "{}", read.json);
            }
        }
    }

    async fn photos_are_added_read_and_removed(app: App) {
        let tree = app.tree().await;
        let citizen = app.citizen().await;
        let (id, _) = nominate(&citizen, &tree).await;
        let path = format!("/candidates/{id}/photos");
        let (_, sister) = app.user(Role::UnitReviewer, Some(tree.sister_unit)).await;
        let jpeg = picture(ImageFormat::Jpeg, 400, 300);
        app.anonymous().upload(&path, None, "a.jpg", jpeg.clone()).await.problem(401, "unauthenticated");
        app.admin().await.upload(&path, None, "a.jpg", jpeg.clone()).await.problem(403, "forbidden");
        sister.upload(&path, None, "a.jpg", jpeg.clone()).await.problem(404, "not_found");
        let keyed = citizen.with("Idempotency-Key", "photo");
        let first = keyed.upload(&path, None, "a.png", jpeg.clone()).await.expect(201);
        assert_eq!(first.json["media_type"], "image/jpeg");
        assert_eq!((first.json["width"].as_i64(), first.json["height"].as_i64()), (Some(400), Some(300)));
        let second = citizen.upload(&path, None, "b.png", picture(ImageFormat::Png, 300, 300)).await.expect(201);
        let third = citizen.upload(&path, None, "c.jpg", jpeg).await.problem(409, "photo_limit");
        assert_eq!(third.json["errors"][0]["limit"], 2);

        let read = citizen.get(&format!("/photos/{}", first.id())).await.expect(200);
        assert_eq!(read.header("content-type"), "image/jpeg");
        assert_eq!(read.header("cache-control"), "private, no-store");
        assert_eq!(read.bytes.len() as u64, first.json["byte_size"].as_u64().unwrap());
        let known = citizen.with("If-None-Match", read.header("etag"));
        known.get(&format!("/photos/{}", first.id())).await.expect(304);
        let thumb = citizen.get(&format!("/photos/{}?size=thumb", second.id())).await.expect(200);
        assert_eq!(thumb.header("content-type"), "image/jpeg");
        citizen.get(&format!("/photos/{}?size=huge", first.id())).await.problem(400, "invalid_query");
        app.anonymous().get(&format!("/photos/{}", first.id())).await.problem(404, "not_found");
        sister.get(&format!("/photos/{}", first.id())).await.problem(404, "not_found");

        let shown = citizen.get(&format!("/candidates/{id}")).await.expect(200);
        let photos: Vec<&Value> = shown.json["photos"].as_array().unwrap().iter().map(|photo| &photo["id"]).collect();
        assert_eq!(photos, [&first.json["id"], &second.json["id"]]);
        let of_photo = format!("{path}/{}", first.id());
        citizen.delete(&of_photo, None).await.problem(428, "precondition_required");
        citizen.delete(&of_photo, Some(&first.etag())).await.problem(412, "precondition_failed");
        citizen.delete(&of_photo, Some(&second.etag())).await.expect(204);
        citizen.get(&format!("/photos/{}", first.id())).await.problem(404, "not_found");
        citizen.delete(&of_photo, Some(&shown.etag())).await.problem(404, "not_found");
        assert_eq!(app.service.files.list().await.unwrap().len(), 2);
    }

    async fn what_is_no_fitting_photo_is_refused(app: App) {
        let tree = app.tree().await;
        let citizen = app.citizen().await;
        let (id, _) = nominate(&citizen, &tree).await;
        let path = format!("/candidates/{id}/photos");
        citizen.upload(&path, None, "a.jpg", b"GIF89a".to_vec()).await.problem(422, "photo_unreadable");
        let small = citizen.upload(&path, None, "a.jpg", picture(ImageFormat::Jpeg, 400, 299)).await;
        let fault = small.problem(422, "photo_too_small").json["errors"][0].clone();
        assert_eq!((&fault["pointer"], &fault["limit"], &fault["actual"]), (&json!("/file"), &json!(300), &json!(299)));
        let large = citizen.upload(&path, None, "a.png", heavy()).await.problem(422, "photo_too_large");
        assert_eq!(large.json["errors"][0]["hint"], "fit=true");
        let fitted = citizen.upload(&format!("{path}?fit=true"), None, "a.png", heavy()).await.expect(201);
        assert!(fitted.json["byte_size"].as_u64().unwrap() <= 393_216);
        assert_eq!(fitted.json["media_type"], "image/jpeg");
        citizen.upload(&path, None, "a.jpg", vec![0; 20 * 1024 * 1024 + 1]).await.problem(413, "payload_too_large");
        citizen.post(&path, json!({})).await.problem(415, "unsupported_media_type");
        let form = reqwest::multipart::Form::new().text("picture", "x");
        let request = citizen.request(reqwest::Method::POST, &path).multipart(form);
        let faults = citizen.send(request).await.problem(422, "validation_failed").faults();
        assert_eq!(faults, [("/file".into(), "required".into()), ("/picture".into(), "unknown_member".into())]);
        assert_eq!(app.service.files.list().await.unwrap().len(), 2);
    }

    async fn one_place_is_not_taken_twice(app: App) {
        let tree = app.tree().await;
        let citizen = app.citizen().await;
        let (id, _) = nominate(&citizen, &tree).await;
        let path = format!("/candidates/{id}/photos");
        let jpeg = picture(ImageFormat::Jpeg, 300, 300);
        let sent = (0..6).map(|_| citizen.upload(&path, None, "a.jpg", jpeg.clone()));
        let replies = futures_util::future::join_all(sent).await;
        let taken = replies.iter().filter(|reply| reply.status == 201).count();
        assert_eq!(taken, 2, "{:?}", replies.iter().map(|reply| reply.status).collect::<Vec<_>>());
        assert!(replies.iter().all(|reply| reply.status == 201 || reply.json["code"] == "photo_limit"));
        assert_eq!(app.service.files.list().await.unwrap().len(), 4);
    }

    async fn files_without_a_row_are_swept(app: App) {
        let tree = app.tree().await;
        let citizen = app.citizen().await;
        let (id, _) = nominate(&citizen, &tree).await;
        let path = format!("/candidates/{id}/photos");
        let jpeg = picture(ImageFormat::Jpeg, 300, 300);
        let kept = citizen.upload(&path, None, "a.jpg", jpeg).await.expect(201).id();
        let orphan: PhotoId = generator::new_id(&app.service.clocks).unwrap();
        app.service.files.put(FileKey::Photo(orphan), bytes::Bytes::from_static(b"orphan")).await.unwrap();
        assert_eq!(sweeping::sweep_files(&app.service).await.unwrap(), 0);
        // The files' own times are the system's, wherever the test's clock stands.
        app.time.advance(chrono::Duration::days(365 * 200));
        assert_eq!(sweeping::sweep_files(&app.service).await.unwrap(), 1);
        let mut left: Vec<_> = app.service.files.list().await.unwrap().into_iter().map(|file| file.key).collect();
        left.sort();
        assert_eq!(left, FileKey::of_photo(kept.parse().unwrap()).map(Some));
    }
}
