//! Candidates far along the way, their votes and their cycle's policy, put straight into the storage.

use diesel::{ExpressionMethods, QueryDsl, RunQueryDsl};
use haoren::{
    domain::{
        batch::{Batch, BatchStatus},
        candidate::{Candidate, Channel, Status, Subject, Visibility},
        comment::{Comment, CommentStatus},
        consent::{ConsentMethod, ConsentScope, GivenBy},
        honour::{CertificateNumber, Honour, Standing},
        id::{BatchId, CandidateId, CommentId, HonoreeId, ObjectionId, StudyRecordId, UserId},
        month::Month,
        objection::ObjectionStatus,
        package::PackageStatus,
        policy::{Policy, ResultSource},
    },
    service::{Error, cycles, generator, packages},
    storage::{
        self, Connection,
        consents::ConsentRow,
        lists::ListRow,
        objections::NewObjection,
        schema::batch_packages,
        sql_values::{At, Stored},
        study_records::NewStudyRecord,
        votes::NewVote,
    },
};

use super::{App, Tree};

/// The cycle that builders put candidates into.
pub const MONTH: &str = "2026-11";

impl App {
    /// Works in one writing transaction.
    pub async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Connection) -> Result<T, Error> + Send + 'static,
    ) -> T {
        self.service.store.write(work).await.unwrap()
    }

    /// A candidate of [`MONTH`] in a state, carried by the tree's first unit, with everything but photos and consent.
    pub async fn contender(&self, tree: &Tree, status: Status, category: &str, name: &str) -> CandidateId {
        self.contender_in(MONTH, tree, (status, category), name).await
    }

    /// The same of another month, which must be the running one or one of the two after it.
    pub async fn contender_in(
        &self,
        month: &str,
        tree: &Tree,
        (status, category): (Status, &str),
        name: &str,
    ) -> CandidateId {
        // Ids follow the clock, which stands still: without this their order would be left to chance.
        self.time.advance(chrono::Duration::milliseconds(1));
        let id: CandidateId = generator::new_id(&self.service.clocks).unwrap();
        let now = self.service.clocks.campaign();
        let candidate = Candidate {
            id,
            number: 0,
            cycle: month.parse().unwrap(),
            category: category.parse().unwrap(),
            status,
            visibility: Visibility::Shown,
            subject: Subject::Individual,
            posthumous: false,
            name: name.to_owned(),
            members: Vec::new(),
            occupation: Some("窗口工作人员".to_owned()),
            gender: None,
            birth_year: None,
            ethnicity: None,
            summary: format!("{name}二十年如一日照顾社区里的孤寡老人。"),
            deed: Some("他每天清晨为老人送去早餐，风雨无阻。".repeat(40)),
            unit_id: Some(tree.unit),
            district_id: tree.district,
            channel: Channel::Online,
            returned_from: None,
            status_changed_at: now,
            materials_changed_at: now,
            version: 1,
            created_at: now,
            updated_at: now,
        };
        let service = self.service.clone();
        self.write(move |db| {
            cycles::ensure(&service, db)?;
            storage::candidates::insert(db, &candidate)?;
            Ok(())
        })
        .await;
        id
    }

    /// Records a consent to publication and forwarding.
    pub async fn consent(&self, id: CandidateId, recorded_by: UserId) {
        let now = self.service.clocks.campaign();
        let row = ConsentRow {
            candidate_id: id,
            given_by: GivenBy::ALL[0],
            name_cipher: vec![1],
            name_masked: "王*".to_owned(),
            scope: Stored(ConsentScope::ALL.to_vec()),
            text_version: "2026-01".to_owned(),
            method: ConsentMethod::ALL[0],
            given_at: At(now),
            evidence: None,
            recorded_by,
            recorded_at: At(now),
            version: 1,
        };
        self.write(move |db| Ok(storage::consents::replace(db, &row)?)).await;
    }

    /// Lets as many voters vote for a candidate.
    pub async fn votes(&self, id: CandidateId, count: i64) {
        let candidate = self.stored(id).await.number;
        let vote = move |place| NewVote { voter: 1_000_000 + place, candidate, day: 0, prefix: 0, client: 0, tier: 0 };
        self.cast(move |size| (size..size + count).map(vote).collect()).await;
    }

    /// Casts votes of [`MONTH`] at this moment, made from the number of votes that were cast before.
    pub async fn cast(&self, votes: impl FnOnce(i64) -> Vec<NewVote> + Send + 'static) {
        let now = self.service.clocks.campaign();
        self.write(move |db| {
            let cycle: Month = MONTH.parse().unwrap();
            let size = storage::votes::lock_log(db, cycle)?;
            let new = votes(size);
            Ok(storage::votes::append(db, (cycle, size), &new, now)?)
        })
        .await;
    }

    /// An undecided objection to a candidate.
    pub async fn objection(&self, candidate_id: CandidateId) -> ObjectionId {
        let id = generator::new_id(&self.service.clocks).unwrap();
        let row = NewObjection {
            id,
            candidate_id,
            cycle: MONTH.parse().unwrap(),
            text: "所述事迹与事实不符。".to_owned(),
            contact_cipher: None,
            contact_masked: None,
            name_cipher: None,
            name_masked: None,
            user_id: None,
            status: ObjectionStatus::Open,
            version: 1,
            created_at: At(self.service.clocks.campaign()),
        };
        self.write(move |db| Ok(storage::objections::insert(db, &row)?)).await;
        id
    }

    /// A shown comment on a candidate of the tree's first unit.
    pub async fn comment(&self, tree: &Tree, candidate: CandidateId, author: UserId) -> CommentId {
        // As with candidates, the order of ids follows the clock.
        self.time.advance(chrono::Duration::milliseconds(1));
        let comment = Comment {
            id: generator::new_id(&self.service.clocks).unwrap(),
            candidate,
            cycle: MONTH.parse().unwrap(),
            district: tree.district,
            unit: Some(tree.unit),
            author,
            parent: None,
            reply_to: None,
            body: Some("好人一生平安。".to_owned()),
            status: CommentStatus::Shown,
            hold: None,
            shown_replies: 0,
            open_reports: 0,
            ruling: None,
            version: 1,
            created_at: self.service.clocks.campaign(),
        };
        let id = comment.id;
        self.write(move |db| Ok(storage::comments::insert(db, &comment)?)).await;
        id
    }

    /// A batch with this candidate alone.
    pub async fn batch(&self, candidate: CandidateId, forwarded_by: UserId) -> BatchId {
        let id = generator::new_id(&self.service.clocks).unwrap();
        let batch = Batch {
            id,
            cycle: MONTH.parse().unwrap(),
            sequence: 1,
            status: BatchStatus::Pending,
            forwarded_by,
            forwarded_at: self.service.clocks.campaign(),
            received_at: None,
            version: 1,
        };
        let service = self.service.clone();
        self.write(move |db| {
            let snapshot = storage::snapshots::of_candidate(db, candidate)?;
            let header = packages::Header::now(&service, db)?.to_bytes()?;
            Ok(storage::batches::insert(db, (&batch, header), &[snapshot])?)
        })
        .await;
        id
    }

    /// Lets every package count as built, for tests of what comes afterwards: their candidates have no photos.
    pub async fn as_if_packed(&self) {
        let now = self.service.clocks.campaign();
        self.write(move |db| {
            diesel::update(batch_packages::table.filter(batch_packages::status.eq(PackageStatus::Building)))
                .set((
                    batch_packages::status.eq(PackageStatus::Ready),
                    batch_packages::size.eq(Some(1_i64)),
                    batch_packages::sha256.eq(Some(vec![0_u8; 32])),
                    batch_packages::manifest.eq(Some(b"{}".to_vec())),
                    batch_packages::signature.eq(Some("none")),
                    batch_packages::ready_at.eq(Some(At(now))),
                ))
                .execute(db)
                .map_err(storage::StoreError::from)?;
            Ok(())
        })
        .await;
    }

    /// A record of [`MONTH`] that an account has studied a candidate.
    pub async fn studied(&self, candidate: CandidateId, user: UserId, reflection: Option<&str>) -> StudyRecordId {
        self.time.advance(chrono::Duration::milliseconds(1));
        let row = NewStudyRecord {
            id: generator::new_id(&self.service.clocks).unwrap(),
            candidate_id: candidate,
            cycle: MONTH.parse().unwrap(),
            user_id: user,
            reflection: reflection.map(str::to_owned),
            version: 1,
            created_at: At(self.service.clocks.campaign()),
        };
        let id = row.id;
        self.write(move |db| {
            assert!(storage::study_records::insert_first(db, &row)?);
            Ok(storage::study_counts::add_one(db, candidate)?)
        })
        .await;
        id
    }

    /// A list of [`MONTH`] with this candidate alone, in `dedication`; returns who is honoured.
    pub async fn honour(&self, candidate: CandidateId, published_by: UserId) -> HonoreeId {
        self.honour_from(ResultSource::Local, candidate, published_by).await
    }

    /// The same of a list whose vote was held here or on the national site.
    pub async fn honour_from(
        &self,
        result_source: ResultSource,
        candidate: CandidateId,
        published_by: UserId,
    ) -> HonoreeId {
        let (id, honoree) =
            (generator::new_id(&self.service.clocks).unwrap(), generator::new_id(&self.service.clocks).unwrap());
        let (month, now): (Month, _) = (MONTH.parse().unwrap(), self.service.clocks.campaign());
        let list = ListRow {
            cycle: month,
            title: "身边好人榜".to_owned(),
            issuer: "武汉市".to_owned(),
            result_source,
            published_by,
            published_at: now,
        };
        let honour = Honour {
            id,
            number: CertificateNumber { month, mark: "DED".to_owned(), serial: 1 },
            category: "dedication".parse().unwrap(),
            candidate,
            honoree,
            rank: 1,
            votes: 1,
            awarded_at: now,
            standing: Standing::Shown,
            version: 1,
        };
        self.write(move |db| {
            storage::lists::insert(db, &list, &[])?;
            storage::honorees::insert_of(db, honoree, candidate, now)?;
            Ok(storage::honours::insert(db, &honour)?)
        })
        .await;
        honoree
    }

    /// Changes the policy of [`MONTH`].
    pub async fn policy(&self, change: impl FnOnce(&mut Policy) + Send + 'static) {
        let (service, now) = (self.service.clone(), self.service.clocks.campaign());
        self.write(move |db| {
            cycles::ensure(&service, db)?;
            let month: Month = MONTH.parse().unwrap();
            let mut cycle = storage::cycles::find(db, month)?.unwrap();
            change(&mut cycle.policy);
            assert!(storage::cycles::update_if(db, &cycle, now)?);
            Ok(())
        })
        .await;
    }
}
