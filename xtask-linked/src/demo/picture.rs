//! A moving picture of the demo: its own output, in a window that scrolls, as one SVG.
//!
//! Web pages show it as an image, so it has no script; viewers who prefer less motion see the beginning.

use xtask::screen::Shown;

/// The window: characters in a line, lines, and their sizes in pixels.
const COLUMNS: usize = 80;
const ROWS: usize = 30;
const CHARACTER: f64 = 7.8;
const LINE: usize = 18;
const MARGIN: usize = 14;

/// How long a line stays the last one, before a heading, and at the end; in seconds.
const PACE: f64 = 0.35;
const BREATH: f64 = 2.0;
const END: f64 = 6.0;

/// Draws what was shown.
pub(super) fn draw(shown: &[Shown]) -> String {
    let width = f64::from(u32::try_from(COLUMNS).unwrap_or(u32::MAX)) * CHARACTER;
    let (rows, margins) = (ROWS * LINE, 2 * MARGIN);
    let (keyframes, seconds) = scroll(shown);
    let mut picture = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" aria-label=\"cargo xtask demo\" \
         viewBox=\"0 0 {:.0} {}\" font-family=\"ui-monospace,Menlo,Consolas,monospace\" font-size=\"13\">\n\
         <style>\n\
         text{{fill:#d8dee9;white-space:pre}}\n\
         .c1{{fill:#fff;font-weight:bold}} .c2{{fill:#8b95a7}} .c31{{fill:#e06c75}} .c32{{fill:#98c379}} \
         .c36{{fill:#56b6c2}}\n\
         @keyframes s{{{keyframes}}}\n\
         @media (prefers-reduced-motion:no-preference){{#s{{animation:s {seconds:.1}s step-end infinite}}}}\n\
         </style>\n\
         <rect width=\"100%\" height=\"100%\" rx=\"8\" fill=\"#1e222a\"/>\n\
         <svg x=\"{MARGIN}\" y=\"{MARGIN}\" width=\"{width:.0}\" height=\"{rows}\"><g id=\"s\">\n",
        width + f64::from(u32::try_from(margins).unwrap_or(u32::MAX)),
        rows + margins,
    );
    let lines = shown.iter().zip(1..);
    let lines = lines.filter(|(line, _)| !line.text.is_empty());
    picture.extend(lines.map(|(line, row)| draw_line(line, row)));
    picture.push_str("</g></svg></svg>\n");
    picture
}

fn draw_line(Shown { color, text }: &Shown, row: usize) -> String {
    let class = match *color {
        "" => String::new(),
        color => format!(" class=\"c{color}\""),
    };
    let y = row * LINE - 4;
    format!("<text y=\"{y}\"{class}>{}</text>\n", escape(text))
}

/// Returns when the window moves how far, as keyframes, and how long all of it takes.
fn scroll(shown: &[Shown]) -> (String, f64) {
    let mut moments = vec![(0.0, 0)];
    let mut now = BREATH;
    for (row, next) in (1..).zip(shown.iter().skip(ROWS)) {
        if next.color == "1" {
            now += BREATH;
        }
        moments.push((now, row * LINE));
        now += PACE;
    }
    let all = now + END;
    let keyframes = moments.into_iter().map(|(moment, distance)| {
        let percent = moment / all * 100.0;
        format!("{percent:.2}%{{transform:translateY(-{distance}px)}}")
    });
    let keyframes = keyframes.collect();
    (keyframes, all)
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_drawn_and_the_window_moves_to_the_last_one() {
        let line = |n: usize| Shown {
            color: if n == 35 { "1" } else { "" },
            text: format!("line {n} <&>"),
        };
        let shown: Vec<Shown> = (1..=40).map(line).collect();
        let picture = draw(&shown);
        assert_eq!(picture.matches("<text ").count(), 40);
        assert!(picture.contains("class=\"c1\">line 35 &lt;&amp;&gt;</text>"));
        assert!(picture.contains("translateY(-180px)"), "{picture}");
        assert!(!picture.contains("translateY(-198px)"), "{picture}");
    }
}
