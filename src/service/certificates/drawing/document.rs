//! The file: pages, structure, bookmarks, and what readers of documents are told of it.

use chrono::{DateTime, Datelike as _, FixedOffset, Timelike as _};
use krilla::{
    Document, SerializeSettings,
    action::{Action, LinkAction},
    annotation::{Annotation, LinkAnnotation, Target},
    configure::{Accessibility, Archival, Configuration, ConfigurationBuilder},
    destination::XyzDestination,
    error::KrillaError,
    geom::{Point, Rect},
    metadata::{self, Metadata, PageLayout, TextDirection},
    outline::{Outline, OutlineNode},
    page::PageSettings,
    tagging::{Node, Tag, TagGroup, TagTree},
};

use super::{
    DrawError, Sheet,
    composed::{Composed, Members},
    faces::Face,
    frame::{HEIGHT, WIDTH},
    pen::Pen,
    sheet,
};

/// The language of certificates.
const LANGUAGE: &str = "zh-CN";
/// What has made the file.
const PROGRAM: &str = "haoren";

/// What readers of documents are told of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cover {
    /// Its title.
    pub title: String,
    /// Who has issued it.
    pub author: String,
    /// Names it among others, for good.
    pub id: String,
    /// When the list was published.
    pub created_at: DateTime<FixedOffset>,
}

/// Draws certificates into one file. Fails when a character of any of them cannot be drawn.
pub fn draw(sheets: &[Sheet], cover: &Cover, faces: &[Face]) -> Result<Vec<u8>, DrawError> {
    let composed: Vec<Composed> = sheets.iter().map(|sheet| Composed::of(sheet, faces)).collect::<Result<_, _>>()?;
    let mut document = Document::new_with(settings()?);
    document.set_metadata(metadata(cover));
    let (mut tree, mut outline, mut pages) = (TagTree::new().with_lang(Some(LANGUAGE.to_owned())), Outline::new(), 0);
    for (sheet, composed) in sheets.iter().zip(&composed) {
        let top = XyzDestination::new(pages, Point::from_xy(0.0, 0.0));
        outline.push_child(OutlineNode::new(sheet.wording.document_title.clone(), top));
        let mut parts = certificate(&mut document, sheet, composed, faces)?;
        pages += 1;
        if let Some(Members::Apart { heading, grid, .. }) = &composed.members {
            for names in grid.leaves() {
                let mut page = document.start_page_with(page_settings()?);
                let mut surface = page.surface();
                parts.extend(sheet::draw_members(&mut Pen::new(&mut surface, faces), composed, (heading, grid), names));
                surface.finish();
                page.finish();
                pages += 1;
            }
        }
        tree.push(TagGroup::with_children(Tag::Section, parts));
    }
    document.set_tag_tree(tree);
    document.set_outline(outline);
    document.finish().map_err(|error| failed(&error))
}

fn settings() -> Result<SerializeSettings, DrawError> {
    let configuration: Configuration = ConfigurationBuilder::new()
        .with_archival_validator(Archival::A2_A)
        .with_accessibility_validator(Accessibility::UA1)
        .finish()
        .map_err(|error| DrawError::Failed(format!("{error:?}")))?;
    Ok(SerializeSettings { configuration, ..SerializeSettings::default() })
}

fn metadata(cover: &Cover) -> Metadata {
    Metadata::new()
        .title(cover.title.clone())
        .authors(vec![cover.author.clone()])
        .language(LANGUAGE.to_owned())
        .creator(PROGRAM.to_owned())
        .producer(PROGRAM.to_owned())
        .document_id(cover.id.clone())
        .creation_date(moment(cover.created_at))
        .text_direction(TextDirection::LeftToRight)
        .page_layout(PageLayout::SinglePage)
}

fn moment(at: DateTime<FixedOffset>) -> metadata::DateTime {
    let small = |number: u32| u8::try_from(number).unwrap_or(0);
    let minutes = at.offset().local_minus_utc() / 60;
    metadata::DateTime::new(u16::try_from(at.year()).unwrap_or(0))
        .month(small(at.month()))
        .day(small(at.day()))
        .hour(small(at.hour()))
        .minute(small(at.minute()))
        .second(small(at.second()))
        .utc_offset_hour(i8::try_from(minutes / 60).unwrap_or(0))
        .utc_offset_minute(u8::try_from(minutes.abs() % 60).unwrap_or(0))
}

fn page_settings() -> Result<PageSettings, DrawError> {
    PageSettings::from_wh(WIDTH, HEIGHT).ok_or_else(|| DrawError::Failed("a page without size".to_owned()))
}

fn certificate(
    document: &mut Document,
    sheet: &Sheet,
    composed: &Composed,
    faces: &[Face],
) -> Result<Vec<Node>, DrawError> {
    let mut page = document.start_page_with(page_settings()?);
    let mut surface = page.surface();
    let mut pen = Pen::new(&mut surface, faces);
    let mut parts = sheet::draw(&mut pen, composed, &sheet.wording);
    let code = sheet::code(&mut pen, composed);
    surface.finish();
    let (left, top, side) = sheet::CODE;
    let place = Rect::from_xywh(left, top, side, side);
    let place = place.ok_or_else(|| DrawError::Failed("a code without size".to_owned()))?;
    let said = format!("核验证书：{}", sheet.check_url);
    let target = Target::Action(Action::from(LinkAction::new(sheet.check_url.clone())));
    let link = page.add_tagged_annotation(Annotation::new_link(LinkAnnotation::new(place, target), Some(said.clone())));
    page.finish();
    let picture = TagGroup::with_children(Tag::Figure(Some(said)), vec![code.into()]);
    parts.push(TagGroup::with_children(Tag::Link, vec![picture.into(), link.into()]).into());
    Ok(parts)
}

fn failed(error: &KrillaError) -> DrawError {
    let said = match error {
        KrillaError::Validation(errors) => {
            let errors: Vec<String> = errors.iter().map(|(error, _)| format!("{error:?}")).collect();
            format!("the file breaks a rule of PDF/A or PDF/UA: {}", errors.join(", "))
        }
        KrillaError::Font(..)
        | KrillaError::Limit(_)
        | KrillaError::DuplicateNamedDestination(_)
        | KrillaError::DuplicateTagId(..)
        | KrillaError::UnknownTagId(..) => error.to_string(),
    };
    DrawError::Failed(said)
}
