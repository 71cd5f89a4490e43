//! The pages for people: each page of `docs/` is in the book, and what a page links to is there.
//! Reads no sources.

use std::path::{Path, PathBuf};

use super::fault::Fault;
use crate::error::ChoreError;
use crate::workspace::{files_in, folders_in, read_text};

/// The list of the book's pages.
const SUMMARY: &str = "docs/SUMMARY.md";

/// A page, and what it links to.
#[derive(Debug)]
struct Page {
    path: PathBuf,
    links: Vec<String>,
}

/// Pages of `docs/` that the book leaves out, and links of all pages that lead nowhere.
pub(super) fn check(root: &Path) -> Result<Vec<Fault>, ChoreError> {
    let pages = pages(root)?;
    let summary = pages.iter().find(|page| page.path == root.join(SUMMARY));
    let listed: Vec<PathBuf> = summary.map(targets).unwrap_or_default();
    let mut faults = Vec::new();
    for page in &pages {
        let name = page.path.strip_prefix(root).unwrap_or(&page.path).to_string_lossy();
        let is_in_docs = name.starts_with("docs") && name != SUMMARY;
        if is_in_docs && !listed.contains(&page.path) {
            faults.push(Fault::new(&*name, format!("no page of the book: name it in {SUMMARY}")));
        }
        let missing = page.links.iter().filter(|link| !target(&page.path, link).exists());
        faults.extend(missing.map(|link| Fault::new(&*name, format!("`{link}` is not there"))));
    }
    Ok(faults)
}

/// All pages at the root and below `docs/`.
fn pages(root: &Path) -> Result<Vec<Page>, ChoreError> {
    let mut files = files_in(root);
    let mut folders = vec![root.join("docs")];
    while let Some(folder) = folders.pop() {
        files.extend(files_in(&folder));
        folders.extend(folders_in(&folder));
    }
    files.retain(|path| path.extension().is_some_and(|it| it == "md"));
    let page = |path: PathBuf| Ok(Page { links: links(&read_text(&path)?), path });
    files.into_iter().map(page).collect()
}

fn targets(page: &Page) -> Vec<PathBuf> {
    page.links.iter().map(|link| target(&page.path, link)).collect()
}

/// The file that a link of `page` names, without steps back.
fn target(page: &Path, link: &str) -> PathBuf {
    let mut path = page.parent().unwrap_or(Path::new("")).to_path_buf();
    for step in link.split('/') {
        match step {
            "." | "" => {}
            ".." => {
                path.pop();
            }
            _ => path.push(step),
        }
    }
    path
}

/// Targets of the links and pictures in a text, without those to the net and within the page.
fn links(text: &str) -> Vec<String> {
    let prose = without_code(text);
    let after = prose.split("](").skip(1);
    let target = |rest: &str| rest.split([')', '#', ' ']).next().unwrap_or_default().to_string();
    after.map(target).filter(|link| !link.is_empty() && !link.contains(':')).collect()
}

/// The text without fenced blocks and without what stands between backquotes.
fn without_code(text: &str) -> String {
    let mut is_fenced = false;
    let mut prose = String::new();
    for line in text.lines() {
        if line.trim_start().starts_with("```") {
            is_fenced = !is_fenced;
        } else if !is_fenced {
            prose.extend(line.split('`').step_by(2));
            prose.push('\n');
        }
    }
    prose
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(pages: &[(&str, &str)]) -> Vec<Fault> {
        let folder = tempfile::tempdir().unwrap();
        for (path, text) in pages {
            let path = folder.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        check(folder.path()).unwrap()
    }

    #[test]
    fn a_page_that_the_book_leaves_out_is_named() {
        let summary = ("docs/SUMMARY.md", "- [Here](here.md)\n- [Why](why/first.md)\n");
        let good = [summary, ("docs/here.md", ""), ("docs/why/first.md", "[up](../here.md)")];
        assert_eq!(faults(&good), []);
        let [more] = &faults(&[&good[..], &[("docs/there.md", "")]].concat())[..] else { panic!() };
        assert_eq!(more.place, "docs/there.md");
    }

    #[test]
    fn a_link_that_leads_nowhere_is_named_and_code_is_no_link() {
        let text = "[a](docs/b.md#part) ![p](p.png) [net](https://a.b/c.md) [in](#part)\n`x](y)`\n\
                    ```\n[c](d.md)\n```\n";
        let found = faults(&[("README.md", text)]);
        let complaints: Vec<_> = found.iter().map(|fault| fault.complaint.as_str()).collect();
        assert_eq!(complaints, ["`docs/b.md` is not there", "`p.png` is not there"]);
    }
}
