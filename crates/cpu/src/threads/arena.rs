//! The arena in the hands of several threads.

use std::cell::Cell;
use std::sync::{Mutex, PoisonError};

use super::pool::Crew;
use crate::executor::{KernelCode, Seat};
use crate::share::Share;

/// Cells that several threads read and write.
struct Shared<'a>(&'a [Cell<f32>]);

// SAFETY: cells may be shared by threads that never access one at the same time unless all of them read. That is so
// as `run_kernels` uses them; see there.
unsafe impl Sync for Shared<'_> {}

impl<'a> Shared<'a> {
    fn cells(&self) -> &'a [Cell<f32>] {
        self.0
    }
}

/// Runs kernels over an arena on all threads of a crew, each of which has a seat. The results do not depend on how many they are.
///
/// No thread accesses a number that another one writes at the same time:
/// - Between two kernels of which one is shared, all threads meet. Kernels that are not shared are all run by one thread.
/// - The parts of a shared kernel write the numbers of different points: of the body's results, which are not part of the
///   module's arena or are one of the targets, and of the targets.
/// - What a kernel's stores read from a target, they read at the same point only, and what its body reads is no target: so
///   the memory plan makes them, for the points of a kernel may be computed in any order (a GPU computes them all at once).
pub(crate) fn run_kernels(
    crew: &Crew,
    kernels: &[KernelCode],
    arena: &mut [f32],
    seats: &mut [Mutex<Seat>],
    key: [u32; 2],
) {
    let arena = Cell::from_mut(arena).as_slice_of_cells();
    if kernels.iter().all(|kernel| kernel.parts() == 1) {
        let seat = seats[0].get_mut().unwrap_or_else(PoisonError::into_inner);
        return kernels.iter().for_each(|kernel| kernel.run(Share { number: 0, of: 1 }, arena, key, seat));
    }
    let arena = Shared(arena);
    let seats = &*seats;
    crew.run(&|number, meeting| {
        let seat = &mut seats[number].lock().unwrap_or_else(PoisonError::into_inner);
        let mut last = 1;
        for kernel in kernels {
            let parts = kernel.parts();
            if last.max(parts) > 1 && !meeting.wait() {
                return;
            }
            if number < parts {
                kernel.run(Share { number, of: parts }, arena.cells(), key, seat);
            }
            last = parts;
        }
    });
}
