//! tagging
