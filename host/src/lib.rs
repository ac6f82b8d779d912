//! pushcart
