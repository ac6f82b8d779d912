//! plugins-none
