//! Programs and checks around `messaging`.
