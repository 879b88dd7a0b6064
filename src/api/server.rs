//! The HTTP server: built the same way for production and for tests.

use std::{net::TcpListener, time::Duration};

use actix_web::{
    App, HttpServer,
    dev::{Server as ActixServer, ServerHandle},
    middleware::{Compress, from_fn},
    web::{self, Data},
};
use utoipa_actix_web::{AppExt, service_config::ServiceConfig};

use super::{
    contract::base,
    docs,
    fallback::fallback,
    middleware::{self, BodyDeadline, Limits, TrustedProxies},
    served::Served,
    state::{Parts, State},
};
use crate::{
    service::Service,
    settings::{ServerSettings, Switch},
};

/// A server that is bound and can be run.
pub struct Server {
    inner: ActixServer,
    service: Service,
    port: u16,
}

/// Operations beside those of the contract, behind the same layers.
pub type More = fn(&mut ServiceConfig<'_>);

impl Server {
    /// Binds the address and builds the application.
    pub fn build(service: Service, settings: &ServerSettings) -> Result<Self, String> {
        Self::build_with(service, settings, |_| ())
    }

    /// The same with further operations, by which benchmarks measure what the layers alone cost.
    pub fn build_with(service: Service, settings: &ServerSettings, more: More) -> Result<Self, String> {
        let contract = Served::get()?;
        let (routes, written) = (Data::new(contract.routes.clone()), Data::new(contract.written.clone()));
        let limits = Data::new(limits(&service, settings));
        let deadline = Data::new(BodyDeadline::of_seconds(settings.body_seconds));
        let origins = settings.cors_origins.clone();
        let proxies = TrustedProxies(settings.trusted_proxies.clone());
        let state = State::new(Parts { service: service.clone(), schemas: &contract.schemas });
        let listener =
            TcpListener::bind(settings.bind).map_err(|error| format!("cannot listen on {}: {error}", settings.bind))?;
        let port = listener.local_addr().map_err(|error| error.to_string())?.port();
        let mut server = HttpServer::new(move || {
            App::new()
                .into_utoipa_app()
                .openapi(base())
                .app_data(Data::new(state.clone()))
                .app_data(routes.clone())
                .app_data(written.clone())
                .app_data(limits.clone())
                .app_data(Data::new(proxies.clone()))
                .app_data(deadline.clone())
                .configure(super::configure)
                .configure(more)
                .into_app()
                .configure(docs::configure_page)
                .default_service(web::to(fallback))
                .wrap(from_fn(middleware::body_deadline))
                .wrap(from_fn(middleware::limit))
                .wrap(from_fn(middleware::settle))
                .wrap(Compress::default())
                .wrap(middleware::cors(&origins))
                .wrap(from_fn(middleware::envelope))
        })
        .shutdown_timeout(settings.shutdown_seconds)
        .client_request_timeout(Duration::from_secs(10))
        .disable_signals();
        if let Some(workers) = settings.workers {
            server = server.workers(workers);
        }
        let server = server.listen(listener).map_err(|error| error.to_string())?.run();
        Ok(Self { inner: server, service, port })
    }

    /// The port that the server listens on.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// Stops the server from elsewhere.
    #[must_use]
    pub fn handle(&self) -> ServerHandle {
        self.inner.handle()
    }

    /// Serves until it is stopped; requests that have begun are finished, and long work comes to an end.
    pub async fn run_until_stopped(self) -> std::io::Result<()> {
        let served = self.inner.await;
        self.service.ballot_box.close().await;
        self.service.background.wind_up().await;
        served
    }
}

fn limits(service: &Service, settings: &ServerSettings) -> Limits {
    match settings.rate_limits {
        Switch::On => Limits::on(&service.clocks, TrustedProxies(settings.trusted_proxies.clone())),
        Switch::Off => Limits::off(),
    }
}
