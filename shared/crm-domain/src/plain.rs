//! An e-mail as plain text, made of its HTML: for those who read no HTML, and for filters that distrust mail without it.
//!
//! A letter's text says what its HTML says and leads to the same places: links stand behind what they are called. What
//! tables and styles mean is not kept.

use std::borrow::Cow;

use crate::html::{Token, decoded, href, text_of, tokens};

/// What comes before the next word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Gap {
    None,
    Space,
    Line,
    Paragraph,
}

/// The text of `html`.
#[must_use]
pub fn plain(html: &str) -> String {
    let mut writer = Writer { out: String::with_capacity(html.len()), gap: Gap::None, link: None };
    for token in tokens(html) {
        match token {
            Token::Text(text) => writer.text(text),
            Token::Tag(name, tag) => writer.tag(&name.to_ascii_lowercase(), tag),
            Token::Raw(_) => {}
        }
    }
    writer.end_link();
    writer.out
}

struct Writer {
    out: String,
    gap: Gap,
    /// Where the link that is open leads to, and where it begins.
    link: Option<(String, usize)>,
}

impl Writer {
    fn text(&mut self, text: &str) {
        for (c, _) in decoded(text) {
            if c.is_whitespace() {
                self.leave(Gap::Space);
            } else {
                self.fill();
                self.out.push(c);
            }
        }
    }

    fn tag(&mut self, name: &str, tag: &str) {
        match name {
            "a" => {
                self.end_link();
                let target = href(tag).and_then(|(start, end)| tag.get(start..end)).map(|value| text_of(value.trim()));
                let leads = |target: &Cow<'_, str>| {
                    ["http://", "https://", "mailto:", "tel:"].iter().any(|scheme| target.starts_with(scheme))
                };
                self.link = target.filter(leads).map(|target| (target.into_owned(), self.out.len()));
            }
            "/a" => self.end_link(),
            "br" => match self.gap {
                // Two of them are an empty line.
                Gap::Line => self.leave(Gap::Paragraph),
                _ => self.leave(Gap::Line),
            },
            "li" => {
                self.leave(Gap::Line);
                self.fill();
                self.out.push_str("- ");
            }
            _ => match name.trim_start_matches('/') {
                "p" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "ul" | "ol" | "table" | "blockquote" | "pre" | "hr" => {
                    self.leave(Gap::Paragraph);
                }
                "div" | "tr" | "li" | "section" | "article" | "header" | "footer" | "center" | "dt" | "dd" | "body" => {
                    self.leave(Gap::Line);
                }
                "td" | "th" => self.leave(Gap::Space),
                _ => {}
            },
        }
    }

    fn leave(&mut self, gap: Gap) {
        self.gap = self.gap.max(gap);
    }

    fn fill(&mut self) {
        let gap = std::mem::replace(&mut self.gap, Gap::None);
        if !self.out.is_empty() {
            self.out.push_str(match gap {
                Gap::Space if !self.out.ends_with(' ') => " ",
                Gap::None | Gap::Space => "",
                Gap::Line => "\n",
                Gap::Paragraph => "\n\n",
            });
        }
    }

    /// Tells where the open link leads to, unless it says so itself.
    fn end_link(&mut self) {
        let Some((target, start)) = self.link.take() else { return };
        let shown = self.out.get(start..).unwrap_or_default().trim();
        let address = target.trim_start_matches("mailto:").trim_start_matches("tel:");
        if shown.is_empty() {
            // A picture.
            self.fill();
            self.out.push_str(address);
        } else if shown != address {
            self.out.push_str(" (");
            self.out.push_str(address);
            self.out.push(')');
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paragraphs_lines_and_lists_stand_apart() {
        for (html, text) in [
            ("", ""),
            ("just text", "just text"),
            ("  a \n b\t c ", "a b c"),
            ("<p>one</p><p>two</p>", "one\n\ntwo"),
            ("<p>one\n<p>two", "one\n\ntwo"),
            ("one<br>two<br/>three", "one\ntwo\nthree"),
            ("one<br><br>two", "one\n\ntwo"),
            ("<div><div>one</div></div><div>two</div>", "one\ntwo"),
            ("<h1>Sale</h1>Now <b>half</b> the price<i>!</i>", "Sale\n\nNow half the price!"),
            ("See:<ul><li>one</li>\n<li> two </li></ul>end", "See:\n\n- one\n- two\n\nend"),
            ("<table><tr><td>1</td><td>2</td></tr><tr><td>3</td></tr></table>", "1 2\n3"),
        ] {
            assert_eq!(plain(html), text, "{html}");
        }
    }

    #[test]
    fn characters_are_those_that_are_meant() {
        assert_eq!(plain("Tom &amp; Asha&#39;s &lt;3 &#x20AC;5&nbsp;&mdash; &unknown; &"), "Tom & Asha's <3 €5 — &unknown; &");
        assert_eq!(plain("1 < 2 > 1"), "1 < 2 > 1");
    }

    #[test]
    fn what_is_no_text_is_left_out() {
        let html = "<!doctype html><html><head><title>t</title><style>p { color: red }</style></head><body><!-- note <b> -->\
            <p>Hello</p><script>if (1 < 2) alert('<p>')</script><img src=\"https://crm.example/o.gif\" alt=\"\"></body></html>";
        assert_eq!(plain(html), "Hello");
    }

    #[test]
    fn links_stand_behind_what_they_are_called() {
        for (html, text) in [
            ("<a href=\"https://x.in/?a=1&amp;b=2\">Our <b>shop</b></a>, now", "Our shop (https://x.in/?a=1&b=2), now"),
            ("go to <a href='https://x.in'>https://x.in</a>.", "go to https://x.in."),
            ("<a href=https://x.in> the shop </a> now", "the shop (https://x.in) now"),
            ("<a href=\"mailto:a@x.in\">write</a> <a href=\"mailto:a@x.in\">a@x.in</a>", "write (a@x.in) a@x.in"),
            ("<a href=\"https://x.in\"><img src=\"y\"></a><p>z", "https://x.in\n\nz"),
            ("<a href=\"#top\">up</a> <a href=\"javascript:x()\">no</a> <a name=x>here</a>", "up no here"),
            ("<a href=\"https://x.in\">open<p>end", "open\n\nend (https://x.in)"),
            ("<a href=\"https://x.in\"><p>Block</p></a>next", "Block (https://x.in)\n\nnext"),
        ] {
            assert_eq!(plain(html), text, "{html}");
        }
    }
}
