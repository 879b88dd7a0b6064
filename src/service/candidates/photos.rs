//! Photos of a candidate: sent by the nominator or the unit, read as the candidate.

use bytes::Bytes;
use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::{access, update};
use crate::{
    domain::{
        candidate::Candidate,
        cycle::Cycle,
        fault::{Code, Fault},
        id::{CandidateId, PhotoId},
        photo::{PhotoFacts, PhotoLimits},
        policy::Policy,
    },
    service::{
        Service,
        caller::Caller,
        error::Error,
        generator,
        idempotency::{self, Attempt, FirstAnswer},
        pictures::{Picture, PictureError},
        record::Deed,
    },
    storage::{
        self, Connection,
        files::{FileKey, FilesError},
        photos::PhotoRow,
        sql_values::At,
    },
};

/// A photo with the version of its candidate, which grows with every photo.
#[derive(Clone, Debug)]
pub struct PhotoOf {
    /// The photo.
    pub photo: PhotoRow,
    /// The candidate's version.
    pub version: i64,
}

/// Adds a photo. Decoding, checking and putting the file come before the transaction, the row last.
pub async fn add_photo(
    service: &Service,
    caller: &Caller,
    (id, fit): (CandidateId, bool),
    upload: Bytes,
    attempt: Option<Attempt>,
) -> Result<PhotoOf, Error> {
    let seen = update::find_editable(service, caller, id).await?;
    let limits = service
        .store
        .read(move |db| {
            let cycle = cycle_of(db, &seen)?;
            // Asked again in the end; here it spares the work on a picture that cannot be taken.
            refuse_more(&storage::photos::list_of(db, id)?, &cycle.policy)?;
            Ok::<_, Error>(PhotoLimits::from(&cycle.policy))
        })
        .await?;
    let picture = service.pictures.prepare(upload, limits, fit).await.map_err(refused)?;
    let photo: PhotoId = generator::new_id(&service.clocks)?;
    put(service, photo, &picture).await?;
    let (in_service, caller) = (service.clone(), caller.clone());
    let row = photo_row(service, &caller, (id, photo), &picture)?;
    let written = service.store.write(move |db| write(&in_service, db, &caller, (row, limits), attempt.as_ref())).await;
    // Where the outcome of the commit is not known the row may be there, so the file stays; without a row it is swept.
    if written.as_ref().is_err_and(Error::is_certain)
        && let Err(error) = service.files.delete(&FileKey::of_photo(photo)).await
    {
        log::warn!("the file of a photo that was not taken could not be removed: {error}");
    }
    written
}

fn cycle_of(db: &mut Connection, candidate: &Candidate) -> Result<Cycle, Error> {
    let cycle = storage::cycles::find(db, candidate.cycle)?;
    cycle.ok_or_else(|| Error::Internal(format!("cycle {} is missing", candidate.cycle)))
}

fn refuse_more(photos: &[PhotoRow], policy: &Policy) -> Result<(), Error> {
    let limit = usize::try_from(policy.photo_count).unwrap_or(usize::MAX);
    if photos.len() >= limit {
        let fault = Fault::of(Code::PhotoLimit).with("limit", limit).with("actual", photos.len());
        return Err(Error::guards(vec![fault]));
    }
    Ok(())
}

fn refused(error: PictureError) -> Error {
    match error {
        PictureError::Refused(faults) => {
            let code = faults.first().map_or(Code::PhotoUnreadable, |fault| fault.code);
            let faults = faults.into_iter().map(|fault| fault.under("/file")).collect();
            Error::refused(code, faults)
        }
        PictureError::Interrupted => Error::Unavailable(error.to_string()),
    }
}

async fn put(service: &Service, photo: PhotoId, picture: &Picture) -> Result<(), Error> {
    let failed = |error: FilesError| Error::Unavailable(error.to_string());
    service.files.put(FileKey::Photo(photo), picture.content.clone()).await.map_err(failed)?;
    service.files.put(FileKey::Thumb(photo), picture.thumb.clone()).await.map_err(failed)
}

fn photo_row(
    service: &Service,
    caller: &Caller,
    (candidate_id, id): (CandidateId, PhotoId),
    picture: &Picture,
) -> Result<PhotoRow, Error> {
    let PhotoFacts { bytes, width_px, height_px } = picture.facts;
    let too_large = |_| Error::Internal("a picture larger than its limits".to_owned());
    Ok(PhotoRow {
        id,
        candidate_id,
        position: 0,
        media_type: picture.kind,
        byte_size: i32::try_from(bytes).map_err(too_large)?,
        width: i32::try_from(width_px).map_err(too_large)?,
        height: i32::try_from(height_px).map_err(too_large)?,
        sha256: Sha256::digest(&picture.content).to_vec(),
        uploaded_by: caller.id(),
        created_at: At(service.clocks.campaign()),
    })
}

fn write(
    service: &Service,
    db: &mut Connection,
    caller: &Caller,
    (row, limits): (PhotoRow, PhotoLimits),
    attempt: Option<&Attempt>,
) -> Result<PhotoOf, Error> {
    let (id, now) = (row.candidate_id, service.clocks.campaign());
    if let Some(account) = &caller.account {
        account.recheck(db)?;
    }
    idempotency::claim(db, attempt, service.clocks.machine())?;
    let (candidate, _) = update::lock_editable(db, caller, (id, None))?;
    update::refuse_closed(&candidate)?;
    let cycle = storage::cycles::find(db, candidate.cycle)?.ok_or_else(Error::not_found)?;
    // The candidate may have moved to a cycle with other limits while the picture was worked on.
    if PhotoLimits::from(&cycle.policy) != limits {
        return Err(Error::Unavailable("the limits of photos changed meanwhile".to_owned()));
    }
    let photos = storage::photos::list_of(db, id)?;
    refuse_more(&photos, &cycle.policy)?;
    let position = photos.iter().map(|photo| photo.position).max().unwrap_or(0) + 1;
    let photo = PhotoRow { position, ..row };
    storage::photos::insert(db, &photo)?;
    let version = storage::candidates::touch_if(db, (id, candidate.version), now)?;
    let deed = Deed::new("candidate.photo_added", "candidate", id).with(json!({ "photo_id": photo.id }));
    update::note(service, db, caller, &candidate, &deed)?;
    idempotency::keep(db, attempt, &FirstAnswer { status: 201, resource_id: photo.id.into(), secret: None })?;
    Ok(PhotoOf { photo, version: version.ok_or(Error::of(Code::PreconditionFailed))? })
}

/// A photo that was added before, for a request that is sent again.
pub async fn get_photo(service: &Service, id: PhotoId) -> Result<PhotoOf, Error> {
    service
        .store
        .read(move |db| {
            let photo = storage::photos::find(db, id)?.ok_or_else(Error::not_found)?;
            let version = storage::candidates::get(db, photo.candidate_id)?.version;
            Ok(PhotoOf { photo, version })
        })
        .await
}

/// 404 unless the photo is one of the candidate's.
pub async fn find_of(service: &Service, candidate: CandidateId, id: PhotoId) -> Result<PhotoRow, Error> {
    let found = service.store.read(move |db| Ok::<_, Error>(storage::photos::find(db, id)?)).await?;
    found.filter(|photo| photo.candidate_id == candidate).ok_or_else(Error::not_found)
}

/// Removes a photo; the file goes after the row, unless a package still needs it.
pub async fn delete_photo(
    service: &Service,
    caller: &Caller,
    (id, version): (CandidateId, i64),
    photo: PhotoId,
) -> Result<(), Error> {
    let (in_service, caller) = (service.clone(), caller.clone());
    let is_held = service
        .store
        .write(move |db| {
            let now = in_service.clocks.campaign();
            let (candidate, _) = update::lock_editable(db, &caller, (id, Some(version)))?;
            if storage::photos::find(db, photo)?.is_none_or(|found| found.candidate_id != id) {
                return Err(Error::not_found());
            }
            update::refuse_closed(&candidate)?;
            storage::photos::delete(db, id, photo)?;
            storage::candidates::touch_if(db, (id, version), now)?.ok_or(Error::of(Code::PreconditionFailed))?;
            let deed = Deed::new("candidate.photo_removed", "candidate", id).with(json!({ "photo_id": photo }));
            update::note(&in_service, db, &caller, &candidate, &deed)?;
            Ok::<_, Error>(!storage::batch_material::held_among(db, &[photo])?.is_empty())
        })
        .await?;
    if !is_held && let Err(error) = service.files.delete(&FileKey::of_photo(photo)).await {
        log::warn!("the file of a removed photo stays until it is swept: {error}");
    }
    Ok(())
}

/// A file of a photo, and whether everybody may read it.
#[derive(Clone, Debug)]
pub struct PhotoContent {
    /// The photo.
    pub photo: PhotoRow,
    /// The bytes.
    pub content: Bytes,
    /// Whether the candidate is public.
    pub is_public: bool,
}

/// Reads a photo or its small picture, as far as the caller may know of its candidate; else 404.
pub async fn get_content(
    service: &Service,
    caller: &Caller,
    (id, is_thumb): (PhotoId, bool),
) -> Result<PhotoContent, Error> {
    let (now, caller) = (service.clocks.campaign(), caller.clone());
    let (photo, is_public) = service
        .store
        .read(move |db| {
            let photo = storage::photos::find(db, id)?.ok_or_else(Error::not_found)?;
            let (candidate, _) = access::find_seen(db, &caller, photo.candidate_id, now)?;
            let recent = access::recently_published(db, now)?;
            Ok::<_, Error>((photo, access::is_public(&candidate, &recent)))
        })
        .await?;
    let key = if is_thumb { FileKey::Thumb(id) } else { FileKey::Photo(id) };
    let found = service.files.find(key).await.map_err(|error| Error::Unavailable(error.to_string()))?;
    match found {
        Some(content) => Ok(PhotoContent { photo, content, is_public }),
        None => Err(missing_file(service, id).await?),
    }
}

/// A photo that was removed between the look at its row and the look for its file is gone; one whose row is still there
/// has lost its file.
async fn missing_file(service: &Service, id: PhotoId) -> Result<Error, Error> {
    let row = service.store.read(move |db| Ok::<_, Error>(storage::photos::find(db, id)?)).await?;
    Ok(match row {
        None => Error::not_found(),
        Some(_) => Error::Internal(format!("the file of photo {id} is missing")),
    })
}
