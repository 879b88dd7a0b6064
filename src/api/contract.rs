//! The contract: collected from the code, served, and written to `openapi/`.

use actix_web::App;
use utoipa::{
    Modify, OpenApi,
    openapi::{
        self,
        security::{HttpAuthScheme, HttpBuilder, SecurityScheme},
    },
};
use utoipa_actix_web::AppExt;

use super::responses::{ProblemBody, ProblemError};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "haoren 好人",
        description = "Backend of the monthly campaign 我推荐、我评议身边好人: nominate, verify, endorse, screen, forward, vote, list, honour.",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    servers((url = "/", description = "This server")),
    components(schemas(ProblemBody, ProblemError)),
    security(("bearer" = [])),
    tags(
        (name = "accounts", description = "Signing in, one's own account, and the administrators' view of accounts."),
        (name = "sandbox", description = "The clock of a server that was started with `--sandbox`."),
        (name = "candidates", description = "Recommending, reading candidates and editing their files."),
        (name = "categories", description = "The categories in which good people are recommended."),
        (name = "channels", description = "Recommendation channels in use, with how to reach them and who minds them."),
        (name = "comments", description = "Comments on candidates: written, read, moderated and reported; the words for which they are held."),
        (name = "cycles", description = "The months' rounds: windows, policies, quotas."),
        (name = "events", description = "What happens, as it happens. docs/events.md has the types and who is told."),
        (name = "webhooks", description = "Events sent to an address of the subscriber's, as Standard Webhooks has it. docs/webhooks.md has the format and how to check a signature."),
        (name = "leads", description = "线索: what comes in before it is a nomination, and what becomes of it."),
        (name = "organizations", description = "The tree city → district → unit, and its leadership groups."),
        (name = "delegations", description = "代理: who stands in for whom. A request that names a delegation in the header `Acting-For` is made in the delegator's place. docs/delegation.md says how."),
        (name = "statistics", description = "What became of candidates at each stage, how long it took, and how far the campaign reaches."),
        (name = "participation", description = "Studying candidates, and how many people of every unit and district took part."),
        (name = "reviews", description = "Decisions on candidates, the ways beside the straight one, history and inbox."),
        (name = "review stages", description = "The stages of the review with their checklists."),
        (name = "batches", description = "Forwarding to the provincial portal: batches, their packages and corrections, the receipts, and the results that the portal delivers. docs/batch-package.md has what lies in a package."),
        (name = "tables", description = "Tables that clerks work with: importing recommendations, exports, forms to be printed."),
        (name = "operations", description = "Long work, as who started it follows it."),
        (name = "honorees", description = "Those who hold honours, and the check of certificates."),
        (name = "moral-model pool", description = "道德模范储备库: people of the lists, and how they are recommended upwards. docs/honorees.md has the rules."),
        (name = "honorees", description = "Those who hold honours."),
        (name = "certificates", description = "Certificates: their public check, the files, and what others have issued."),
        (name = "aftercare", description = "After the list: who looks after honorees, visits, assistance, and those who cannot be found; for the reviewers of the subtree alone. docs/aftercare.md has the rules."),
        (name = "lists", description = "The published lists."),
        (name = "objections", description = "Objections to published candidates, and how the city decides them."),
        (name = "votes", description = "Voting and its results."),
        (name = "vote log", description = "The public log of votes: a Merkle tree with signed heads and proofs. docs/public-log.md has the format to the byte."),
        (name = "publicity", description = "宣传记录: where honorees were told of."),
        (name = "announcements", description = "活动启事 and 专栏: announcements and items of columns, and the feed for media. docs/feed.md has what a front end and a newsroom need."),
        (name = "audit", description = "审计: what was done, by whom, when and to what; numbered and hash-chained, for reviewers of the city and administrators. docs/audit.md says how the chain is checked."),
        (name = "service", description = "The server itself."),
    ),
    modifiers(&Bearer)
)]
struct Document;

/// Which tokens are taken where.
const TOKENS: &str = "\
    An access token of this server (`POST /auth/login`; EdDSA, its public keys at `/.well-known/jwks.json`) is taken \
    everywhere.\n\nA token of another identity provider is taken when the server is configured with that provider. It \
    counts for voting alone: `POST /votes`, `POST /ballots` and `GET /me/votes`. On every other operation its bearer is \
    the public: what asks for an account is 403 `forbidden`.\n\nA token that cannot be verified is 401 \
    `unauthenticated` wherever the caller matters, on public operations too.";

struct Bearer;

impl Modify for Bearer {
    fn modify(&self, document: &mut openapi::OpenApi) {
        let scheme = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT");
        let scheme = scheme.description(Some(TOKENS)).build();
        document.components.get_or_insert_default().add_security_scheme("bearer", SecurityScheme::Http(scheme));
    }
}

/// What every application's contract starts from.
#[must_use]
pub fn base() -> openapi::OpenApi {
    let mut document = Document::openapi();
    env!("CARGO_PKG_VERSION").clone_into(&mut document.info.version);
    document
}

/// The contract, collected from all registered operations.
#[must_use]
pub fn collect() -> openapi::OpenApi {
    let (_, mut document) = App::new().into_utoipa_app().openapi(base()).configure(super::configure).split_for_parts();
    super::acting_for::declare(&mut document);
    document
}
