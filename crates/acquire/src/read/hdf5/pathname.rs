//! Paths inside an HDF5 file, as text. Opens nothing.

/// The names on the way, without `.` and empty ones.
pub(crate) fn parts(path: &str) -> Vec<&str> {
    path.split('/').filter(|part| !part.is_empty() && *part != ".").collect()
}

/// `group` and a name in it.
pub(crate) fn join(group: &str, name: &str) -> String {
    format!("{}/{name}", group.trim_end_matches('/'))
}

/// Where a link in `group` to `target` goes on with the names `rest`.
pub(crate) fn onward(group: &str, target: &str, rest: &[&str]) -> String {
    let mut path = if target.starts_with('/') { target.into() } else { join(group, target) };
    for name in rest {
        path = join(&path, name);
    }
    path
}

/// The group that holds `path`: `/entry/data` for `/entry/data/data`.
pub(crate) fn parent(path: &str) -> &str {
    match path.trim_end_matches('/').rsplit_once('/') {
        Some(("", _)) | None => "/",
        Some((group, _)) => group,
    }
}

/// The last name of a path.
pub(crate) fn name(path: &str) -> &str {
    path.trim_end_matches('/').rsplit('/').next().unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_go_on_from_their_own_group() {
        assert_eq!(onward("/entry/data", "../x", &["y"]), "/entry/data/../x/y");
        assert_eq!(onward("/entry/data", "/a/b", &[]), "/a/b");
        assert_eq!(onward("/", "a", &["b"]), "/a/b");
    }

    #[test]
    fn parent_and_name_take_a_path_apart() {
        assert_eq!((parent("/a/b"), name("/a/b")), ("/a", "b"));
        assert_eq!((parent("/a"), name("/a")), ("/", "a"));
    }
}
