//! Which cell styles show a number as a day.

use std::collections::HashMap;

use super::{
    ReadError,
    xml::{Node, Xml, attribute},
};

/// For each style, whether it shows a day or a time.
pub fn read(part: &str) -> Result<Vec<bool>, ReadError> {
    let mut xml = Xml::new(part);
    let mut own: HashMap<u32, bool> = HashMap::new();
    let mut styles = Vec::new();
    let mut in_cell_styles = false;
    loop {
        match xml.next()? {
            Node::Start(start) => match start.local_name().as_ref() {
                "numFmt" => {
                    let id = attribute(&start, "numFmtId")?.and_then(|id| id.parse().ok());
                    let code = attribute(&start, "formatCode")?;
                    own.extend(id.zip(code).map(|(id, code)| (id, is_date_format(&code))));
                }
                "cellXfs" => in_cell_styles = true,
                "xf" if in_cell_styles => {
                    let id: u32 = attribute(&start, "numFmtId")?.and_then(|id| id.parse().ok()).unwrap_or(0);
                    styles.push(own.get(&id).copied().unwrap_or_else(|| is_date_id(id)));
                }
                _ => {}
            },
            Node::End(name) if name == "cellXfs" => in_cell_styles = false,
            Node::Eof => return Ok(styles),
            Node::End(_) | Node::Text(_) => {}
        }
    }
}

/// The formats that every workbook has without saying so; those from 27 on are Chinese, Japanese and Korean days.
fn is_date_id(id: u32) -> bool {
    matches!(id, 14..=22 | 27..=36 | 45..=47 | 50..=58)
}

/// Whether a format has the letters of a day outside quotation marks and brackets.
fn is_date_format(code: &str) -> bool {
    let mut quoted = false;
    let mut bracketed = false;
    let mut escaped = false;
    for character in code.chars() {
        if std::mem::take(&mut escaped) {
            continue;
        }
        match character {
            '\\' | '_' | '*' => escaped = true,
            '"' => quoted = !quoted,
            '[' if !quoted => bracketed = true,
            ']' if !quoted => bracketed = false,
            'y' | 'Y' | 'd' | 'D' | 'm' | 'M' | 'h' | 'H' | 'e' | 's' if !quoted && !bracketed => {
                return !code.eq_ignore_ascii_case("general") && !code.contains("E+") && !code.contains("E-");
            }
            _ => {}
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_of_days_are_told_from_those_of_numbers() {
        for code in ["yyyy-mm-dd", "yyyy\"年\"m\"月\"d\"日\"", "[$-804]d/m/yy", "h:mm"] {
            assert!(is_date_format(code), "{code}");
        }
        for code in ["General", "0", "@", "0.00E+00", "#,##0\"d\"", "[Red]0", "0_d", "\\d0"] {
            assert!(!is_date_format(code), "{code}");
        }
        let part = "<styleSheet><numFmts><numFmt numFmtId=\"170\" formatCode=\"yyyy\"/></numFmts>\
            <cellStyleXfs><xf numFmtId=\"14\"/></cellStyleXfs><cellXfs><xf/><xf numFmtId=\"14\"/><xf numFmtId=\"170\"/></cellXfs></styleSheet>";
        assert_eq!(read(part), Ok(vec![false, true, true]));
    }
}
