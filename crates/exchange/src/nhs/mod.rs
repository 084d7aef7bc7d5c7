//! The NHS's own files: organisation downloads, demographics trace responses, opt-out replies, and the
//! conversions of the published Dorset exchange.

pub mod conversion;
pub mod guid;
pub mod ods;
pub mod opt_out;
pub mod pds;
#[cfg(test)]
mod tests;
