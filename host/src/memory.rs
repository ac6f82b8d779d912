//! The system's memory: how much of it there is for this process, and giving back what is no longer needed.
#![allow(unsafe_code)]

/// Where Linux says how much memory there is: of the machine, and of the control group, version 2 and 1.
const TOTALS: [&str; 3] = ["/proc/meminfo", "/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"];

/// The bytes of memory that this process may use at most: the least of what the machine has and its control group allows;
/// none where nothing says it. It does not change while the machine runs, unlike what is free.
pub fn total() -> Option<u64> {
    TOTALS.iter().filter_map(|file| stated(&std::fs::read_to_string(file).ok()?)).min()
}

/// The bytes that one of these files states. `max` is no bound.
fn stated(text: &str) -> Option<u64> {
    match text.lines().find_map(|line| line.strip_prefix("MemTotal:")) {
        Some(total) => total.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()?.checked_mul(1024),
        None => text.trim().parse().ok(),
    }
}

/// Gives freed memory back. Compiling leaves a hundred megabytes that the allocator would keep for the next time, and there
/// is none: components are compiled when the host starts.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
pub fn give_back() {
    // SAFETY: the call touches free memory of the allocator only, under its own locks.
    let _ = unsafe { libc::malloc_trim(0) };
}

/// Other allocators do so by themselves.
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
pub fn give_back() {}

#[cfg(test)]
mod tests {
    use super::{stated, total};

    #[test]
    fn every_form_of_a_total_is_read() {
        for (text, bytes) in [
            ("MemTotal:       24681480 kB\nMemFree:        23000000 kB\n", Some(24_681_480 * 1024)),
            ("2147483648\n", Some(2 << 30)),
            ("max\n", None),
            ("", None),
        ] {
            assert_eq!(stated(text), bytes, "{text:?}");
        }
        assert!(!cfg!(target_os = "linux") || total().is_some_and(|bytes| bytes > 1 << 20));
    }
}
