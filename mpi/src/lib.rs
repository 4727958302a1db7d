//! Trains a [chainrule](https://docs.rs/chainrule) model on several machines at once, over MPI.
//!
//! A program hands its work to [`run`], and the communicator of the [`World`] that it gets to
//! [`Trainer::distributed`](chainrule::Trainer::distributed). `mpirun -n 2 program` then starts it twice, here or on two
//! machines: each of the two ranks takes half of every batch, and both make the same step. What happens on which rank is told
//! at [`Communicator`].
//!
//! ```
//! use std::process::ExitCode;
//!
//! use chainrule::prelude::*;
//!
//! fn main() -> ExitCode {
//!     chainrule_mpi::run(|world| {
//!         let (x, y) = (array![[0.0], [1.0], [2.0]], array![[1.0], [3.0], [5.0]]);
//!         let mut model = Sequential::new([1]).add(Dense::new(1)).build(1)?;
//!         let trainer = Trainer::new(MeanSquaredError, Sgd::new(0.1)).epochs(500);
//!         trainer.distributed(world.communicator()).fit(&mut model, (&x, &y))?;
//!         if world.is_first() {
//!             println!("{:.3}", model.predict(&array![[10.0]])?);
//!         }
//!         Ok(())
//!     })
//! }
//! ```

#![deny(clippy::indexing_slicing)]

use std::error::Error;
use std::fmt::Display;
use std::marker::PhantomData;
use std::process::ExitCode;

use chainrule::training::Communicator;
use chainrule::{Float, Result};
use mpi::Threading;
use mpi::collective::SystemOperation;
use mpi::topology::SimpleCommunicator;
use mpi::traits::{Communicator as _, CommunicatorCollectives as _, Equivalence};

/// All processes that `mpirun` has started, seen from this one.
///
/// Without `mpirun` the process is the only rank. [`run`] gives it.
///
/// # Examples
/// See the [crate](self).
#[derive(Clone, Copy, Debug)]
pub struct World<'u> {
    rank: usize,
    ranks: usize,
    /// MPI, which ends with the call of `run`
    universe: PhantomData<&'u ()>,
}

impl World<'_> {
    fn new() -> Self {
        let world = SimpleCommunicator::world();
        let [rank, ranks] = [world.rank(), world.size()].map(|count| usize::try_from(count).unwrap_or(0));
        World { rank, ranks, universe: PhantomData }
    }

    /// The number of this process, from 0.
    pub fn rank(&self) -> usize {
        self.rank
    }

    /// How many processes there are.
    pub fn ranks(&self) -> usize {
        self.ranks
    }

    /// Whether this is rank 0, which validates and calls the callbacks, and should be the one that prints and writes files.
    pub fn is_first(&self) -> bool {
        self.rank == 0
    }
}

impl<'u> World<'u> {
    /// What [`Trainer::distributed`](chainrule::Trainer::distributed) takes, for a model of f32 or f64.
    pub fn communicator<F: Float + Equivalence>(&self) -> MpiCommunicator<'u, F> {
        MpiCommunicator { world: *self, own: Vec::new() }
    }
}

/// A [`World`] that adds up the numbers of a training, by `MPI_Allreduce`, which gives all ranks the same bits.
///
/// An error of MPI ends the processes of all ranks. [`World::communicator`] makes it.
#[derive(Clone, Debug)]
pub struct MpiCommunicator<'u, F> {
    world: World<'u>,
    own: Vec<F>,
}

/// The most numbers that go to MPI at a time, which counts in 32 bits.
const MOST: usize = 1 << 28;

impl<F: Float + Equivalence> Communicator<F> for MpiCommunicator<'_, F> {
    fn rank(&self) -> usize {
        self.world.rank
    }

    fn ranks(&self) -> usize {
        self.world.ranks
    }

    fn all_reduce(&mut self, numbers: &mut [F]) -> Result<()> {
        for sums in numbers.chunks_mut(MOST) {
            self.own.clear();
            self.own.extend_from_slice(sums);
            SimpleCommunicator::world().all_reduce_into(&self.own[..], sums, SystemOperation::sum());
        }
        Ok(())
    }
}

/// Starts MPI, does the work of this rank, and ends MPI; returns what `main` returns.
///
/// An error of `work`, or a panic in it, is printed with the number of the rank and ends the processes of all ranks, with exit
/// code 1: none is left waiting. `mpirun` does the same if a process is killed.
///
/// # Examples
/// See the [crate](self).
pub fn run(work: impl FnOnce(World) -> Result<(), Box<dyn Error>>) -> ExitCode {
    let Some((_universe, threading)) = mpi::initialize_with_threading(Threading::Serialized) else {
        eprintln!("MPI runs already in this process\n  help: call chainrule_mpi::run once, in main");
        return ExitCode::FAILURE;
    };
    let world = World::new();
    if threading < Threading::Serialized {
        let help = "install one that can, as Open MPI or MPICH of any Linux distribution can";
        abort(&world, &format!("this MPI can't be called from the threads of a training\n  help: {help}"));
    }
    let _guard = PanicGuard(world); // goes before MPI does
    match work(world) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => abort(&world, &*error),
    }
}

/// Ends the processes of all ranks.
fn abort(world: &World, error: &(impl Display + ?Sized)) -> ! {
    let text = format!("rank {}: {error}\n", world.rank); // one piece, into which no other rank writes
    eprint!("{text}");
    SimpleCommunicator::world().abort(1)
}

/// Ends the processes of all ranks when a panic of this one passes by.
struct PanicGuard<'u>(World<'u>);

impl Drop for PanicGuard<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            abort(&self.0, &"has panicked");
        }
    }
}
