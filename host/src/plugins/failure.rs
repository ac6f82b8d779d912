//! What can go wrong when a plugin is asked, told apart by stable codes.

use std::fmt;

macro_rules! failures {
    ($($(#[doc = $doc:literal])+ $name:ident = $code:literal, $blame:literal;)+) => {
        /// What went wrong, without its text.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Kind { $($(#[doc = $doc])+ $name,)+ }

        impl Kind {
            /// Every kind, in the order of their counters.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// The stable code.
            pub const fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)+ }
            }

            /// What it is, in a sentence.
            pub const fn title(self) -> &'static str {
                match self { $(Self::$name => concat!($($doc),+),)+ }
            }

            /// Whether it counts against the plugin in its circuit breaker: whether running it did harm.
            pub const fn counts(self) -> bool {
                match self { $(Self::$name => $blame,)+ }
            }
        }
    };
}

failures! {
    /// It trapped: an unreachable instruction, a bad access, a stack that overflowed.
    Trapped = "plugin-trapped", true;
    /// It used up its instructions.
    OutOfFuel = "plugin-out-of-fuel", true;
    /// It ran too long.
    TimedOut = "plugin-timed-out", true;
    /// It wanted more memory, or more table elements, than it may have.
    OutOfMemory = "plugin-out-of-memory", true;
    /// Its answer breaks a rule.
    OutputInvalid = "plugin-output-invalid", true;
    /// Its answer is larger than the bound.
    OutputTooLarge = "plugin-output-too-large", true;
    /// The cart and what is around it are larger than what a plugin is given.
    InputTooLarge = "plugin-input-too-large", false;
    /// It finds its configuration unusable.
    RefusedConfig = "plugin-refused-config", false;
    /// It answered with an error of its own.
    Declined = "plugin-error", false;
    /// The host panicked while it ran it; it is not run again until it is activated anew.
    PanickedHost = "plugin-panicked-host", true;
    /// Too many calls of the merchant's plugins are under way, or the machine is busy.
    Busy = "plugin-busy", false;
    /// It failed too often lately and is left alone for a while.
    CircuitOpen = "plugin-circuit-open", false;
    /// The host panicked when it ran it before.
    Quarantined = "plugin-quarantined", false;
    /// What is stored of it is damaged, or can no longer be made ready to run.
    Damaged = "plugin-damaged", false;
}

/// What went wrong, with a text for the merchant that says what to look at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// What.
    pub kind: Kind,
    /// The text; it quotes the plugin only within bounds.
    pub text: String,
}

impl Failure {
    /// A failure with its text.
    pub fn new(kind: Kind, text: impl Into<String>) -> Self {
        Self { kind, text: text.into() }
    }

    /// The stable code.
    pub const fn code(&self) -> &'static str {
        self.kind.code()
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}: {}", self.code(), self.text)
    }
}
