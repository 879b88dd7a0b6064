//! What is missing of a file and what to do about it, in words a clerk can act on.
//!
//! The words are made from the figures alone, so that the report and the refusal by the guard say the same.

use serde_json::Value;

use super::language::Language;
use crate::domain::{fault::Code, readiness::ReadinessCode, text_enum::TextEnum};

/// Says how one thing of the file stands, and what to do where it is not as it should be.
#[must_use]
pub fn words(code: ReadinessCode, (actual, required): (&Value, &Value), language: Language) -> String {
    match code {
        ReadinessCode::DeedLength => {
            deed_length(number(actual), (figure(required, "min"), figure(required, "max")), language)
        }
        ReadinessCode::PhotoCount => photo_count(number(actual), number(required), language),
        ReadinessCode::PhotoSize => photo_size(actual, required, language),
        ReadinessCode::ContactPhone => contact_phone(actual == &Value::Bool(true), language).to_owned(),
        ReadinessCode::VerificationRecords => verification_records(number(actual), number(required), language),
        ReadinessCode::Consent => {
            let given = names(actual);
            consent(&names(required).into_iter().filter(|scope| !given.contains(scope)).collect::<Vec<_>>(), language)
        }
    }
}

/// The same for a refusal that carries the figures of an item; `None` for other refusals.
#[must_use]
pub fn of_refusal(code: Code, figures: &[(&'static str, Value)], language: Language) -> Option<String> {
    let find = |name: &str| figures.iter().find(|(known, _)| *known == name).map(|(_, value)| value);
    if code == Code::ConsentMissing && find("hint").is_none() {
        return find("missing").map(|missing| consent(&names(missing), language));
    }
    let item = find("item").filter(|_| matches!(code, Code::MaterialsIncomplete | Code::VerificationMissing))?;
    Some(words(ReadinessCode::find(item.as_str()?)?, (find("actual")?, find("required")?), language))
}

fn number(value: &Value) -> u64 {
    value.as_u64().unwrap_or_default()
}

fn figure(value: &Value, name: &str) -> u64 {
    value.get(name).map(number).unwrap_or_default()
}

fn names(value: &Value) -> Vec<&str> {
    value.as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}

fn deed_length(actual: u64, (min, max): (u64, u64), language: Language) -> String {
    let (lacking, beyond) = (min.saturating_sub(actual), actual.saturating_sub(max));
    match language {
        Language::Chinese if actual == 0 && lacking > 0 => format!("尚未填写事迹材料，要求 {min}–{max} 字，请补写"),
        Language::Chinese if lacking > 0 => {
            format!("事迹材料 {actual} 字，要求 {min}–{max} 字，还差 {lacking} 字，请补充")
        }
        Language::Chinese if beyond > 0 => {
            format!("事迹材料 {actual} 字，要求 {min}–{max} 字，超出 {beyond} 字，请精简")
        }
        Language::Chinese => format!("事迹材料 {actual} 字，符合 {min}–{max} 字的要求"),
        Language::English if actual == 0 && lacking > 0 => {
            format!("There is no deed statement yet; write one of {min} to {max} characters")
        }
        Language::English if lacking > 0 => {
            format!("The deed has {actual} characters and needs {min} to {max}; add at least {lacking}")
        }
        Language::English if beyond > 0 => {
            format!("The deed has {actual} characters and may have {min} to {max}; shorten it by at least {beyond}")
        }
        Language::English => format!("The deed has {actual} characters, as is asked ({min} to {max})"),
    }
}

fn photo_count(actual: u64, required: u64, language: Language) -> String {
    let (lacking, beyond) = (required.saturating_sub(actual), actual.saturating_sub(required));
    match language {
        Language::Chinese if lacking > 0 => {
            format!("还缺 {lacking} 张照片（现有 {actual} 张，要求 {required} 张），请补传")
        }
        Language::Chinese if beyond > 0 => {
            format!("照片多出 {beyond} 张（现有 {actual} 张，要求 {required} 张），请选定要用的，删去其余的")
        }
        Language::Chinese => format!("照片 {actual} 张，符合要求"),
        Language::English if lacking > 0 => {
            format!("{lacking} more photos are needed: there are {actual} of {required}; add them")
        }
        Language::English if beyond > 0 => {
            format!("{beyond} photos too many: there are {actual}, {required} are asked for; remove those not wanted")
        }
        Language::English => format!("There are {actual} photos, as is asked"),
    }
}

/// One photo with all that is wrong with it, by its place.
fn photo_size(actual: &Value, required: &Value, language: Language) -> String {
    let (bytes, most) = (figure(actual, "bytes"), figure(required, "max_bytes"));
    let (side, least) = (figure(actual, "shorter_side_px"), figure(required, "min_side_px"));
    let Some(place) = actual.get("position").map(number) else {
        return match language {
            Language::Chinese => "照片的大小和尺寸符合要求".to_owned(),
            Language::English => "The photos are within the limits of size".to_owned(),
        };
    };
    let (mut wrong, is_heavy, is_small) = (Vec::new(), bytes > most, side < least);
    match language {
        Language::Chinese => {
            if is_heavy {
                wrong.push(format!("文件 {bytes} 字节，至多 {most} 字节，请删去后重新上传并自动压缩（fit=true）"));
            }
            if is_small {
                wrong.push(format!("短边 {side} 像素，至少 {least} 像素，请换用更大的原图"));
            }
            format!("照片第 {place} 张{}", wrong.join("；"))
        }
        Language::English => {
            if is_heavy {
                wrong.push(format!(
                    "it has {bytes} bytes, at most {most} are kept; remove it and send it again with fit=true"
                ));
            }
            if is_small {
                wrong.push(format!(
                    "its shorter side has {side} pixels, at least {least} are asked for; use a larger original"
                ));
            }
            format!("Photo {place}: {}", wrong.join("; "))
        }
    }
}

const fn contact_phone(is_there: bool, language: Language) -> &'static str {
    match language {
        Language::Chinese if is_there => "已填写联系电话",
        Language::Chinese => "缺少联系电话，请填写本人电话（集体填代表人、已故者填近亲属、未满 18 岁者填监护人的电话）",
        Language::English if is_there => "A contact telephone is on file",
        Language::English => {
            "A contact telephone is missing; enter the person's own (for a group the representative's, for the dead the \
             next of kin's, under 18 the guardian's)"
        }
    }
}

fn verification_records(actual: u64, required: u64, language: Language) -> String {
    let lacking = required.saturating_sub(actual);
    match language {
        Language::Chinese if lacking > 0 => {
            format!("还缺 {lacking} 份核实属实的事迹核实记录（现有 {actual} 份，要求 {required} 份），请核实后登记")
        }
        Language::Chinese => format!("核实属实的事迹核实记录 {actual} 份，符合要求"),
        Language::English if lacking > 0 => format!(
            "{lacking} more records that confirm the deed are needed: there are {actual} of {required}; verify the facts \
             and record it"
        ),
        Language::English => format!("{actual} records confirm the deed, as is asked"),
    }
}

fn consent(missing: &[&str], language: Language) -> String {
    let label = |scope: &&str| match (language, *scope) {
        (Language::Chinese, "publication") => "公示".to_owned(),
        (Language::Chinese, "forwarding") => "上报".to_owned(),
        (Language::Chinese | Language::English, other) => other.to_owned(),
    };
    let labels: Vec<String> = missing.iter().map(label).collect();
    match language {
        Language::Chinese if missing.is_empty() => "已登记本人对公示和上报的同意".to_owned(),
        Language::Chinese => format!(
            "尚未登记本人对{}的同意，请取得同意书并登记（集体由代表人、已故者由近亲属、未满 18 岁者由监护人同意；市级筛选前必须具备）",
            labels.join("和")
        ),
        Language::English if missing.is_empty() => "The consent to publication and forwarding is on file".to_owned(),
        Language::English => format!(
            "The consent to {} is missing; obtain and record it before the screening (a group's representative, the next \
             of kin of the dead, the guardian of those under 18 consent for them)",
            labels.join(" and ")
        ),
    }
}

#[cfg(test)]
mod tests {
    use ReadinessCode::{Consent, ContactPhone, DeedLength, PhotoCount, PhotoSize, VerificationRecords};
    use rstest::rstest;
    use serde_json::json;

    use super::*;

    fn limits() -> Value {
        json!({ "max_bytes": 393_216, "min_side_px": 300 })
    }

    #[rstest]
    #[case(DeedLength, json!(0), json!({ "min": 500, "max": 1000 }), "尚未填写事迹材料", "no deed statement")]
    #[case(DeedLength, json!(412), json!({ "min": 500, "max": 1000 }), "事迹材料 412 字，要求 500–1000 字，还差 88 字", "add at least 88")]
    #[case(DeedLength, json!(612), json!({ "min": 500, "max": 1000 }), "事迹材料 612 字，符合", "612 characters, as is asked")]
    #[case(DeedLength, json!(1012), json!({ "min": 500, "max": 1000 }), "超出 12 字", "shorten it by at least 12")]
    #[case(DeedLength, json!(0), json!({ "min": 0, "max": 1000 }), "事迹材料 0 字，符合", "0 characters, as is asked")]
    #[case(PhotoCount, json!(1), json!(2), "还缺 1 张照片", "1 more photos are needed")]
    #[case(PhotoCount, json!(4), json!(2), "照片多出 2 张", "2 photos too many")]
    #[case(PhotoCount, json!(2), json!(2), "照片 2 张，符合要求", "2 photos, as is asked")]
    #[case(PhotoSize, json!({ "outside_limits": 0 }), limits(), "符合要求", "within the limits")]
    #[case(PhotoSize, json!({ "position": 2, "bytes": 1, "shorter_side_px": 280 }), limits(), "照片第 2 张短边 280 像素，至少 300 像素", "Photo 2: its shorter side has 280 pixels")]
    #[case(PhotoSize, json!({ "position": 3, "bytes": 393_217, "shorter_side_px": 300 }), limits(), "照片第 3 张文件 393217 字节", "with fit=true")]
    #[case(PhotoSize, json!({ "position": 1, "bytes": 393_217, "shorter_side_px": 299 }), limits(), "（fit=true）；短边 299", "fit=true; its shorter side")]
    #[case(ContactPhone, json!(false), json!(true), "缺少联系电话，请填写", "enter the person's own")]
    #[case(ContactPhone, json!(true), json!(true), "已填写联系电话", "on file")]
    #[case(VerificationRecords, json!(0), json!(1), "还缺 1 份核实属实", "1 more records that confirm")]
    #[case(VerificationRecords, json!(1), json!(1), "记录 1 份，符合要求", "1 records confirm the deed")]
    #[case(Consent, json!([]), json!(["publication", "forwarding"]), "对公示和上报的同意，请", "publication and forwarding is missing")]
    #[case(Consent, json!(["publication"]), json!(["publication", "forwarding"]), "对上报的同意，请", "The consent to forwarding is missing")]
    #[case(Consent, json!(["forwarding", "publication"]), json!(["publication", "forwarding"]), "已登记", "on file")]
    fn what_is_missing_and_what_to_do(
        #[case] code: ReadinessCode,
        #[case] actual: Value,
        #[case] required: Value,
        #[case] zh: &str,
        #[case] en: &str,
    ) {
        let said = words(code, (&actual, &required), Language::Chinese);
        assert!(said.contains(zh), "{said}");
        let said = words(code, (&actual, &required), Language::English);
        assert!(said.contains(en), "{said}");
    }

    #[test]
    fn a_refusal_says_what_the_report_says() {
        let figures = [("item", json!("photo_count")), ("actual", json!(1)), ("required", json!(2))];
        for language in [Language::Chinese, Language::English] {
            let refusal = of_refusal(Code::MaterialsIncomplete, &figures, language);
            assert_eq!(refusal, Some(words(PhotoCount, (&json!(1), &json!(2)), language)));
            let missing = [("missing", json!(["forwarding"]))];
            let refusal = of_refusal(Code::ConsentMissing, &missing, language).unwrap();
            let required = json!(["publication", "forwarding"]);
            assert_eq!(refusal, words(Consent, (&json!(["publication"]), &required), language));
            assert_eq!(of_refusal(Code::PhotoLimit, &figures, language), None);
            assert_eq!(of_refusal(Code::MaterialsIncomplete, &[], language), None);
        }
    }
}
