//! Data, splits and training of the tagger's weights.
//!
//! The sources are public and named in NOTICE; none of their rows is part of the project. Products are split by a hash of
//! the cluster; categories that are in the taxonomy and not in the file of training rows are held out. What is measured was
//! never trained on, and recipes are chosen by `trial`, which does not read it. Reports and tools use `anyhow`; what must
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
pub mod recipes;
pub mod score;
