//! What every handler can reach.

use std::{
    future::{Ready, ready},
    ops::Deref,
    sync::Arc,
};

use actix_web::{FromRequest, HttpRequest, dev::Payload, web::Data};

use super::{problem::Problem, schemas::Schemas};
use crate::{domain::fault::Code, service::Service};

/// The service and the compiled contract, shared: every extractor of every request takes one. Dereferences to its parts,
/// and so to the service.
#[derive(Clone)]
pub struct State(Arc<Parts>);

/// What the state consists of.
pub struct Parts {
    /// The use cases.
    pub service: Service,
    /// The compiled schemas.
    pub schemas: &'static Schemas,
}

impl State {
    /// Shares the parts.
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        Self(Arc::new(parts))
    }

    /// The state of the application that a request belongs to.
    pub fn of(request: &HttpRequest) -> Result<Self, Problem> {
        request.app_data::<Data<Self>>().map(|data| data.get_ref().clone()).ok_or(Problem::of(Code::Internal))
    }
}

impl Deref for State {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl Deref for Parts {
    type Target = Service;

    fn deref(&self) -> &Service {
        &self.service
    }
}

impl FromRequest for State {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Self::of(request))
    }
}
