//! Threads that work on one job at a time, all at once.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use super::meeting::Meeting;

/// What every thread calls with its number, and with the meeting at which it can wait for the others on the way.
type Job<'a> = dyn Fn(usize, &Meeting) + Sync + 'a;

/// Threads that wait for jobs. The one that hands out the job works, too, as number 0.
pub(crate) struct Pool {
    desk: Arc<Desk>,
    threads: Vec<JoinHandle<()>>,
}

/// What the threads of a pool have in common.
struct Desk {
    /// Where all meet before a job and after it.
    gate: Meeting,
    /// Where those meet who are at work. It is called off when one of them panics.
    floor: Meeting,
    /// Nothing, when all go home.
    job: Mutex<Option<&'static Job<'static>>>,
    panic: Mutex<Option<Box<dyn Any + Send>>>,
}

impl Pool {
    /// A pool of so many threads, the caller's included.
    ///
    /// # Panics
    /// Where there are no so many to be had.
    pub(crate) fn new(threads: usize) -> Pool {
        let gate = Meeting::new(threads);
        let desk = Desk { gate, floor: Meeting::new(threads), job: Mutex::new(None), panic: Mutex::new(None) };
        let desk = Arc::new(desk);
        let start = |number: usize| {
            let desk = Arc::clone(&desk);
            let thread = std::thread::Builder::new().name(format!("daydream {number}"));
            thread.spawn(move || desk.enlist(number)).expect("the system has room for one thread more")
        };
        Pool { threads: (1..threads).map(start).collect(), desk }
    }

    /// How many threads work.
    pub(crate) fn threads(&self) -> usize {
        self.desk.gate.members()
    }

    /// Lets every thread do the job, and waits until all are done.
    ///
    /// # Panics
    /// When one of them does. The others leave the job where they would meet next.
    pub(crate) fn run(&mut self, job: &Job<'_>) {
        let desk = &*self.desk;
        // SAFETY: only the lifetime changes. Threads use the job between the two times that all meet at the gate, and
        // this function stays until the second time: nothing in between unwinds.
        let lasting = unsafe { std::mem::transmute::<&Job<'_>, &'static Job<'static>>(job) };
        *lock(&desk.job) = Some(lasting);
        let _ = desk.gate.wait();
        desk.work(job, 0);
        let _ = desk.gate.wait();
        *lock(&desk.job) = None;
        if let Some(panic) = lock(&desk.panic).take() {
            desk.floor.call_again();
            resume_unwind(panic);
        }
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        // There is no job: all go home.
        let _ = self.desk.gate.wait();
        for thread in self.threads.drain(..) {
            // A thread catches every panic of its jobs.
            let _ = thread.join();
        }
    }
}

impl Desk {
    /// Makes the calling thread number `number` of the pool until all go home.
    fn enlist(&self, number: usize) {
        loop {
            let _ = self.gate.wait();
            let Some(job) = *lock(&self.job) else { return };
            self.work(job, number);
            let _ = self.gate.wait();
        }
    }

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
        let mut pool = Pool::new(3);
        for round in 1..100 {
            let (first, second) = (AtomicUsize::new(0), AtomicUsize::new(0));
            pool.run(&|number, meeting| {
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
        let mut pool = Pool::new(3);
        for unlucky in 0..3 {
            let outcome = catch_unwind(AssertUnwindSafe(|| {
                pool.run(&|number, meeting| {
                    assert!(meeting.wait());
                    assert!(number != unlucky, "number {number} panics");
                    while meeting.wait() {}
                });
            }));
            let message = outcome.expect_err("the panic comes out");
            assert_eq!(message.downcast_ref::<String>(), Some(&format!("number {unlucky} panics")));
            pool.run(&|_, meeting| assert!(meeting.wait()));
        }
    }
}
