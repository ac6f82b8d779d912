//! pushcart
fn main() {}
