//! A place where threads wait for each other.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::sync::{Condvar, Mutex, PoisonError};

/// How often a thread looks whether the others have come before it goes to sleep. To wake it takes some tens of microseconds, as long as a small
/// kernel, so it sleeps only where much longer passes: when training rests. In WebAssembly a look takes about a nanosecond.
const LOOKS: usize = if cfg!(target_arch = "wasm32") { 1_000_000 } else { 400 };
/// After so many looks it lets others have its core in between, where a thread can: it may be one of those it waits for that needs it.
const PATIENT_LOOKS: usize = 200;

/// Threads wait here until all members have come, again and again.
pub(crate) struct Meeting {
    members: usize,
    /// How many have come this time.
    arrived: AtomicUsize,
    /// How many times all have come, or the meeting was called off.
    round: AtomicUsize,
    called_off: AtomicBool,
    asleep: AtomicUsize,
    door: Mutex<()>,
    bell: Condvar,
}

impl Meeting {
    /// A meeting of so many threads.
    pub(crate) fn new(members: usize) -> Meeting {
        Meeting {
            members,
            arrived: AtomicUsize::new(0),
            round: AtomicUsize::new(0),
            called_off: AtomicBool::new(false),
            asleep: AtomicUsize::new(0),
            door: Mutex::new(()),
            bell: Condvar::new(),
        }
    }

    /// How many threads meet.
    pub(crate) fn members(&self) -> usize {
        self.members
    }

    /// Waits until all have come. Whatever they wrote before, all may read after. False once the meeting is called off.
    #[must_use]
    pub(crate) fn wait(&self) -> bool {
        // The round before the flag: who calls the meeting off ends the round after raising the flag.
        let round = self.round.load(SeqCst);
        if self.called_off.load(SeqCst) {
            return false;
        }
        if self.arrived.fetch_add(1, SeqCst) + 1 == self.members {
            self.arrived.store(0, SeqCst);
            self.end_round();
        } else {
            self.await_end_of(round);
        }
        !self.called_off.load(SeqCst)
    }

    /// Lets everybody go who waits now, or later until the meeting is called again.
    pub(crate) fn call_off(&self) {
        self.called_off.store(true, SeqCst);
        self.end_round();
    }

    /// Undoes [`Meeting::call_off`], while nobody waits.
    pub(crate) fn call_again(&self) {
        self.arrived.store(0, SeqCst);
        self.called_off.store(false, SeqCst);
    }

    fn end_round(&self) {
        self.round.fetch_add(1, SeqCst);
        // Who falls asleep counts itself before it looks at the round for the last time: it is seen here, or sees the new round.
        if self.asleep.load(SeqCst) > 0 {
            drop(self.door.lock().unwrap_or_else(PoisonError::into_inner));
            self.bell.notify_all();
        }
    }

    fn await_end_of(&self, round: usize) {
        for look in 0..LOOKS {
            if self.round.load(SeqCst) != round {
                return;
            }
            if look < PATIENT_LOOKS {
                std::hint::spin_loop();
            } else {
                std::thread::yield_now();
            }
        }
        self.asleep.fetch_add(1, SeqCst);
        let mut door = self.door.lock().unwrap_or_else(PoisonError::into_inner);
        while self.round.load(SeqCst) == round {
            door = self.bell.wait(door).unwrap_or_else(PoisonError::into_inner);
        }
        drop(door);
        self.asleep.fetch_sub(1, SeqCst);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_leaves_before_all_have_come() {
        let (meeting, counter) = (Meeting::new(3), AtomicUsize::new(0));
        std::thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(|| {
                    for round in 1..=1000 {
                        counter.fetch_add(1, SeqCst);
                        assert!(meeting.wait());
                        assert_eq!(counter.load(SeqCst), 3 * round);
                        assert!(meeting.wait());
                    }
                });
            }
        });
    }

    #[test]
    fn a_meeting_that_is_called_off_holds_nobody() {
        let meeting = Meeting::new(3);
        std::thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| assert!(!meeting.wait()));
            }
            meeting.call_off();
        });
        assert!(!meeting.wait());
        meeting.call_again();
        std::thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(|| assert!(meeting.wait()));
            }
        });
    }
}
