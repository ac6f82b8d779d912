//! Data, splits and training of the tagger's weights.
//!
//! The sources are public and named in NOTICE; none of their rows is part of the project. The split is by a hash of the
//! cluster or the category, fixed, so that what is measured was never trained on. Reports and tools use `anyhow`; what must
//! never be in here: a row of data.
#![allow(
    clippy::indexing_slicing,
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a tool"
)]

pub mod data;
pub mod learn;
pub mod score;
