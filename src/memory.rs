//! How much memory there is, and how much that is in words.

/// So many bytes in words; from where nobody has them, no longer how many.
pub(crate) fn in_words(bytes: u128) -> String {
    const UNITS: [&str; 7] = ["bytes", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
    let (mut size, mut units) = (bytes as f64, UNITS.into_iter().peekable());
    while let Some(unit) = units.next() {
        if size < 1024.0 {
            return format!("{size:.1} {unit}");
        }
        size /= if units.peek().is_some() { 1024.0 } else { 1.0 };
    }
    "more than 1,024 EiB".to_owned()
}

/// What the system has left for this process, where it tells (Linux). It promises far more, and ends a process that takes it
/// at its word.
pub(crate) fn left() -> Option<u128> {
    let read = |file: &str| std::fs::read_to_string(file).ok();
    let meminfo = read("/proc/meminfo")?;
    let kilobytes = |name: &str| {
        let line = meminfo.lines().find_map(|line| line.strip_prefix(name))?;
        line.trim().strip_suffix(" kB")?.parse::<u128>().ok()
    };
    let machine = (kilobytes("MemAvailable:")? + kilobytes("SwapFree:").unwrap_or(0)) << 10;
    // a container may have less; what it keeps of files counts as taken and can be given up
    let of_container = |name: &str| read(&format!("/sys/fs/cgroup/memory.{name}"));
    let number = |name: &str| of_container(name)?.trim().parse::<u128>().ok();
    let of_files = of_container("stat").and_then(|stat| {
        stat.lines().find_map(|line| line.strip_prefix("file "))?.trim().parse::<u128>().ok()
    });
    let taken = |taken: u128| taken.saturating_sub(of_files.unwrap_or(0));
    let container = number("max").zip(number("current")).map(|(most, now)| most.saturating_sub(taken(now)));
    Some(container.map_or(machine, |container| container.min(machine)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_in_words() {
        let words = [0, 1023, 5 << 18, 784 << 33, 1 << 63, u128::MAX].map(in_words);
        let expected = ["0.0 bytes", "1023.0 bytes", "1.2 MiB", "6.1 TiB", "8.0 EiB", "more than 1,024 EiB"];
        assert_eq!(words, expected);
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn linux_says_what_is_left() {
        assert!(left().is_some_and(|left| left > 1 << 20));
    }
}
