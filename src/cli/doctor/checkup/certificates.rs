//! What certificates need: an address that their code leads to, and fonts. Neither keeps the server from starting.

use std::collections::BTreeMap;

use super::Finding;
use crate::{
    service::certificates::{check_path, read_folder},
    settings::Settings,
    storage::{self, Address, Connection, migrations},
};

/// The address that stands on certificates: printed once, it stays until the certificate is reissued.
pub fn public_address(settings: &Settings) -> Finding {
    const SUBJECT: &str = "address";
    const MEND: &str = "set HAOREN_PUBLIC_URL to the address of the public, such as https://haoren.example.gov.cn, before \
                        certificates are printed: their codes lead there. What was issued before it was set is reissued by \
                        `haoren certificates reissue --because \"公开网址更正\"`; --help has more";
    match &settings.public_url {
        None => Finding::doubtful(SUBJECT, "HAOREN_PUBLIC_URL is not set", MEND),
        Some(url) if !url.starts_with("https://") => Finding::doubtful(SUBJECT, format!("{url} is not https"), MEND),
        Some(url) => Finding::good(SUBJECT, format!("certificates lead to {url}")),
    }
}

/// Certificates that were issued and lead to another address than that of today; none where there is no database that can be
/// read, which is told of elsewhere.
pub fn issued(settings: &Settings, address: &Address) -> Option<Finding> {
    let url = settings.public_url.as_deref()?;
    let is_there = super::holds_database(address);
    // Opening would make a database where there is none.
    if !is_there || !matches!(migrations::pending(address), Ok(pending) if pending.is_empty()) {
        return None;
    }
    let mut connection = Connection::open(address).ok()?;
    match storage::certificates::addresses(&mut connection) {
        Ok(printed) => elsewhere(url, &printed),
        Err(error) => Some(super::unreadable(&error)),
    }
}

/// Those whose address was not noted are not counted: only the command looks into their files.
fn elsewhere(url: &str, printed: &BTreeMap<String, Option<String>>) -> Option<Finding> {
    const MEND: &str = "haoren certificates reissue --because \"公开网址更正\" --dry-run lists them; without --dry-run it reissues \
                        them, and keeps the prints before";
    let leads_here = |(number, address): (&String, &String)| *address == format!("{url}{}", check_path(number));
    let noted: Vec<(&String, &String)> =
        printed.iter().filter_map(|(number, address)| Some((number, address.as_ref()?))).collect();
    let elsewhere: Vec<_> = noted.iter().filter(|one| !leads_here(**one)).collect();
    let (_, first) = elsewhere.first()?;
    let found = format!(
        "{} of {} issued certificates lead elsewhere than to {url}, such as to {first}",
        elsewhere.len(),
        printed.len()
    );
    Some(Finding::doubtful("certificates", found, MEND))
}

/// The fonts for rare characters.
pub fn fonts(settings: &Settings) -> Vec<Finding> {
    const SUBJECT: &str = "fonts";
    let Some(folder) = &settings.font_dir else {
        let found = "the program's own alone (GB 2312 and 通用规范汉字表); HAOREN_FONT_DIR may name a folder with more";
        return vec![Finding::good(SUBJECT, found)];
    };
    let shown = folder.display();
    let fonts = match read_folder(folder) {
        Ok(fonts) if fonts.is_empty() => {
            let mend = "put fonts with rare characters there, such as HanaMinA.ttf and HanaMinB.ttf";
            return vec![Finding::doubtful(SUBJECT, format!("{shown} has no .ttf or .otf file"), mend)];
        }
        Ok(fonts) => fonts,
        Err(error) => {
            return vec![Finding::doubtful(SUBJECT, format!("{shown}: {error}"), "correct HAOREN_FONT_DIR")];
        }
    };
    let found = fonts.into_iter().map(|font| match font.face {
        Ok(face) => Finding::good(SUBJECT, format!("{}: {} characters", font.name, face.count())),
        Err(why) => {
            let mend = "put the whole file there again; until then it is passed over";
            Finding::doubtful(SUBJECT, format!("{}: {why}", font.name), mend)
        }
    });
    found.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::doctor::finding::Level;

    fn settings() -> Settings {
        super::super::tests::settings(std::path::Path::new("nowhere"))
    }

    #[test]
    fn an_address_is_to_be_set_and_https() {
        for (url, level) in [
            (None, Level::Doubtful),
            (Some("http://haoren.example.gov.cn"), Level::Doubtful),
            (Some("https://haoren.example.gov.cn"), Level::Good),
        ] {
            let settings = Settings { public_url: url.map(str::to_owned), ..settings() };
            assert_eq!(public_address(&settings).level, level, "{url:?}");
        }
    }

    #[test]
    fn certificates_that_lead_elsewhere_are_told_of() {
        const URL: &str = "https://haoren.example.gov.cn";
        let printed = |addresses: &[Option<&str>]| -> BTreeMap<String, Option<String>> {
            let address = |base: &str| format!("{base}/api/v1/certificates/2026-11-DED-0001");
            let one = |address: Option<String>| ("2026-11-DED-0001".to_owned(), address);
            addresses.iter().map(|base| one(base.map(address))).collect()
        };
        for (base, is_told) in [
            (Some(URL), false),
            (None, false),
            (Some("http://127.0.0.1:8080"), true),
            (Some("https://haoren.example.gov.cn.elsewhere"), true),
        ] {
            assert_eq!(elsewhere(URL, &printed(&[base])).is_some(), is_told, "{base:?}");
        }
        assert!(elsewhere(URL, &printed(&[])).is_none());
        let finding = elsewhere(URL, &printed(&[Some("http://127.0.0.1:8080")])).unwrap();
        assert!(finding.found.starts_with("1 of 1") && finding.found.contains("127.0.0.1:8080"), "{}", finding.found);
    }

    #[test]
    fn a_broken_font_is_told_of() {
        let folder = tempfile::tempdir().unwrap();
        let rare = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fonts/rare.ttf");
        std::fs::copy(rare, folder.path().join("b.ttf")).unwrap();
        std::fs::write(folder.path().join("a.ttf"), b"not a font").unwrap();
        std::fs::write(folder.path().join("notes.txt"), b"nothing").unwrap();
        let found = fonts(&Settings { font_dir: Some(folder.path().to_owned()), ..settings() });
        let levels: Vec<Level> = found.iter().map(|finding| finding.level).collect();
        assert_eq!(levels, [Level::Doubtful, Level::Good]);
        assert!(found[0].found.starts_with("a.ttf") && found[1].found == "b.ttf: 3 characters", "{}", found[1].found);
        for folder in [folder.path().join("gone"), folder.path().join("b.ttf")] {
            assert_eq!(fonts(&Settings { font_dir: Some(folder), ..settings() })[0].level, Level::Doubtful);
        }
        assert_eq!(fonts(&settings())[0].level, Level::Good);
    }
}
