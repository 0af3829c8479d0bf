//! Threads that work on one job at a time, all at once.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use super::meeting::Meeting;

/// What every thread calls with its number, and with the meeting at which it can wait for the others on the way.
type Job<'a> = dyn Fn(usize, &Meeting) + Sync + 'a;

/// Threads that work on one job at a time. They may come from anywhere: where threads cannot be spawned, as in a browser,
/// each [enlists](Crew::enlist).
#[derive(Clone)]
pub struct Crew(Arc<Desk>);

/// A crew whose threads were spawned for it, unless they come from elsewhere.
pub(crate) struct Pool {
    pub(crate) crew: Crew,
    spawned: Vec<JoinHandle<()>>,
}

/// What the threads of a crew have in common.
struct Desk {
    /// Where all meet before a job and after it.
    gate: Meeting,
    /// Where those meet who are at work. It is called off when one of them panics.
    floor: Meeting,
    /// Nothing, when all go home.
    job: Mutex<Option<&'static Job<'static>>>,
    panic: Mutex<Option<Box<dyn Any + Send>>>,
    /// Held by who hands out a job: there is one at a time.
    turn: Mutex<()>,
    /// How many threads have enlisted; the last one has this number.
    enlisted: AtomicUsize,
}

impl Crew {
    /// A crew of so many threads, of which the one that hands out a job is number 0. The others must enlist before the first job:
    /// it waits for them.
    pub fn new(threads: usize) -> Crew {
        Crew(Arc::new(Desk {
            gate: Meeting::new(threads),
            floor: Meeting::new(threads),
            job: Mutex::new(None),
            panic: Mutex::new(None),
            turn: Mutex::new(()),
            enlisted: AtomicUsize::new(0),
        }))
    }

    /// How many threads work.
    pub(crate) fn threads(&self) -> usize {
        self.0.gate.members()
    }

    /// Makes the calling thread a member of the crew until all go home or the crew gives up.
    ///
    /// # Panics
    /// When all members have come already.
    pub fn enlist(&self) {
        let desk = &*self.0;
        let number = desk.enlisted.fetch_add(1, Relaxed) + 1;
        assert!(number < self.threads(), "the crew is complete");
        while desk.gate.wait() {
            let Some(job) = *lock(&desk.job) else { return };
            desk.work(job, number);
            if !desk.gate.wait() {
                return;
            }
        }
    }

    /// Lets nobody wait for a thread that has died without unwinding. The crew is good for nothing after this.
    #[cfg(target_arch = "wasm32")]
    pub fn give_up(&self) {
        self.0.floor.call_off();
        self.0.gate.call_off();
    }

    /// Lets every thread do the job, and waits until all are done.
    ///
    /// # Panics
    /// When one of them does. The others leave the job where they would meet next.
    pub(crate) fn run(&self, job: &Job<'_>) {
        let desk = &*self.0;
        let _turn = lock(&desk.turn);
        // SAFETY: only the lifetime changes. Threads use the job between the two times that all meet at the gate, and
        // this function stays until the second time: nothing in between unwinds, and nothing unwinds at all where the
        // gate can be called off.
        let lasting = unsafe { std::mem::transmute::<&Job<'_>, &'static Job<'static>>(job) };
        *lock(&desk.job) = Some(lasting);
        assert!(desk.gate.wait(), "a thread has died");
        desk.work(job, 0);
        assert!(desk.gate.wait(), "a thread has died");
        *lock(&desk.job) = None;
        if let Some(panic) = lock(&desk.panic).take() {
            desk.floor.call_again();
            resume_unwind(panic);
        }
    }
}

impl Pool {
    /// A pool of so many threads, the caller's included.
    ///
    /// # Panics
    /// Where there are no so many to be had.
    pub(crate) fn spawn(threads: usize) -> Pool {
        let crew = Crew::new(threads);
        let start = |number: usize| {
            let crew = crew.clone();
            let thread = std::thread::Builder::new().name(format!("daydream {number}"));
            thread.spawn(move || crew.enlist()).expect("the system has room for one thread more")
        };
        Pool { spawned: (1..threads).map(start).collect(), crew }
    }

    /// A pool of threads that come from elsewhere.
    pub(crate) fn of(crew: &Crew) -> Pool {
        Pool { crew: crew.clone(), spawned: vec![] }
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        if self.spawned.is_empty() {
            return;
        }
        // There is no job: all go home.
        let _ = self.crew.0.gate.wait();
        for thread in self.spawned.drain(..) {
            // A thread catches every panic of its jobs.
            let _ = thread.join();
        }
    }
}

impl Desk {
    fn work(&self, job: &Job<'_>, number: usize) {
        if let Err(panic) = catch_unwind(AssertUnwindSafe(|| job(number, &self.floor))) {
            lock(&self.panic).get_or_insert(panic);
            self.floor.call_off();
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

    use super::*;

    #[test]
    fn every_thread_does_every_job() {
        let pool = Pool::spawn(3);
        for round in 1..100 {
            let (first, second) = (AtomicUsize::new(0), AtomicUsize::new(0));
            pool.crew.run(&|number, meeting| {
                first.fetch_add(round << (8 * number), SeqCst);
                assert!(meeting.wait());
                second.fetch_add(first.load(SeqCst), SeqCst);
            });
            let sum = round + (round << 8) + (round << 16);
            assert_eq!(second.into_inner(), 3 * sum);
        }
    }

    #[test]
    fn a_panic_ends_the_job_and_nothing_else() {
        let pool = Pool::spawn(3);
        for unlucky in 0..3 {
            let outcome = catch_unwind(AssertUnwindSafe(|| {
                pool.crew.run(&|number, meeting| {
                    assert!(meeting.wait());
                    assert!(number != unlucky, "number {number} panics");
                    while meeting.wait() {}
                });
            }));
            let message = outcome.expect_err("the panic comes out");
            assert_eq!(message.downcast_ref::<String>(), Some(&format!("number {unlucky} panics")));
            pool.crew.run(&|_, meeting| assert!(meeting.wait()));
        }
    }
}
