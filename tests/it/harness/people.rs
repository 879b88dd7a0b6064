//! Organizations and accounts, put straight into the storage.

use haoren::{
    domain::{
        id::{OrganizationId, UserId},
        organization::{Organization, OrganizationKind},
        role::Role,
    },
    service::{Error, generator},
    storage::{self, users::NewUser},
};

use super::{App, Client, app::ADMIN_PASSWORD};

/// A small city: two districts with units, one of them with a unit of its own.
#[derive(Clone, Debug)]
pub struct Tree {
    pub city: OrganizationId,
    pub district: OrganizationId,
    pub unit: OrganizationId,
    /// Under `unit`.
    pub window: OrganizationId,
    /// Beside `unit`, in the same district.
    pub sister_unit: OrganizationId,
    pub other_district: OrganizationId,
    pub other_unit: OrganizationId,
}

impl App {
    /// Makes the small city.
    pub async fn tree(&self) -> Tree {
        let city = self.organization(OrganizationKind::City, (None, None), "420100", "武汉市").await;
        let district = self.organization(OrganizationKind::District, (Some(city), None), "420103", "江汉区").await;
        let unit = |parent, district, name| {
            self.organization(OrganizationKind::Unit, (Some(parent), Some(district)), "", name)
        };
        let center = unit(district, district, "江汉区政务服务中心").await;
        let window = unit(center, district, "综合服务窗口").await;
        let sister_unit = unit(district, district, "江汉区实验小学").await;
        let other_district =
            self.organization(OrganizationKind::District, (Some(city), None), "420106", "武昌区").await;
        let other_unit = unit(other_district, other_district, "武昌区人民医院").await;
        Tree { city, district, unit: center, window, sister_unit, other_district, other_unit }
    }

    async fn organization(
        &self,
        kind: OrganizationKind,
        (parent_id, district_id): (Option<OrganizationId>, Option<OrganizationId>),
        code: &str,
        name: &str,
    ) -> OrganizationId {
        let id = generator::new_id(&self.service.clocks).unwrap();
        let now = self.service.clocks.campaign();
        let organization = Organization {
            id,
            kind,
            parent_id,
            district_id,
            code: (!code.is_empty()).then(|| code.to_owned()),
            name: name.to_owned(),
            headcount: Some(120),
            responsible_name: Some("周敏".to_owned()),
            active: true,
            list_title: None,
            list_issuer: None,
            version: 1,
            created_at: now,
            updated_at: now,
        };
        let work =
            move |db: &mut storage::Connection| Ok::<_, Error>(storage::organizations::insert(db, &organization)?);
        self.service.store.write(work).await.unwrap();
        id
    }

    /// An account of a role at an organization, and a client signed in with it. The account has no usable password.
    pub async fn user(&self, role: Role, organization_id: Option<OrganizationId>) -> (UserId, Client) {
        let id: UserId = generator::new_id(&self.service.clocks).unwrap();
        let now = self.service.clocks.campaign();
        let row = NewUser {
            id,
            username: format!("{role}-{id}"),
            username_folded: format!("{role}-{id}"),
            display_name: format!("测试 {role}"),
            password_hash: "none".to_owned(),
            role,
            organization_id,
            active: true,
            auth_version: 1,
            failed_logins: 0,
            version: 1,
            created_at: now.into(),
            updated_at: now.into(),
        };
        let work = move |db: &mut storage::Connection| {
            storage::users::insert(db, &row)?;
            storage::users::find(db, id)?.ok_or_else(Error::not_found)
        };
        let user = self.service.store.write(work).await.unwrap();
        (id, self.with_token(self.token_of(&user)))
    }

    /// The client of an account that signs in again, after a change that ended its tokens.
    pub async fn again(&self, user: UserId) -> Client {
        let found = self.service.store.read(move |db| Ok::<_, Error>(storage::users::find(db, user)?));
        self.with_token(self.token_of(&found.await.unwrap().unwrap()))
    }

    fn token_of(&self, user: &storage::users::UserRow) -> String {
        let id = generator::new_id(&self.service.clocks).unwrap();
        self.service.tokens.issue(user, id, self.service.clocks.machine()).unwrap()
    }

    /// A citizen's client.
    pub async fn citizen(&self) -> Client {
        self.user(Role::Citizen, None).await.1
    }

    /// The administrator's client, signed in over HTTP.
    pub async fn admin(&self) -> Client {
        let credentials = serde_json::json!({ "username": "admin", "password": ADMIN_PASSWORD });
        let reply = self.anonymous().post("/auth/login", credentials).await.expect(200);
        self.with_token(reply.json["access_token"].as_str().unwrap().to_owned())
    }
}
