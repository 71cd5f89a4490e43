//! Memory that a projector keeps from call to call. Knows not what it holds.

use std::sync::{Mutex, PoisonError};

/// Rooms that calls borrow and give back, one for each call at a time.
#[derive(Debug, Default)]
pub(super) struct Rooms<Room>(Mutex<Vec<Room>>);

impl<Room: Default> Rooms<Room> {
    /// Calls `work` with a room; what an earlier call left stands in it.
    pub(super) fn with<Found>(&self, work: impl FnOnce(&mut Room) -> Found) -> Found {
        let lock = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut room = lock().pop().unwrap_or_default();
        let found = work(&mut room);
        lock().push(room);
        found
    }
}
