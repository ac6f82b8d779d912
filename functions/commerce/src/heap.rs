//! The allocator of every component: lists of freed blocks, by size, before another allocator.
//!
//! Facts cross between components as hundreds of small strings and lists. A general allocator keeps its free blocks in
//! order and joins neighbours: `talc` takes some 400 instructions to give a small block and take it back, which was more
//! than half of what a quote executed. A block from a list takes about 20 (segregated free lists: Wilson, Johnstone, Neely
//! and Boles, Dynamic Storage Allocation, 1995). Small blocks are never joined: an instance keeps at most what it once
//! needed of each size. Lists of lines and of outcomes are longer: blocks of up to 32 KiB have sizes of their own, four to
//! each power of two, and a list of them keeps a few; more go back to the other allocator. What must never be in here: a
//! thread. Wasm without atomics has one.

#![allow(unsafe_code, reason = "an allocator hands out raw memory")]

use core::alloc::{GlobalAlloc, Layout};
use core::cell::UnsafeCell;
use core::ptr::null_mut;

/// Sizes are multiples of this, and blocks are aligned to it.
const GRAIN: usize = 16;
/// The largest small block.
const SMALL: usize = 1_024;
/// What is asked for at once, to be cut into small blocks.
const CHUNK: usize = 8_192;
/// The largest block that a list keeps.
const LARGE: usize = 32_768;
/// Sizes of blocks above [`SMALL`], and how many freed ones a list of them keeps.
const LARGE_SIZES: usize = 4 * (LARGE.ilog2() - SMALL.ilog2()) as usize;
const KEPT: u8 = 4;

/// Blocks up to [`LARGE`] from lists, all else from `rest`.
pub struct Heap<A> {
    rest: A,
    state: UnsafeCell<State>,
}

/// Where a block belongs.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    /// Cut from a chunk; so many grains.
    Small(usize),
    /// From `rest`, with the size of this place in the series 1,280, 1,536, 1,792, 2,048, 2,560 …
    Large(usize),
    /// From `rest` as it is.
    Other,
}

struct State {
    /// For each size in grains, the last block that was freed; its first word is the one before.
    free: [*mut u8; SMALL / GRAIN + 1],
    /// The same for larger ones, and how many there are.
    large: [(*mut u8, u8); LARGE_SIZES],
    /// What is not cut yet.
    chunk: *mut u8,
    left: usize,
}

// SAFETY: where this is the global allocator there is one thread: Wasm without atomics. Tests keep one to themselves.
unsafe impl<A> Sync for Heap<A> {}

impl<A: GlobalAlloc> Heap<A> {
    /// An empty heap before another allocator.
    pub const fn before(rest: A) -> Self {
        let state = State {
            free: [null_mut(); SMALL / GRAIN + 1],
            large: [(null_mut(), 0); LARGE_SIZES],
            chunk: null_mut(),
            left: 0,
        };
        Self { rest, state: UnsafeCell::new(state) }
    }

    /// Where a block of this layout belongs; it depends on nothing else.
    #[inline]
    const fn class(layout: Layout) -> Class {
        let size = layout.size();
        if layout.align() > GRAIN || size > LARGE {
            Class::Other
        } else if size <= SMALL {
            Class::Small(size.div_ceil(GRAIN))
        } else {
            let (power, quarter) = Self::split(size);
            Class::Large(4 * (power - SMALL.ilog2()) as usize + quarter)
        }
    }

    /// The power of two below a size, and the quarter above it that the size falls in.
    #[inline]
    const fn split(size: usize) -> (u32, usize) {
        let power = (size - 1).ilog2();
        (power, ((size - 1) >> (power - 2)) & 3)
    }

    /// The layout that a block of a large class has in `rest`.
    #[inline]
    const fn whole(layout: Layout) -> Layout {
        let (power, quarter) = Self::split(layout.size());
        match Layout::from_size_align((quarter + 5) << (power - 2), GRAIN) {
            Ok(whole) => whole,
            Err(_) => layout,
        }
    }

    #[cold]
    fn cut(&self, class: usize) -> *mut u8 {
        let size = class * GRAIN;
        // SAFETY: one thread, and no reference into the state outlives a call.
        let state = unsafe { &mut *self.state.get() };
        if state.left < size {
            // SAFETY: the size is not zero.
            let chunk = match Layout::from_size_align(CHUNK, GRAIN) {
                Ok(layout) => unsafe { self.rest.alloc(layout) },
                Err(_) => null_mut(),
            };
            if chunk.is_null() {
                return null_mut();
            }
            if state.left > 0 {
                // What is too short for this block is a block of its own size.
                let rest = state.chunk;
                if let Some(last) = state.free.get_mut(state.left / GRAIN) {
                    Self::push(last, rest);
                }
            }
            (state.chunk, state.left) = (chunk, CHUNK);
        }
        let block = state.chunk;
        state.left -= size;
        // SAFETY: at most the end of the chunk.
        state.chunk = unsafe { block.add(size) };
        block
    }

    /// Puts a freed block before the last one of its list.
    #[inline]
    fn push(last: &mut *mut u8, block: *mut u8) {
        // SAFETY: a block has at least GRAIN bytes, is aligned to it, and nobody else uses it now.
        unsafe { block.cast::<*mut u8>().write(*last) };
        *last = block;
    }

    /// Takes the last block of a list; none where it is empty.
    #[inline]
    fn pop(last: &mut *mut u8) -> Option<*mut u8> {
        if last.is_null() {
            return None;
        }
        let block = *last;
        // SAFETY: `push` wrote the word.
        *last = unsafe { block.cast::<*mut u8>().read() };
        Some(block)
    }
}

// SAFETY: blocks come from `rest` or are cut from its chunks without overlapping, are aligned to GRAIN, and a block is on a
// list only between its release and its next use; `class` depends on the layout alone, so that a block returns whence it came.
unsafe impl<A: GlobalAlloc> GlobalAlloc for Heap<A> {
    #[inline]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: one thread, and no reference into the state outlives a call.
        let state = unsafe { &mut *self.state.get() };
        match Self::class(layout) {
            Class::Small(class) => match state.free.get_mut(class).and_then(Self::pop) {
                Some(block) => block,
                None => self.cut(class),
            },
            Class::Large(class) => {
                let kept = state.large.get_mut(class).and_then(|(last, count)| Some((Self::pop(last)?, count)));
                match kept {
                    Some((block, count)) => {
                        *count -= 1;
                        block
                    }
                    // SAFETY: the size is not zero.
                    None => unsafe { self.rest.alloc(Self::whole(layout)) },
                }
            }
            // SAFETY: the caller's promise.
            Class::Other => unsafe { self.rest.alloc(layout) },
        }
    }

    #[inline]
    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: one thread, and no reference into the state outlives a call.
        let state = unsafe { &mut *self.state.get() };
        match Self::class(layout) {
            Class::Small(class) => {
                if let Some(last) = state.free.get_mut(class) {
                    Self::push(last, block);
                }
            }
            Class::Large(class) => match state.large.get_mut(class) {
                Some((last, count)) if *count < KEPT => {
                    Self::push(last, block);
                    *count += 1;
                }
                // SAFETY: the caller's promise; it came from there with this layout.
                _ => unsafe { self.rest.dealloc(block, Self::whole(layout)) },
            },
            // SAFETY: the caller's promise; it came from there.
            Class::Other => unsafe { self.rest.dealloc(block, layout) },
        }
    }

    #[inline]
    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        let Ok(wanted) = Layout::from_size_align(size, layout.align()) else { return null_mut() };
        match (Self::class(layout), Self::class(wanted)) {
            // SAFETY: the caller's promise; it came from there and stays there.
            (Class::Other, Class::Other) => unsafe { self.rest.realloc(block, layout, size) },
            (class, other) if class == other => block,
            // SAFETY: the caller's promise; the blocks are two, each at least as long as what is copied.
            _ => unsafe {
                let moved = self.alloc(wanted);
                if !moved.is_null() {
                    moved.copy_from_nonoverlapping(block, layout.size().min(size));
                    self.dealloc(block, layout);
                }
                moved
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::alloc::System;

    proptest! {
        /// Whatever is taken, given back and grown: every block is aligned, keeps what was written, and is nobody else's.
        #[test]
        fn blocks_are_apart_and_keep_what_they_hold(
            steps in prop::collection::vec((0..3_u8, prop_oneof![1..3_000_usize, 30_000..36_000_usize, 1..36_000_usize], 0..5_u32, any::<usize>()), 1..400),
        ) {
            let heap = Heap::before(System);
            let mut held: Vec<(*mut u8, Layout, u8)> = Vec::new();
            let whole = |(block, layout, mark): &(*mut u8, Layout, u8)| {
                // SAFETY: the block is held and was written in whole.
                unsafe { std::slice::from_raw_parts(*block, layout.size()) }.iter().all(|byte| byte == mark)
            };
            for (number, (what, size, align, which)) in steps.into_iter().enumerate() {
                let mark = u8::try_from(number % 251).unwrap();
                let place = which % held.len().max(1);
                if what == 0 || held.is_empty() {
                    let layout = Layout::from_size_align(size, 1 << align).unwrap();
                    // SAFETY: the size is not zero.
                    let block = unsafe { heap.alloc(layout) };
                    prop_assert!(!block.is_null() && block.addr() % layout.align() == 0);
                    // SAFETY: just taken.
                    unsafe { block.write_bytes(mark, size) };
                    held.push((block, layout, mark));
                } else if what == 1 {
                    let (block, layout, _) = held.swap_remove(place);
                    // SAFETY: held until now.
                    unsafe { heap.dealloc(block, layout) };
                } else {
                    let (block, layout, old) = held.swap_remove(place);
                    // SAFETY: held until now, and the new one written in whole.
                    let block = unsafe { heap.realloc(block, layout, size) };
                    let kept = (block, Layout::from_size_align(size.min(layout.size()), 1).unwrap(), old);
                    prop_assert!(!block.is_null() && whole(&kept));
                    unsafe { block.write_bytes(mark, size) };
                    held.push((block, Layout::from_size_align(size, layout.align()).unwrap(), mark));
                }
                prop_assert!(held.iter().all(whole));
            }
            // SAFETY: each is held once.
            held.into_iter().for_each(|(block, layout, _)| unsafe { heap.dealloc(block, layout) });
        }
    }
}
