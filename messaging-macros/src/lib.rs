//! The procedural macros of `messaging`.
