//! What the operating system knows of the calling thread: its processor time, and how much it yields to others.
#![allow(unsafe_code)]

use std::time::Duration;

/// Processor time that the calling thread has used.
#[cfg(target_os = "linux")]
pub fn processor_time() -> Duration {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the call writes to the `timespec` that it is given, and to nothing else.
    let failed = unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &mut time) } != 0;
    let seconds = u64::try_from(time.tv_sec).unwrap_or(0);
    let nanos = u32::try_from(time.tv_nsec).unwrap_or(0);
    if failed { Duration::ZERO } else { Duration::new(seconds, nanos) }
}

/// Lets other threads go first from now on; `level` is 0 to 19. Where the system does not allow it, nothing changes.
#[cfg(target_os = "linux")]
pub fn yield_to_others(level: i32) {
    // SAFETY: the call reads its arguments only. On Linux it is about the calling thread, which 0 names.
    let _ = unsafe { libc::setpriority(libc::PRIO_PROCESS, 0, level) };
}

/// Time on the wall stands in where threads' own time is not to be had.
#[cfg(not(target_os = "linux"))]
pub fn processor_time() -> Duration {
    static START: std::sync::OnceLock<std::time::Instant> = std::sync::OnceLock::new();
    START.get_or_init(std::time::Instant::now).elapsed()
}

/// Not known elsewhere.
#[cfg(not(target_os = "linux"))]
pub fn yield_to_others(_: i32) {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sleeping_uses_no_processor_time() {
        let before = processor_time();
        std::thread::sleep(Duration::from_millis(30));
        assert!(processor_time() - before < Duration::from_millis(20));
        let started = std::time::Instant::now();
        while started.elapsed() < Duration::from_millis(20) {}
        assert!(processor_time() > before);
    }
}
