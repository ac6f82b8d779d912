//! The allocator of every component: lists of freed small blocks, by size, before another allocator.
//!
//! Facts cross between components as hundreds of small strings and lists. A general allocator keeps its free blocks in
//! order and joins neighbours: `talc` takes some 400 instructions to give a small block and take it back, which was more
//! than half of what a quote executed. A block from a list takes about 20 (segregated free lists: Wilson, Johnstone, Neely
//! and Boles, Dynamic Storage Allocation, 1995). Small blocks are never joined: an instance keeps at most what it once
//! needed of each size. What must never be in here: a thread. Wasm without atomics has one.

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

/// Small blocks from lists, all else from `rest`.
pub struct Heap<A> {
    rest: A,
    state: UnsafeCell<State>,
}

struct State {
    /// For each size in grains, the last block that was freed; its first word is the one before.
    free: [*mut u8; SMALL / GRAIN + 1],
    /// What is not cut yet.
    chunk: *mut u8,
    left: usize,
}

// SAFETY: where this is the global allocator there is one thread: Wasm without atomics. Tests keep one to themselves.
unsafe impl<A> Sync for Heap<A> {}

impl<A: GlobalAlloc> Heap<A> {
    /// An empty heap before another allocator.
    pub const fn before(rest: A) -> Self {
        let state = State { free: [null_mut(); SMALL / GRAIN + 1], chunk: null_mut(), left: 0 };
        Self { rest, state: UnsafeCell::new(state) }
    }

    /// The list of blocks of this layout; none where it is not small.
    #[inline]
    const fn class(layout: Layout) -> Option<usize> {
        if layout.size() <= SMALL && layout.align() <= GRAIN { Some(layout.size().div_ceil(GRAIN)) } else { None }
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
                let (rest, class) = (state.chunk, state.left / GRAIN);
                Self::push(state, rest, class);
            }
            (state.chunk, state.left) = (chunk, CHUNK);
        }
        let block = state.chunk;
        state.left -= size;
        // SAFETY: at most the end of the chunk.
        state.chunk = unsafe { block.add(size) };
        block
    }

    #[inline]
    fn push(state: &mut State, block: *mut u8, class: usize) {
        if let Some(last) = state.free.get_mut(class) {
            // SAFETY: a block has at least GRAIN bytes, is aligned to it, and nobody else uses it now.
            unsafe { block.cast::<*mut u8>().write(*last) };
            *last = block;
        }
    }
}

// SAFETY: blocks come from `rest` or are cut from its chunks without overlapping, are aligned to GRAIN, and a block is on a
// list only between its release and its next use; `class` depends on the layout alone, so that a block returns whence it came.
unsafe impl<A: GlobalAlloc> GlobalAlloc for Heap<A> {
    #[inline]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let Some(class) = Self::class(layout) else {
            // SAFETY: the caller's promise.
            return unsafe { self.rest.alloc(layout) };
        };
        // SAFETY: one thread, and no reference into the state outlives a call.
        let state = unsafe { &mut *self.state.get() };
        match state.free.get_mut(class) {
            Some(last) if !last.is_null() => {
                let block = *last;
                // SAFETY: `push` wrote the word.
                *last = unsafe { block.cast::<*mut u8>().read() };
                block
            }
            _ => self.cut(class),
        }
    }

    #[inline]
    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        match Self::class(layout) {
            // SAFETY: one thread, and no reference into the state outlives a call.
            Some(class) => Self::push(unsafe { &mut *self.state.get() }, block, class),
            // SAFETY: the caller's promise; it came from there.
            None => unsafe { self.rest.dealloc(block, layout) },
        }
    }

    #[inline]
    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        let Ok(wanted) = Layout::from_size_align(size, layout.align()) else { return null_mut() };
        match (Self::class(layout), Self::class(wanted)) {
            (Some(class), Some(other)) if class == other => block,
            // SAFETY: the caller's promise; it came from there and stays there.
            (None, None) => unsafe { self.rest.realloc(block, layout, size) },
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
            steps in prop::collection::vec((0..3_u8, 1..3_000_usize, 0..5_u32, any::<usize>()), 1..400),
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
