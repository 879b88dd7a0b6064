//! The demo's content keeps the campaign's rules, by the domain's own functions.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use chrono_tz::Asia::Shanghai;

use super::{
    city, drawing,
    plan::{self, Step},
    poll,
    story::{self, Course, Story, StoryMonth},
    words,
};
use crate::domain::{
    category,
    month::Month,
    person_name,
    photo::PhotoFacts,
    policy::Policy,
    recommendation::{SHORT_MAX_CHARS, SUMMARY_MAX_CHARS},
    stage::StageCode,
    text, word_count,
};

fn stories() -> Vec<Story> {
    story::stories().unwrap()
}

fn districts() -> BTreeMap<String, String> {
    let city = city::city().unwrap();
    let units = city.districts.iter().flat_map(|district| {
        let within = district.units.iter().flat_map(city::Unit::with_windows);
        within.map(|unit| (unit.key.clone(), district.code.clone())).collect::<Vec<_>>()
    });
    units.collect()
}

#[test]
fn every_deed_has_the_length_that_the_policy_asks_for_and_none_is_told_twice() {
    let policy = Policy::default();
    let stories = stories();
    let mut told = BTreeSet::new();
    for story in stories.iter().filter(|story| story.month != StoryMonth::Upcoming) {
        let deed = story.deed.as_deref().unwrap();
        let chars = u32::try_from(word_count::count(deed)).unwrap();
        assert!((policy.deed_min_chars..=policy.deed_max_chars).contains(&chars), "{}: {chars}", story.name);
        assert_eq!(text::paragraphs(deed, 10_000), [], "{}", story.name);
        // Two deeds that begin alike would be one deed with another name.
        assert!(told.insert(deed.chars().take(12).collect::<String>()), "{}", story.name);
    }
    assert!(told.len() >= 60, "{}", told.len());
}

#[test]
fn names_summaries_and_the_rest_are_such_as_the_api_takes() {
    let mut names = BTreeSet::new();
    for story in stories() {
        assert!(names.insert(story.name.clone()), "{} twice", story.name);
        for name in std::iter::once(&story.name).chain(&story.members).chain([&story.nominator.name]) {
            assert_eq!(person_name::check(name), [], "{name}");
        }
        assert_eq!(text::line(&story.summary, SUMMARY_MAX_CHARS), [], "{}", story.name);
        for short in [&story.occupation, &story.ethnicity].into_iter().flatten() {
            assert_eq!(text::line(short, SHORT_MAX_CHARS), [], "{}", story.name);
        }
        let speaks_for_another = story.posthumous || !story.members.is_empty();
        assert!(!speaks_for_another || story.contact.is_some(), "{} needs a contact", story.name);
    }
    assert!(stories().iter().any(|story| story.posthumous) && stories().iter().any(|story| !story.members.is_empty()));
    assert!(names.iter().any(|name| name.contains('·')) && names.iter().any(|name| name.contains('𬭎')));
}

#[test]
fn the_city_is_wuhan_and_every_story_has_its_unit_there() {
    let city = city::city().unwrap();
    assert_eq!((city.code.as_str(), city.districts.len()), ("420100", 13));
    let codes: Vec<u32> = city.districts.iter().map(|district| district.code.parse().unwrap()).collect();
    assert_eq!(codes, [(420_102..=420_107).collect::<Vec<_>>(), (420_111..=420_117).collect()].concat());
    assert!(city.districts.iter().all(|district| (3..=4).contains(&district.units.len())));
    let districts = districts();
    assert!(stories().iter().all(|story| districts.contains_key(&story.unit)));
}

#[test]
fn all_categories_and_channels_come_up_in_both_months() {
    let known: Vec<_> = category::defaults(at("2026-11-01T00:00:00Z")).iter().map(|one| one.code.to_string()).collect();
    for month in [StoryMonth::Finished, StoryMonth::Running] {
        let of_month: Vec<_> = stories().into_iter().filter(|story| story.month == month).collect();
        let categories: BTreeSet<_> = of_month.iter().map(|story| story.category.clone()).collect();
        let channels: BTreeSet<_> = of_month.iter().map(|story| story.channel.clone()).collect();
        assert!(categories.iter().all(|category| known.contains(category)), "{categories:?}");
        assert_eq!((categories.len(), channels.len()), (5, 6), "{month:?}: {categories:?} {channels:?}");
    }
}

#[test]
fn a_district_endorses_two_a_month_and_meets_its_quota_with_the_third() {
    let districts = districts();
    let running = Month::new(2026, 11).unwrap();
    let stories = stories();
    let mut places: BTreeMap<(String, bool), u32> = BTreeMap::new();
    let mut refused = 0;
    for entry in plan::diary(&stories, running, Shanghai, 50) {
        let told = &stories[entry.story];
        let used = places.entry((districts[&told.unit].clone(), told.month == StoryMonth::Finished)).or_default();
        let leaves = [Step::Return(StageCode::CityScreening), Step::Reject(StageCode::CityScreening)];
        if entry.step == Step::Approve(StageCode::DistrictEndorsement) {
            *used += 1;
        } else if leaves.contains(&entry.step) {
            *used -= 1;
        } else if entry.step == Step::MeetQuota {
            assert_eq!(*used, 2, "{}", told.name);
            refused += 1;
        }
        assert!(*used <= 2, "{}", told.name);
    }
    assert_eq!(refused, stories.iter().filter(|story| story.course == Course::QuotaRefused).count());
    assert!(refused >= 3, "{refused}");
}

#[test]
fn the_diary_runs_from_the_first_to_the_26th_in_every_month_of_the_year() {
    let stories = stories();
    for number in 1..=12 {
        let running = Month::new(2027, number).unwrap();
        let (from, to) = (plan::beginning(running, Shanghai), plan::standing(running, Shanghai));
        let diary = plan::diary(&stories, running, Shanghai, 50);
        assert!(diary.is_sorted_by_key(|entry| entry.at));
        let beyond: Vec<_> = diary.iter().filter(|entry| entry.at < from || entry.at > to).collect();
        assert!(beyond.is_empty(), "{running}: {beyond:?}");
        assert_eq!(to, at(&format!("2027-{number:02}-26T02:00:00Z")));
    }
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

#[test]
fn one_category_of_the_finished_month_ties_across_its_cut() {
    let stories = stories();
    let counts = poll::votes(&stories, StoryMonth::Finished);
    let categories: BTreeSet<_> = stories.iter().map(|story| story.category.as_str()).collect();
    for category in categories {
        let of = stories.iter().zip(&counts).filter(|(story, _)| story.category == category);
        let mut ranked: Vec<usize> = of.map(|(_, count)| *count).filter(|count| *count > 0).collect();
        ranked.sort_unstable_by(|a, b| b.cmp(a));
        assert!(ranked.len() > 3, "{category}: somebody must be left off the list");
        assert_eq!(ranked[2] == ranked[3], category == "dedication", "{category}: {ranked:?}");
    }
    assert_eq!(poll::tied(&stories).len(), 2);
    let ballots = poll::ballots(&stories, StoryMonth::Finished, 50);
    let distinct: BTreeSet<_> = ballots.iter().map(|one| (one.story, one.voter)).collect();
    assert_eq!((distinct.len(), ballots.len()), (counts.iter().sum(), counts.iter().sum()));
}

#[test]
fn photos_are_drawn_within_the_limits_and_always_the_same() {
    let policy = Policy::default();
    for story in stories().iter().step_by(9) {
        let photos = drawing::photos(story).unwrap();
        assert_eq!(photos, drawing::photos(story).unwrap());
        for photo in photos {
            let picture = image::load_from_memory(&photo).unwrap();
            let facts =
                PhotoFacts { bytes: photo.len() as u64, width_px: picture.width(), height_px: picture.height() };
            assert!(facts.bytes <= u64::from(policy.photo_max_bytes), "{facts:?}");
            assert!(facts.shorter_side_px() >= policy.photo_min_side_px, "{facts:?}");
        }
    }
}

#[test]
fn reviewers_words_are_such_as_the_api_takes() {
    let words = words::words().unwrap();
    for opinion in words.verify.iter().chain(&words.endorse).chain(&words.screen) {
        assert_eq!(text::paragraphs(opinion, 2_000), [], "{opinion}");
    }
}
