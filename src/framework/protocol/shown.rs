//! Texts as a terminal shows them.
//!
//! Messages quote names that others have chosen, of webhooks for instance. A terminal obeys control characters instead
//! of showing them: such a name could color, move or hide the text around it, and characters that override the
//! direction of writing could make it read as another one. Terraform itself shows the values of attributes, which stay
//! as they are.

const REPLACEMENT: &str = "\u{fffd}";

/// Makes a text of one line safe to show: a summary, a name.
pub(super) fn line(text: String) -> String {
    without(is_obeyed, text)
}

/// Makes a text of several lines safe to show: a detail.
pub(super) fn lines(text: String) -> String {
    without(|c| is_obeyed(c) && !matches!(c, '\n' | '\t'), text)
}

/// Nearly every text stays as it is.
fn without(is_unfit: impl Fn(char) -> bool, text: String) -> String {
    if text.contains(&is_unfit) {
        text.replace(is_unfit, REPLACEMENT)
    } else {
        text
    }
}

fn is_obeyed(c: char) -> bool {
    c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_would_obey_is_replaced() {
        for c in [
            '\0', '\u{7}', '\u{8}', '\r', '\u{1b}', '\u{1f}', '\u{7f}', '\u{80}', '\u{9b}',
            '\u{9f}', '\u{202a}', '\u{202e}', '\u{2066}', '\u{2069}',
        ] {
            let text = format!("a{c}[31mred");
            assert_eq!(line(text.clone()), "a\u{fffd}[31mred", "{c:?}");
            assert_eq!(lines(text), "a\u{fffd}[31mred", "{c:?}");
        }
    }

    #[test]
    fn only_a_detail_has_lines() {
        let text = "import {\n\tid = \"1\"\n}";
        assert_eq!(lines(text.to_owned()), text);
        assert_eq!(
            line(text.to_owned()),
            "import {\u{fffd}\u{fffd}id = \"1\"\u{fffd}}"
        );
    }

    #[test]
    fn letters_of_any_language_stay() {
        for text in ["Übergabe", "отчёт", "أحداث", "報告 📦", "a\u{200f}b", "…"] {
            assert_eq!(line(text.to_owned()), text);
            assert_eq!(lines(text.to_owned()), text);
        }
    }
}
