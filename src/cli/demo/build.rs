//! Builds the demo in an empty database: people first, then the diary.

use serde_json::{Map, Value};

use super::{
    afterwards, cast, city,
    error::{DemoError, During as _},
    guide::Facts,
    hands, intake, plan,
    progress::Progress,
    season::Season,
    story::{self, Course, StoryMonth},
    words,
};
use crate::{
    domain::month::Month,
    service::{
        Service, campaign_clock,
        cycles::{self, CyclePatch},
        organizations,
    },
    storage::organizations::OrganizationFilter,
};

/// What was built.
#[derive(Debug, Clone)]
pub struct Built {
    /// What the printed guide names.
    pub facts: Facts,
}

/// How many steps [`build`] takes.
pub fn steps(service: &Service) -> Result<usize, DemoError> {
    let (city, citizens, stories) = (city::city()?, city::citizens()?, story::stories()?);
    let diary = plan::diary(&stories, running(service), service.time_zone, citizens.len());
    Ok(cast::steps(&city, citizens.len()) + diary.len())
}

/// Builds the demo around the machine's present month. All accounts get the password. Refuses a database in which
/// there is an organization already.
pub async fn build(service: &Service, password: &str, progress: &mut Progress) -> Result<Built, DemoError> {
    let (city, citizens, stories, words) = (city::city()?, city::citizens()?, story::stories()?, words::words()?);
    refuse_inhabited(service).await?;
    let running = running(service);
    hands::set_clock(service, plan::beginning(running, service.time_zone));
    let cast = cast::assemble(service, &city, &citizens, password, progress).await?;
    shorten_lists(service, &cast, running).await?;
    let diary = plan::diary(&stories, running, service.time_zone, citizens.len());
    let mut season = Season::new(service, &cast, &stories, &words);
    season.play(&diary, progress).await?;
    let admin = cast.caller(service, "admin").await?;
    let standing = plan::standing(running, service.time_zone);
    campaign_clock::set_clock(service, &admin, Some(standing)).await.during(|| "set the clock".to_owned())?;
    intake::open(service, &cast).await?;
    afterwards::look_after(service, &cast).await?;
    let shown = stories.iter().zip(&season.made).find_map(|(story, made)| {
        let runs = story.month == StoryMonth::Running && story.course == Course::Forwarded;
        made.and_then(|(id, photo)| Some((id, photo?))).filter(|_| runs)
    });
    let (candidate, photo) = shown.ok_or_else(|| DemoError::Missing("a candidate to show".to_owned()))?;
    let unit = cast.unit("ja-com")?.organization;
    Ok(Built { facts: Facts::new(running, candidate.into(), photo.into(), unit.into()) })
}

fn running(service: &Service) -> Month {
    Month::of(service.clocks.machine(), service.time_zone)
}

async fn refuse_inhabited(service: &Service) -> Result<(), DemoError> {
    let any = OrganizationFilter::default();
    if !organizations::list_organizations(service, any, None, 1).await?.is_empty() {
        return Err(DemoError::Inhabited(service.store.address().to_string()));
    }
    Ok(())
}

/// Three places a category, so that the lists have a cut.
async fn shorten_lists(service: &Service, cast: &cast::Cast, running: Month) -> Result<(), DemoError> {
    let admin = cast.caller(service, "admin").await?;
    for month in [running.previous(), running, running.next(), running.next().next()] {
        let doing = || format!("set the policy of {month}");
        let Ok(state) = cycles::get_cycle(service, month).await else { continue };
        let policy = Map::from_iter([("list_per_category".to_owned(), Value::from(3))]);
        let patch = CyclePatch { policy, ..CyclePatch::default() };
        cycles::update_cycle(service, &admin, (month, state.cycle.version), patch).await.during(doing)?;
    }
    Ok(())
}
