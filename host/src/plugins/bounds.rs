//! Every bound of a plugin, by name. What a merchant can cause is bounded in every dimension.

use std::time::Duration;

/// How large a plugin may be. The large tier is for languages that bring an interpreter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Tier {
    /// For plugins that are compiled to Wasm themselves.
    #[default]
    Normal,
    /// For plugins that bring an interpreter with them.
    Large,
}

impl Tier {
    /// The tier of this name, `normal` or `large`.
    pub fn named(name: &str) -> Option<Self> {
        [Self::Normal, Self::Large].into_iter().find(|tier| tier.name() == name)
    }

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Normal => "normal",
            Self::Large => "large",
        }
    }

    /// Its bounds.
    pub const fn bounds(self) -> &'static Bounds {
        match self {
            Self::Normal => &NORMAL,
            Self::Large => &LARGE,
        }
    }
}

/// What differs from tier to tier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// Bytes of the component.
    pub component: usize,
    /// Bytes of memory, summed over all memories.
    pub memory: usize,
    /// Wasmtime's fuel of one call; about one unit an instruction.
    pub fuel: u64,
}

const NORMAL: Bounds = Bounds { component: 2 << 20, memory: 16 << 20, fuel: 20_000_000 };
const LARGE: Bounds = Bounds { component: 20 << 20, memory: 64 << 20, fuel: 50_000_000 };

/// Processor time of one call.
pub const TIME: Duration = Duration::from_millis(50);
/// Time of one call by the clock on the wall, where the machine is busy with others; what takes longer is given up.
pub const PATIENCE: Duration = Duration::from_millis(500);
/// Bytes of the arguments of one call: texts, and eight for each number.
pub const INPUT: usize = 128 << 10;
/// Bytes of the answer of one call, counted likewise.
pub const OUTPUT: usize = 20 << 10;
/// Bytes that a plugin may write to its log in one call; what is more is dropped.
pub const LOG: usize = 1 << 10;
/// Bytes of Wasm stack.
pub const STACK: usize = 256 << 10;
/// Host objects that one call may hold; only the inert WASI has any.
pub const HANDLES: usize = 64;
/// Elements over all tables.
pub const TABLE_ELEMENTS: usize = 20_000;
/// Work of passing values out of a plugin, in wasmtime's units of about a byte: an answer that is larger in memory is not
/// read to its end.
pub const HOSTCALL_FUEL: usize = 256 << 10;
/// Proposals of one answer.
pub const PROPOSALS: usize = 32;
/// Messages of one proposal.
pub const MESSAGES: usize = 16;
/// Tags of one proposal, and those that it combines with.
pub const TAGS: usize = 32;
/// Attributes of one proposal.
pub const ATTRIBUTES: usize = 32;
/// Bytes of a code, a lane, a tag or a language.
pub const NAME: usize = 128;
/// Bytes of a message.
pub const TEXT: usize = 1 << 10;
/// Bytes of a configuration, and of the schema that describes it.
pub const CONFIG: usize = 16 << 10;
/// Needs that a description may name.
pub const NEEDS: usize = 32;
/// Plugins of one merchant that are switched on at once.
pub const ACTIVE: usize = 8;
/// Calls of one merchant's plugins at once; one more is refused.
pub const AT_ONCE: usize = 16;
/// Instances at once, over all merchants.
pub const INSTANCES: u32 = 128;
/// Core instances of one component; adapters count.
pub const CORE_INSTANCES: u32 = 128;
/// Memories of one component.
pub const MEMORIES: u32 = 4;
/// Tables of one component.
pub const TABLES: u32 = 32;
