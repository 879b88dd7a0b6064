//! Results to deliver: read from a file, or made by a simple rule.

use std::{collections::BTreeMap, fs, path::Path};

use super::{
    failure::Failure,
    wire::{Delivery, Item, Verdict},
};

/// The head of a CSV file.
const HEAD: [&str; 3] = ["candidate_id", "votes", "listed"];

/// Reads a file: JSON as it is sent, or CSV with the columns `candidate_id,votes,listed`.
pub fn of_file(path: &Path) -> Result<Delivery, Failure> {
    let text = fs::read_to_string(path).map_err(|error| Failure::of_file(path, &error))?;
    let text = text.trim_start_matches('\u{feff}');
    let is_json = text.trim_start().starts_with(['{', '[']);
    let read = if is_json { of_json(text) } else { of_csv(text) };
    read.map_err(|why| Failure::Local(format!("{}: {why}", path.display())))
}

fn of_json(text: &str) -> Result<Delivery, String> {
    let read = if text.trim_start().starts_with('[') {
        serde_json::from_str(text).map(|candidates| Delivery { candidates })
    } else {
        serde_json::from_str(text)
    };
    read.map_err(|error| error.to_string())
}

/// None of the values needs quotes, so none are read.
fn of_csv(text: &str) -> Result<Delivery, String> {
    let mut lines = (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty());
    let head = lines.next().map(|(_, line)| cells(line)).unwrap_or_default();
    if head != HEAD {
        return Err(format!("表头应为 the head must be {}", HEAD.join(",")));
    }
    let verdicts = lines.map(|(number, line): (usize, &str)| {
        verdict(&cells(line)).ok_or_else(|| format!("第 {number} 行无法读取 line {number} cannot be read: {line}"))
    });
    Ok(Delivery { candidates: verdicts.collect::<Result<_, _>>()? })
}

fn cells(line: &str) -> Vec<&str> {
    line.split(',').map(str::trim).collect()
}

fn verdict(cells: &[&str]) -> Option<Verdict> {
    let [candidate_id, votes, listed] = cells else { return None };
    let listed = match *listed {
        "true" | "1" | "是" => true,
        "false" | "0" | "否" => false,
        _ => return None,
    };
    Some(Verdict { candidate_id: candidate_id.parse().ok()?, votes: votes.parse().ok()?, listed })
}

/// Gives each candidate fewer votes than the one before in the category, and lists the first so many of each.
#[must_use]
pub fn generated(standing: &[Item], listed: usize) -> Delivery {
    let mut places: BTreeMap<&str, usize> = BTreeMap::new();
    let candidates = standing.iter().map(|item| {
        let place = places.entry(&item.category).or_default();
        *place += 1;
        let behind = u64::try_from(*place).unwrap_or(u64::MAX).saturating_mul(10);
        Verdict { candidate_id: item.candidate_id, votes: 10_000_u64.saturating_sub(behind), listed: *place <= listed }
    });
    Delivery { candidates: candidates.collect() }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use uuid::Uuid;

    use super::*;

    const ONE: &str = "0192f1c5-7a00-7000-8000-000000000001";

    #[rstest]
    #[case(&format!("candidate_id,votes,listed\n{ONE},12,true\n"))]
    #[case(&format!("\u{feff}candidate_id,votes,listed\r\n{ONE}, 12 ,是\r\n\r\n"))]
    #[case(&format!(r#"[{{"candidate_id":"{ONE}","votes":12,"listed":true}}]"#))]
    #[case(&format!(r#"{{"candidates":[{{"candidate_id":"{ONE}","votes":12,"listed":true}}]}}"#))]
    fn a_file_in_either_form_is_read(#[case] text: &str) {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), text).unwrap();
        let verdict = Verdict { candidate_id: ONE.parse().unwrap(), votes: 12, listed: true };
        assert_eq!(of_file(file.path()), Ok(Delivery { candidates: vec![verdict] }));
    }

    #[rstest]
    #[case("", "head")]
    #[case("id,votes\n", "head")]
    #[case("candidate_id,votes,listed\nx,1,true", "line 2")]
    #[case("candidate_id,votes,listed\n0192f1c5-7a00-7000-8000-000000000001,-1,true", "line 2")]
    #[case("candidate_id,votes,listed\n0192f1c5-7a00-7000-8000-000000000001,1", "line 2")]
    #[case("candidate_id,votes,listed\n0192f1c5-7a00-7000-8000-000000000001,1,maybe", "line 2")]
    #[case("{\"candidates\":[{}]}", "candidate_id")]
    fn what_is_wrong_with_a_file_is_told(#[case] text: &str, #[case] named: &str) {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), text).unwrap();
        let Err(Failure::Local(why)) = of_file(file.path()) else { panic!("it is read") };
        assert!(why.contains(named), "{why}");
    }

    #[test]
    fn the_first_of_each_category_are_listed() {
        let item = |number: u128, category: &str| Item {
            candidate_id: Uuid::from_u128(number),
            category: category.to_owned(),
            status: "accepted".to_owned(),
        };
        let standing = [item(1, "dedication"), item(2, "bravery"), item(3, "dedication")];
        let made: Vec<_> = generated(&standing, 1).candidates.into_iter().map(|one| (one.votes, one.listed)).collect();
        assert_eq!(made, [(9_990, true), (9_990, true), (9_980, false)]);
    }
}
