//! Candidates, put straight into the storage, with everything that a verification asks for.

use haoren::{
    domain::{
        candidate::{Candidate, Channel, Status, Subject, Visibility},
        consent::{ConsentMethod, ConsentScope, GivenBy},
        id::{CandidateId, NominationId, PhotoId, UserId, VerificationId},
        month::Month,
        photo::PhotoType,
        role::Role,
        stage::StageCode,
        verification::{Finding, VerificationMethod},
    },
    service::{Error, candidates::reach, cycles, generator},
    storage::{
        self, Connection,
        consents::ConsentRow,
        contacts::ContactRow,
        files::FileKey,
        nominations::NominationRow,
        photos::PhotoRow,
        sql_values::{At, Stored},
        verifications::VerificationRow,
    },
};
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};

use super::{App, Client, Tree};

/// What a test changes of a candidate before it is stored.
pub type Change = Box<dyn FnOnce(&mut Candidate) + Send>;

/// The three who decide.
pub struct Staff {
    pub unit: Client,
    pub district: Client,
    pub city: Client,
}

impl App {
    /// A reviewer at each level of the tree's first branch.
    pub async fn staff(&self, tree: &Tree) -> Staff {
        Staff {
            unit: self.user(Role::UnitReviewer, Some(tree.unit)).await.1,
            district: self.user(Role::DistrictReviewer, Some(tree.district)).await.1,
            city: self.user(Role::CityReviewer, Some(tree.city)).await.1,
        }
    }

    /// A candidate of the running month with a complete file, carried by the tree's first unit.
    pub async fn candidate(&self, tree: &Tree, status: Status) -> CandidateId {
        self.candidate_with(tree, status, |_| {}).await
    }

    /// The same, changed before it is stored.
    pub async fn candidate_with(
        &self,
        tree: &Tree,
        status: Status,
        change: impl FnOnce(&mut Candidate) + Send + 'static,
    ) -> CandidateId {
        let recorder = self.user(Role::Citizen, None).await.0;
        self.candidates(
            tree,
            recorder,
            vec![Box::new(move |candidate: &mut Candidate| {
                candidate.status = status;
                change(candidate);
            })],
        )
        .await
        .remove(0)
    }

    /// Several candidates in one transaction.
    pub async fn candidates(&self, tree: &Tree, recorder: UserId, changes: Vec<Change>) -> Vec<CandidateId> {
        let (service, tree) = (self.service.clone(), tree.clone());
        let work = move |db: &mut Connection| {
            cycles::ensure(&service, db)?;
            let mut ids = Vec::new();
            for change in changes {
                let now = service.clocks.campaign();
                let mut candidate = blank(generator::new_id(&service.clocks)?, &tree, now);
                change(&mut candidate);
                storage::candidates::insert(db, &candidate)?;
                file(&service, db, &candidate, recorder)?;
                if candidate.status.counts_for_quota() {
                    let key = (candidate.cycle, candidate.district_id);
                    storage::district_quotas::lock(db, key, 2)?;
                    assert!(storage::district_quotas::take(db, key)?, "no place left in the district");
                }
                ids.push(candidate.id);
            }
            Ok::<_, Error>(ids)
        };
        self.service.store.write(work).await.unwrap()
    }

    /// A screened candidate of whose file a package can be built: with photos in the file store and contact details that can be
    /// opened.
    pub async fn packable(&self, tree: &Tree, name: &str) -> CandidateId {
        let name = name.to_owned();
        let id = self.candidate_with(tree, Status::Screened, move |candidate| candidate.name = name).await;
        self.give_files(id).await;
        id
    }

    /// Gives the photos of a candidate their files, and its contact details ciphertexts that can be opened.
    pub async fn give_files(&self, id: CandidateId) {
        let service = self.service.clone();
        let work = move |db: &mut Connection| {
            let phone = reach::seal_phone(&service, (storage::contacts::TABLE, id), Some("13800005678"))?;
            let name = reach::seal_name(&service, (storage::contacts::TABLE, id), Some("陈建国"))?;
            let contact = ContactRow {
                candidate_id: id,
                name_cipher: name.cipher,
                name_masked: name.masked,
                phone_cipher: phone.cipher,
                phone_masked: phone.masked,
                phone_index: phone.index,
                relationship: Some("儿子".to_owned()),
            };
            storage::contacts::replace(db, &contact)?;
            let mut files = Vec::new();
            for photo in storage::photos::list_of(db, id)? {
                let content = photo_content(photo.id);
                storage::photos::delete(db, id, photo.id)?;
                storage::photos::insert(
                    db,
                    &PhotoRow {
                        sha256: Sha256::digest(&content).to_vec(),
                        byte_size: i32::try_from(content.len()).unwrap(),
                        ..photo.clone()
                    },
                )?;
                files.push((photo.id, content));
            }
            Ok::<_, Error>(files)
        };
        for (photo, content) in self.service.store.write(work).await.unwrap() {
            self.service.files.put(FileKey::Photo(photo), content.into()).await.unwrap();
        }
    }

    /// A nomination of a candidate by an account.
    pub async fn nomination(&self, id: CandidateId, user: UserId, is_first: bool) -> NominationId {
        let service = self.service.clone();
        let work = move |db: &mut Connection| {
            let row =
                nomination(generator::new_id(&service.clocks)?, id, Some(user), is_first, service.clocks.campaign());
            storage::nominations::insert(db, &row)?;
            Ok::<_, Error>(row.id)
        };
        self.service.store.write(work).await.unwrap()
    }

    /// The candidate as stored.
    pub async fn stored(&self, id: CandidateId) -> Candidate {
        let work = move |db: &mut Connection| Ok::<_, Error>(storage::candidates::get(db, id)?);
        self.service.store.read(work).await.unwrap()
    }

    /// The tag of a candidate's present version.
    pub async fn tag(&self, id: CandidateId) -> String {
        format!("\"{}.x\"", self.stored(id).await.version)
    }

    /// The places that a district uses in a cycle.
    pub async fn places(&self, tree: &Tree, month: &str) -> u32 {
        let key = (Month::parse(month).unwrap(), tree.district);
        let work = move |db: &mut Connection| Ok::<_, Error>(storage::district_quotas::used(db, key)?);
        self.service.store.read(work).await.unwrap()
    }

    /// Every item of a stage's checklist, answered with yes.
    pub async fn checklist(&self, stage: StageCode) -> Value {
        let work = move |db: &mut Connection| {
            Ok::<_, Error>(storage::cycles::find(db, Month::parse("2026-11").unwrap())?.unwrap())
        };
        let cycle = self.service.store.read(work).await.unwrap();
        let items = cycle.checklist(stage).iter().map(|item| (item.code.clone(), Value::Bool(true)));
        Value::Object(items.collect::<Map<_, _>>())
    }
}

/// What stands in for the file of a photo: large enough to be cut into chunks.
pub fn photo_content(id: PhotoId) -> Vec<u8> {
    let mut content = vec![0xFF, 0xD8, 0xFF, 0xE0];
    while content.len() < 150_000 {
        content.extend_from_slice(id.0.as_bytes());
    }
    content
}

fn blank(id: CandidateId, tree: &Tree, now: chrono::DateTime<chrono::Utc>) -> Candidate {
    Candidate {
        id,
        number: 0,
        cycle: Month::parse("2026-11").unwrap(),
        category: "dedication".parse().unwrap(),
        status: Status::Nominated,
        visibility: Visibility::Shown,
        subject: Subject::Individual,
        posthumous: false,
        name: "陈桂兰".to_owned(),
        members: vec![],
        occupation: Some("公交司机".to_owned()),
        gender: None,
        birth_year: Some(1970),
        ethnicity: None,
        summary: "三十年安全行车，天天提早半小时到站。".to_owned(),
        deed: Some("好".repeat(600)),
        unit_id: Some(tree.unit),
        district_id: tree.district,
        channel: Channel::Online,
        returned_from: None,
        status_changed_at: now,
        materials_changed_at: now,
        version: 1,
        created_at: now,
        updated_at: now,
    }
}

/// Contacts, two photos, a confirming record, the consent, and a nomination by somebody without an account.
fn file(
    service: &haoren::service::Service,
    db: &mut Connection,
    candidate: &Candidate,
    recorder: UserId,
) -> Result<(), Error> {
    let now = candidate.created_at;
    let contacts = ContactRow {
        phone_cipher: Some(vec![1]),
        phone_masked: Some("138****5678".to_owned()),
        ..ContactRow::empty(candidate.id)
    };
    storage::contacts::replace(db, &contacts)?;
    for position in 1..=2 {
        let photo = PhotoRow {
            id: generator::new_id(&service.clocks)?,
            candidate_id: candidate.id,
            position,
            media_type: PhotoType::Jpeg,
            byte_size: 40_000,
            width: 600,
            height: 400,
            sha256: vec![0; 32],
            uploaded_by: None,
            created_at: At(now),
        };
        storage::photos::insert(db, &photo)?;
    }
    storage::verifications::insert(db, &confirming(generator::new_id(&service.clocks)?, candidate, recorder))?;
    let consent = ConsentRow {
        candidate_id: candidate.id,
        given_by: GivenBy::SelfGiven,
        name_cipher: vec![1],
        name_masked: "陈**".to_owned(),
        scope: Stored(vec![ConsentScope::Publication, ConsentScope::Forwarding]),
        text_version: "2026-1".to_owned(),
        method: ConsentMethod::Paper,
        given_at: At(now),
        evidence: None,
        recorded_by: recorder,
        recorded_at: At(now),
        version: 1,
    };
    storage::consents::replace(db, &consent)?;
    let first = nomination(generator::new_id(&service.clocks)?, candidate.id, None, true, now);
    Ok(storage::nominations::insert(db, &first)?)
}

/// A record that confirms the deed, made with the file itself.
fn confirming(id: VerificationId, candidate: &Candidate, recorder: UserId) -> VerificationRow {
    VerificationRow {
        id,
        candidate_id: candidate.id,
        method: VerificationMethod::SiteVisit,
        verifiers: Stored(vec!["周敏".to_owned()]),
        held_at: At(candidate.created_at),
        department: None,
        heard_cipher: None,
        heard_masked: Stored(vec![]),
        finding: Finding::Confirmed,
        notes: "所述属实。".to_owned(),
        candidate_version: 0,
        recorded_by: recorder,
        organization_id: None,
        recorded_at: At(candidate.created_at),
        struck_by: None,
        struck_at: None,
        struck_reason: None,
    }
}

fn nomination(
    id: NominationId,
    candidate_id: CandidateId,
    user_id: Option<UserId>,
    is_first: bool,
    now: chrono::DateTime<chrono::Utc>,
) -> NominationRow {
    NominationRow {
        id,
        candidate_id,
        is_first,
        user_id,
        operator_id: None,
        channel: Channel::Phone,
        tracking_digest: None,
        name_cipher: None,
        name_masked: None,
        phone_cipher: None,
        phone_masked: None,
        phone_index: None,
        relationship: None,
        withdrawn_at: None,
        created_at: At(now),
        channel_id: None,
    }
}
