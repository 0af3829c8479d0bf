//! Files that may be gzipped. A page unpacks them itself before it hands them over.

use std::io::Read;

/// The contents of a file, unpacked where they are gzipped.
#[cfg(feature = "standalone")]
pub(super) fn unpacked<'a>(bytes: &'a [u8]) -> Box<dyn Read + 'a> {
    let is_packed = bytes.starts_with(&[0x1f, 0x8b]);
    if is_packed { Box::new(flate2::bufread::MultiGzDecoder::new(bytes)) } else { Box::new(bytes) }
}

/// The contents of a file.
#[cfg(not(feature = "standalone"))]
pub(super) fn unpacked<'a>(bytes: &'a [u8]) -> Box<dyn Read + 'a> {
    Box::new(bytes)
}
