//! Files that data sets are made from: a program carries them, a page brings those that it needs.

use std::sync::OnceLock;

/// One file.
#[derive(Debug)]
pub struct Asset {
    /// Its name in `crates/models/assets`. It is gzipped there.
    pub name: &'static str,
    /// Bytes of it, unpacked.
    len: usize,
    #[cfg(feature = "standalone")]
    packed: &'static [u8],
    contents: OnceLock<Vec<u8>>,
}

/// The [`Asset`] of this name, so many bytes long once it is unpacked.
macro_rules! asset {
    ($name:literal, $len:expr) => {
        $crate::data::asset::Asset::new(
            $name,
            $len,
            #[cfg(feature = "standalone")]
            include_bytes!(concat!("../../assets/", $name)),
        )
    };
}
pub(super) use asset;

impl Asset {
    pub(super) const fn new(
        name: &'static str,
        len: usize,
        #[cfg(feature = "standalone")] packed: &'static [u8],
    ) -> Asset {
        Asset {
            name,
            len,
            #[cfg(feature = "standalone")]
            packed,
            contents: OnceLock::new(),
        }
    }

    /// Takes the file's contents, unpacked, unless they are not as long as they should be: then something else came in its place. Whether it has
    /// taken them.
    pub fn bring(&self, contents: Vec<u8>) -> bool {
        let is_it = contents.len() == self.len;
        if is_it {
            // They are the same each time.
            let _ = self.contents.set(contents);
        }
        is_it
    }

    /// Whether a data set can be made from it.
    pub fn is_here(&self) -> bool {
        cfg!(feature = "standalone") || self.contents.get().is_some()
    }

    /// Its contents, unpacked.
    #[cfg(feature = "standalone")]
    pub(super) fn contents(&self) -> &[u8] {
        self.contents.get_or_init(|| {
            let mut contents = Vec::new();
            let mut stream = super::gzip::unpacked(self.packed);
            std::io::Read::read_to_end(&mut stream, &mut contents).expect("an asset is a whole gzip stream");
            contents
        })
    }

    /// Its contents, unpacked.
    ///
    /// # Panics
    /// When nobody has brought them.
    #[cfg(not(feature = "standalone"))]
    pub(super) fn contents(&self) -> &[u8] {
        self.contents.get().expect("whoever makes a data set has brought its file")
    }
}
