//! Memory that the process no longer needs, given back to the system.
#![allow(unsafe_code)]

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
