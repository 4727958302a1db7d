//! Several ranks train one model: what comes out is the training of one process, whatever the ranks, and nobody waits for
//! a rank that is gone.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use chainrule::loss::{Half, Summed};
use chainrule::prelude::*;
use chainrule::training::{Communicator, Epoch, History, ReduceOnPlateau, Start, StepRecord};
use chainrule::{Error, Snapshot, data};

/// A rank in a thread, with a channel from each rank to each. A thread that is gone closes its channels.
struct Threads<F> {
    rank: usize,
    to: Vec<Sender<Vec<F>>>,
    from: Vec<Receiver<Vec<F>>>,
}

impl<F: Float> Communicator<F> for Threads<F> {
    fn rank(&self) -> usize {
        self.rank
    }

    fn ranks(&self) -> usize {
        self.to.len()
    }

    fn all_reduce(&mut self, numbers: &mut [F]) -> Result<()> {
        let gone = |rank| Error::Rank { rank, error: "has ended".to_owned() };
        for (rank, to) in self.to.iter().enumerate() {
            to.send(numbers.to_vec()).map_err(|_| gone(rank))?;
        }
        numbers.fill(F::zero());
        for (rank, from) in self.from.iter().enumerate() {
            let theirs = from.recv().map_err(|_| gone(rank))?;
            assert_eq!(theirs.len(), numbers.len(), "rank {rank} has other numbers in mind");
            numbers.iter_mut().zip(theirs).for_each(|(sum, number)| *sum += number);
        }
        Ok(())
    }
}

/// The communicators of so many ranks.
fn communicators<F: Float>(ranks: usize) -> Vec<Threads<F>> {
    let mut all: Vec<Threads<F>> =
        (0..ranks).map(|rank| Threads { rank, to: vec![], from: vec![] }).collect();
    for from in 0..ranks {
        for to in 0..ranks {
            let (sender, receiver) = channel();
            all[from].to.push(sender);
            all[to].from.push(receiver);
        }
    }
    all
}

/// What each of so many ranks returns, each in a thread of its own.
fn on_ranks<F: Float, T: Send>(ranks: usize, work: impl Fn(Threads<F>) -> T + Sync) -> Vec<T> {
    let work = &work;
    thread::scope(|scope| {
        let threads: Vec<_> =
            communicators(ranks).into_iter().map(|rank| scope.spawn(move || work(rank))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    })
}

/// Inputs and targets of a regression with two outputs.
fn samples<F: Float>(count: usize) -> (Array2<F>, Array2<F>) {
    let mut rng = Rng::new(7);
    let x = Array2::from_shape_simple_fn((count, 3), || F::of(rng.normal()));
    let y = Array2::from_shape_fn((count, 2), |(i, j)| {
        (x[[i, 0]] * F::of(0.5) - x[[i, 1 + j]]).tanh() * F::of(0.5) + F::of(0.5)
    });
    (x, y)
}

fn net<F: Float>() -> Sequential<F> {
    Sequential::new([3]).add(Dense::new(8)).add(Tanh).add(Dense::new(2)).add(Sigmoid).build(3).unwrap()
}

/// The largest difference between the parameters of two models.
fn distance<F: Float>(a: &Sequential<F>, b: &Sequential<F>) -> f64 {
    let pairs = a.params().zip(b.params());
    let differences = pairs.flat_map(|((_, a), (_, b))| (&a - &b).into_iter().collect::<Vec<_>>());
    differences.map(|d| d.as_f64().abs()).fold(0.0, f64::max)
}

/// Whether each epoch of two histories has the same figures.
fn assert_near(history: &History, expected: &History, tolerance: f64, case: &str) {
    assert_eq!(history.epochs().len(), expected.epochs().len(), "{case}");
    for (own, other) in history.epochs().iter().zip(expected.epochs()) {
        let pairs = [Some(&own.training), own.validation.as_ref()]
            .into_iter()
            .zip([Some(&other.training), other.validation.as_ref()]);
        for (own, other) in pairs {
            let (Some(own), Some(other)) = (own, other) else {
                assert_eq!(own, other, "{case}");
                continue;
            };
            assert_eq!(own.metrics.len(), other.metrics.len(), "{case}");
            let figures = own.metrics.iter().zip(&other.metrics).map(|(own, other)| (own.1, other.1));
            for (own, other) in figures.chain([(own.loss, other.loss)]) {
                assert!(
                    (own - other).abs() <= tolerance * other.abs().max(1.0),
                    "{case}: {own}, not {other}"
                );
            }
        }
    }
}

/// Trains on 1 to 4 ranks and in one process, and compares models and histories.
fn compare<'d, F: Float>(
    case: &str,
    model: impl Fn() -> Sequential<F> + Sync,
    trainer: impl Fn() -> Trainer<'d, F> + Sync,
    data: impl data::Samples<F>,
    tolerance: f64,
) {
    let mut alone = model();
    let expected = trainer().progress_bar(false).fit(&mut alone, &data).unwrap();
    assert!(distance(&alone, &model()) > 1e-3, "{case}: nothing was learned");
    for ranks in 1..=4 {
        let case = format!("{case}, {ranks} ranks");
        let trained = || {
            on_ranks(ranks, |rank| {
                let mut model = model();
                let history = trainer().progress_bar(false).distributed(rank).fit(&mut model, &data).unwrap();
                (model, history)
            })
        };
        let first = trained();
        for (model, history) in &first {
            let distance = distance(model, &alone);
            assert!(distance <= if ranks == 1 { 0.0 } else { tolerance }, "{case}: {distance:e}");
            assert_near(history, &expected, tolerance, &case);
            assert_eq!(Snapshot::of(model), Snapshot::of(&first[0].0), "{case}: ranks differ");
            assert_eq!(history, &first[0].1, "{case}: histories differ");
        }
        let again = trained();
        assert_eq!(Snapshot::of(&again[0].0), Snapshot::of(&first[0].0), "{case}: another time other bits");
        assert_eq!(again[0].1, first[0].1, "{case}");
    }
}

/// One training for each optimizer, of 37 samples in batches of 10: the last one has 7.
fn every_optimizer<F: Float>(tolerance: f64) {
    type Make<F> = fn() -> Box<dyn Optimizer<F>>;
    let optimizers: [(&str, Make<F>); 9] = [
        ("sgd", || Box::new(Sgd::new(0.3))),
        ("momentum", || Box::new(Sgd::new(0.1).momentum(0.9))),
        ("nesterov", || Box::new(Sgd::new(0.1).momentum(0.9).nesterov())),
        ("adam", || Box::new(Adam::new(0.01))),
        ("adamw", || Box::new(Adam::new(0.01).weight_decay(0.01))),
        ("rmsprop", || Box::new(RmsProp::new(0.01))),
        ("adagrad", || Box::new(AdaGrad::new(0.05))),
        ("clipped norm", || Box::new(ClipNorm::new(0.05, Sgd::new(0.5)))),
        ("clipped values", || Box::new(ClipValue::new(0.02, Sgd::new(0.5)))),
    ];
    let (x, y) = samples::<F>(37);
    for (name, optimizer) in optimizers {
        let trainer = || Trainer::new(MeanSquaredError, optimizer()).epochs(3).batch_size(10);
        compare(name, net, trainer, (&x, &y), tolerance);
    }
}

#[test]
fn every_optimizer_moves_as_in_one_process() {
    every_optimizer::<f32>(1e-6);
    every_optimizer::<f64>(1e-12);
}

/// Batches that no number of ranks divides, down to one sample and up to all.
#[test]
fn every_size_of_a_batch_gives_the_same() {
    let (x, y) = samples::<f64>(23);
    for batch in [1, 2, 3, 5, 7, 11, 22, 23, 100] {
        let trainer = || Trainer::new(BinaryCrossEntropy, Sgd::new(0.5)).epochs(2).batch_size(batch);
        compare(&format!("batch {batch}"), net, trainer, (&x, &y), 1e-12);
        let in_order = || trainer().without_shuffle();
        compare(&format!("batch {batch} in order"), net, in_order, (&x, &y), 1e-12);
    }
}

#[test]
fn a_mean_counts_by_its_samples_and_a_sum_as_it_is() {
    let (x, y) = samples::<f64>(23);
    type Make = fn() -> Box<dyn Loss<f64>>;
    let losses: [(&str, Make, f64); 4] = [
        ("mean", || Box::new(MeanSquaredError), 0.5),
        ("half a mean", || Box::new(Half(MeanSquaredError)), 0.5),
        ("sum", || Box::new(Summed(MeanSquaredError)), 0.05),
        ("half a sum", || Box::new(Half(Summed(BinaryCrossEntropy))), 0.05),
    ];
    let w = Array1::from_shape_fn(23, |i| (i % 4) as f64);
    for (name, loss, rate) in losses {
        let trainer =
            || Trainer::new(loss(), Sgd::new(rate)).epochs(3).batch_size(6).metric(MeanAbsoluteError);
        compare(name, net, trainer, (&x, &y), 1e-12);
        compare(&format!("{name} with weights"), net, trainer, (&x, &y, &w), 1e-12);
    }
}

/// Validation is measured by rank 0, and a schedule that follows it acts alike on all ranks.
#[test]
fn metrics_validation_and_schedules_are_those_of_all_samples() {
    let (x, y) = samples::<f64>(40);
    let labels: Vec<usize> = y.rows().into_iter().map(|y| usize::from(y[0] > 0.5)).collect();
    let (unseen, unseen_labels) = (x.slice(s![..9, ..]).to_owned(), labels[..9].to_vec());
    let model = || {
        Sequential::new([3]).add(Dense::new(6)).add(ReLU).add(Dense::new(2)).add(Softmax).build(4).unwrap()
    };
    let trainer = || {
        let plateau = ReduceOnPlateau::new(0.5, 1);
        Trainer::new(CategoricalCrossEntropy, Adam::new(0.02))
            .epochs(6)
            .batch_size(9)
            .validation((&unseen, &unseen_labels))
            .schedule(plateau)
    };
    compare("digits", model, trainer, (&x, &labels), 1e-12);
}

/// Rank 0 decides, and all stop at the same step with the weights of the best epoch.
#[test]
fn what_callbacks_of_rank_0_decide_reaches_the_others() {
    let (x, y) = samples::<f64>(20);
    let calls = AtomicUsize::new(0);
    let trained = on_ranks(3, |rank| {
        let mut model = net();
        let calls = &calls;
        let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(0.3))
            .epochs(50)
            .batch_size(8)
            .callback(EarlyStopping::new(2).min_delta(0.01))
            .after_epoch(move |_: &Epoch, _: &mut Sequential<f64>| {
                calls.fetch_add(1, Ordering::Relaxed);
            })
            .distributed(rank);
        let history = trainer.fit(&mut model, (&x, &y)).unwrap();
        // and the next training with these ranks goes well too
        let more = trainer.fit_more(&mut model, (&x, &y)).unwrap();
        (model, history, more)
    });
    let (model, history, more) = &trained[0];
    assert!(
        history.epochs().len() < 50
            && history.stopped().unwrap().contains("by early stopping: training loss")
    );
    assert!(more.epochs()[0].number == history.epochs().len() + 1);
    assert_eq!(calls.into_inner(), history.epochs().len() + more.epochs().len());
    for (other, other_history, _) in &trained[1..] {
        assert_eq!(Snapshot::of(other), Snapshot::of(model));
        assert_eq!(other_history.stopped(), history.stopped());
    }
}

/// From the checkpoint that rank 0 has written after some epochs, all ranks come to the bits of a training without a break.
#[test]
fn a_checkpoint_of_the_first_rank_takes_all_up_again() {
    let folder = tempfile::tempdir().unwrap();
    let (x, y) = samples::<f64>(20);
    let model = || {
        Sequential::new([3])
            .add(Dense::new(8))
            .add(BatchNorm::new())
            .add(Dropout::new(0.2))
            .add(Dense::new(2))
            .build(3)
    };
    let train = |name: &str, epochs: usize| {
        let path = folder.path().join(name);
        on_ranks(3, |rank| {
            let mut model = model().unwrap();
            let mut trainer = Trainer::new(MeanSquaredError, Adam::new(0.01))
                .epochs(epochs)
                .batch_size(8)
                .callback(EarlyStopping::new(50))
                .checkpoint(&path, 2)
                .distributed(rank);
            let history = match epochs {
                4 => trainer.fit(&mut model, (&x, &y)),
                _ if path.exists() => trainer.resume(&path, &mut model, (&x, &y)),
                _ => trainer.fit(&mut model, (&x, &y)),
            };
            (Snapshot::of(&model), history.unwrap())
        })
    };
    train("in two", 4);
    let (in_two, at_once) = (train("in two", 9), train("at once", 9));
    assert_eq!(in_two, at_once);

    // a rank without the file ends all of them, and so does one that begins anew
    let path = folder.path().join("in two");
    let other = folder.path().join("nowhere");
    for anew in [false, true] {
        let errors = on_ranks(2, |rank| {
            let first = rank.rank() == 0;
            let mut model = model().unwrap();
            let mut trainer =
                Trainer::new(MeanSquaredError, Adam::new(0.01)).epochs(9).batch_size(8).distributed(rank);
            let trained = match (first, anew) {
                (true, _) => trainer.resume(&path, &mut model, (&x, &y)),
                (false, false) => trainer.resume(&other, &mut model, (&x, &y)),
                (false, true) => trainer.fit(&mut model, (&x, &y)),
            };
            trained.unwrap_err().to_string()
        });
        assert!(errors.iter().all(|error| !error.is_empty()), "{errors:?}");
    }
}

/// A model that is changed after a step and after an epoch, by rank 0 alone, is the model of all.
#[test]
fn a_callback_that_changes_the_model_changes_it_everywhere() {
    struct Changes;
    impl Callback<f64> for Changes {
        fn before_training(&mut self, _: &Start, model: &mut Sequential<f64>) -> Result<()> {
            model.set_param("0.bias", &Array1::from_elem(8, 0.1))
        }

        fn after_step(&mut self, step: &mut StepRecord, model: &mut Sequential<f64>) -> Result<Next> {
            assert!(model.activation(1).is_some_and(|y| y.nrows() <= 4), "the share of this rank");
            let scaled = &model.param("0.weight")? * 0.9;
            model.set_param("0.weight", &scaled)?;
            if step.epoch == 2 {
                step.unsubscribe();
            }
            Ok(Next::stop_if(step.epoch == 3))
        }

        fn after_epoch(&mut self, _: &Epoch, model: &mut Sequential<f64>) -> Result<Next> {
            model.set_param("2.bias", &array![0.5, -0.5])?;
            Ok(Next::Continue)
        }

        fn after_training(&mut self, history: &mut History, model: &mut Sequential<f64>) -> Result<()> {
            history.note("changed");
            model.set_param("2.bias", &array![1.5, -1.5])
        }
    }
    let (x, y) = samples::<f64>(13);
    let trainer = || Trainer::new(MeanSquaredError, Sgd::new(0.3)).epochs(3).batch_size(8).callback(Changes);
    let models = on_ranks(2, |rank| {
        let mut model = net();
        let history = trainer().distributed(rank).fit(&mut model, (&x, &y)).unwrap();
        (model, history)
    });
    assert_eq!(models[0].0.param("2.bias").unwrap(), array![[1.5, -1.5]]);
    assert_eq!(Snapshot::of(&models[0].0), Snapshot::of(&models[1].0));
    assert_eq!(models[0].1.notes(), ["changed"]);
    assert!(models[1].1.notes().is_empty());
}

/// The errors of all ranks.
fn errors(ranks: usize, train: impl Fn(Threads<f64>) -> Result<History> + Sync) -> Vec<String> {
    on_ranks(ranks, |rank| train(rank).unwrap_err().to_string())
}

#[test]
fn an_error_on_one_rank_ends_all_and_names_it() {
    /// A layer that fails on one rank, in a step.
    #[derive(Clone, Debug)]
    struct Fails {
        here: bool,
    }
    impl Layer<f64> for Fails {
        fn name(&self) -> &str {
            "fails"
        }

        fn forward(&self, x: ArrayView2<f64>, mut y: ArrayViewMut2<f64>, memory: &mut Memory<f64>) {
            y.assign(&x);
            if let Some(rng) = memory.rng()
                && self.here
                && rng.uniform() < 0.3
            {
                y.fill(f64::NAN);
            }
        }

        fn backward(&self, pass: Pass<f64>, mut dx: ArrayViewMut2<f64>) {
            dx.assign(&pass.dy);
        }
    }
    let (x, y) = samples::<f64>(30);
    for failing in 0..3 {
        let texts = errors(3, |rank| {
            let here = rank.rank == failing;
            let mut model = Sequential::new([3]).add(Dense::new(2)).add(Fails { here }).build(1)?;
            let mut trainer =
                Trainer::new(MeanSquaredError, Sgd::new(0.1)).epochs(20).batch_size(7).distributed(rank);
            let error = trainer.fit(&mut model, (&x, &y)).unwrap_err();
            assert!(trainer.unfinished_history().is_some());
            assert!(model.params().all(|(_, param)| param.iter().all(|w| w.is_finite())));
            Err(error)
        });
        let (place, error) = texts[failing].split_once(": ").unwrap();
        assert!(
            error.starts_with(
                "the loss is NaN; NaN or infinity first appears in the output of layer 1 (fails)"
            )
        );
        for (rank, text) in texts.iter().enumerate().filter(|&(rank, _)| rank != failing) {
            assert_eq!(text, &format!("{place}: rank {failing}: {error}"), "on rank {rank}");
        }
    }
}

/// A step that only one rank can't make: the others hear of it in their next one.
#[test]
fn an_optimizer_that_fails_on_one_rank_ends_all() {
    #[derive(Clone, Debug)]
    struct Fails {
        here: bool,
        steps: usize,
    }
    impl Optimizer<f64> for Fails {
        fn name(&self) -> &str {
            "fails"
        }

        fn begin_step(&mut self) {
            self.steps += 1;
        }

        fn update(&mut self, _: usize, theta: &mut Array2<f64>, gradient: Gradient<f64>) -> Result<()> {
            if self.here && self.steps == 3 {
                return Err(Error::mismatch("no more steps", "rest"));
            }
            gradient.add_to(theta, -0.1)
        }
    }
    let (x, y) = samples::<f64>(30);
    let texts = errors(3, |rank| {
        let optimizer = Fails { here: rank.rank == 1, steps: 0 };
        Trainer::new(MeanSquaredError, optimizer).batch_size(5).distributed(rank).fit(&mut net(), (&x, &y))
    });
    assert!(texts[1].starts_with("epoch 1, batch 3: layer 0 (dense): no more steps"), "{}", texts[1]);
    let told = "epoch 1, batch 4: rank 1: layer 0 (dense): no more steps\n  help: rest";
    assert_eq!([&*texts[0], &*texts[2]], [told; 2]);
}

/// Before the first step, in a callback, in the validation, by all at once.
#[test]
fn errors_at_every_moment_reach_all() {
    let (x, y) = samples::<f64>(12);
    let trainer = || Trainer::new(MeanSquaredError, Sgd::new(0.1)).epochs(3).batch_size(5);
    let texts = errors(2, |rank| {
        let inputs = if rank.rank == 1 { x.slice(s![.., ..2]).to_owned() } else { x.clone() };
        trainer().distributed(rank).fit(&mut net(), (&inputs, &y))
    });
    assert!(
        texts[0].starts_with("rank 1: inputs: expected shape [samples, 3], but got [12, 2]"),
        "{}",
        texts[0]
    );
    assert!(texts[1].starts_with("inputs: expected shape [samples, 3]"), "{}", texts[1]);

    let texts = errors(2, |rank| {
        let fails = |epoch: &Epoch, _: &mut Sequential<f64>| {
            if epoch.number == 2 { Err(Error::mismatch("no room", "make some")) } else { Ok(()) }
        };
        trainer().after_epoch(fails).distributed(rank).fit(&mut net(), (&x, &y))
    });
    assert_eq!(texts[0], "after epoch 2, callback 1 (a closure): no room\n  help: make some");
    assert_eq!(texts[1], format!("rank 0: {}", texts[0]));

    let missing = (array![[f64::NAN, 0.0, 0.0]], array![[0.0, 1.0]]);
    let texts = errors(2, |rank| {
        trainer().validation((&missing.0, &missing.1)).distributed(rank).fit(&mut net(), (&x, &y))
    });
    assert!(texts[0].starts_with("epoch 1: the loss of the validation samples is NaN"), "{}", texts[0]);
    assert_eq!(texts[1], format!("rank 0: {}", texts[0]));

    let texts = errors(2, |rank| {
        let mut model: Sequential<f64> = Sequential::new([3]).add(Dense::new(2)).build(1)?;
        let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(1e200)).epochs(9).distributed(rank);
        trainer.fit(&mut model, (&x, &y))
    });
    assert!(texts.iter().all(|text| text.contains("the learning rate (1e200) is too large")), "{texts:?}");
}

#[test]
fn ranks_that_do_not_train_alike_are_told() {
    let (x, y) = samples::<f64>(12);
    let trainer = |batch| Trainer::new(MeanSquaredError, Sgd::new(0.1)).epochs(3).batch_size(batch);
    let texts = errors(3, |rank| {
        let batch = if rank.rank == 2 { 4 } else { 5 };
        trainer(batch).distributed(rank).fit(&mut net(), (&x, &y))
    });
    let text = "this rank has \"batch size: 4\", but rank 0 \"batch size: 5\"\n  help: give every rank the same model, \
                samples and settings";
    assert_eq!(texts, [format!("rank 2: {text}"), format!("rank 2: {text}"), text.to_owned()]);
    let texts = errors(2, |rank| {
        let units = 8 + rank.rank;
        let mut model = Sequential::new([3]).add(Dense::new(units)).add(Dense::new(2)).build(1)?;
        trainer(5).distributed(rank).fit(&mut model, (&x, &y))
    });
    assert!(texts[0].starts_with("rank 1: this rank has \"0  dense"), "{}", texts[0]);
}

/// Other first weights than rank 0's are replaced by them.
#[test]
fn all_begin_with_the_weights_of_rank_0() {
    let (x, y) = samples::<f64>(12);
    let models = on_ranks(2, |rank| {
        let seed = 10 + rank.rank as u64;
        let mut model = Sequential::new([3]).add(Dense::new(2)).build(seed).unwrap();
        Trainer::new(MeanSquaredError, Sgd::new(0.1)).distributed(rank).fit(&mut model, (&x, &y)).unwrap();
        model
    });
    let mut alone = Sequential::new([3]).add(Dense::new(2)).build(10).unwrap();
    Trainer::new(MeanSquaredError, Sgd::new(0.1)).fit(&mut alone, (&x, &y)).unwrap();
    assert!(distance(&models[1], &alone) < 1e-12);
}

#[test]
fn a_communicator_that_does_not_add_up_is_refused() {
    struct Wrong(usize, usize);
    impl Communicator<f64> for Wrong {
        fn rank(&self) -> usize {
            self.0
        }

        fn ranks(&self) -> usize {
            self.1
        }

        fn all_reduce(&mut self, _: &mut [f64]) -> Result<()> {
            Ok(())
        }
    }
    let (x, y) = samples::<f64>(12);
    let text = |wrong| {
        let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(0.1)).distributed(wrong);
        trainer.fit(&mut net(), (&x, &y)).unwrap_err().to_string()
    };
    assert_eq!(
        text(Wrong(0, 2)),
        "all_reduce has not added up each of 2 ranks once\n  help: give each rank a number of its own, and sum over all of \
         them"
    );
    let outside = "rank 2 is none of 2\n  help: count the ranks from 0 in Communicator::rank";
    assert_eq!(text(Wrong(2, 2)), outside);
    assert!(text(Wrong(0, 0)).starts_with("rank 0 is none of 0\n"));
    let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(0.1)).distributed(Wrong(0, 2));
    trainer.fit(&mut net(), (&x, &y)).unwrap_err();
    assert_eq!(
        trainer.fit(&mut net(), (&x, &y)).unwrap_err().to_string(),
        "the communicator of this trainer has failed before\n  help: make new communicators, and a new trainer on each \
         rank"
    );
    let again = trainer.train_batch(&mut net(), &x, &y).unwrap_err().to_string();
    assert!(again.starts_with("the communicator of this trainer has failed before"), "{again}");
}

/// A thread that ends in the middle, by an error of its own program or a panic, leaves nobody waiting.
#[test]
fn a_rank_that_is_gone_ends_the_others() {
    let (x, y) = samples::<f64>(30);
    for leaves_in in [0, 1, 40] {
        let results = on_ranks(3, |rank| {
            if rank.rank != 1 {
                let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(0.1)).epochs(50).distributed(rank);
                return Some(trainer.fit(&mut net(), (&x, &y)).unwrap_err().to_string());
            }
            let mut left = leaves_in;
            let limited = Limited { inner: rank, left: &mut left };
            Trainer::new(MeanSquaredError, Sgd::new(0.1))
                .epochs(50)
                .distributed(limited)
                .fit(&mut net(), (&x, &y))
                .ok();
            None
        });
        let texts: Vec<_> = results.into_iter().flatten().collect();
        assert!(texts.iter().any(|text| text.ends_with("rank 1: has ended")), "{texts:?}");
    }

    /// A rank that goes away after so many sums.
    struct Limited<'l> {
        inner: Threads<f64>,
        left: &'l mut usize,
    }
    impl Communicator<f64> for Limited<'_> {
        fn rank(&self) -> usize {
            self.inner.rank
        }

        fn ranks(&self) -> usize {
            self.inner.to.len()
        }

        fn all_reduce(&mut self, numbers: &mut [f64]) -> Result<()> {
            let Some(left) = self.left.checked_sub(1) else {
                return Err(Error::mismatch("the plug was pulled", "put it in again"));
            };
            *self.left = left;
            self.inner.all_reduce(numbers)
        }
    }
}

#[test]
fn single_steps_take_their_share_too() {
    let (x, y) = samples::<f64>(9);
    let w = Array1::from_shape_fn(9, |i| 0.5 + i as f64);
    let steps = |mut trainer: Trainer<f64>| {
        let mut model = net();
        let losses: Vec<f64> = (1..=9)
            .flat_map(|rows| {
                let (x, y, w) = (x.slice(s![..rows, ..]), y.slice(s![..rows, ..]), w.slice(s![..rows]));
                let plain = trainer.train_batch(&mut model, &x, &y).unwrap();
                [plain, trainer.train_batch_weighted(&mut model, &x, &y, &w).unwrap()]
            })
            .collect();
        (model, losses)
    };
    let trainer = || Trainer::new(MeanSquaredError, Adam::new(0.05));
    let (alone, expected) = steps(trainer());
    for ranks in 1..=4 {
        for (model, losses) in on_ranks(ranks, |rank| steps(trainer().distributed(rank))) {
            assert!(distance(&model, &alone) < 1e-12);
            assert!(losses.iter().zip(&expected).all(|(own, other)| (own - other).abs() < 1e-12));
        }
    }
    let texts = on_ranks(2, |rank| {
        let t = y.slice(s![..5 + 4 * rank.rank, ..]);
        trainer().distributed(rank).train_batch(&mut net(), &x, &t).unwrap_err().to_string()
    });
    assert!(texts[0].starts_with("targets: expected shape [9, 2], but got [5, 2]"), "{texts:?}");
    assert_eq!(texts[1], format!("rank 0: {}", texts[0]));
}

/// Random layers and statistics of batches: the same each time, on each rank a model with the same numbers.
#[test]
fn dropout_and_batch_norm_are_repeatable() {
    let (x, y) = samples::<f64>(50);
    let train = |ranks: usize| {
        on_ranks(ranks, |rank| {
            let hidden = Sequential::new([3]).add(Dense::new(16)).add(BatchNorm::new()).add(ReLU);
            let mut model = hidden.add(Dropout::new(0.3)).add(Dense::new(2)).build(5).unwrap();
            let mut trainer =
                Trainer::new(MeanSquaredError, Adam::new(0.02)).epochs(30).batch_size(20).distributed(rank);
            let history = trainer.fit(&mut model, (&x, &y)).unwrap();
            (Snapshot::of(&model), history)
        })
    };
    for ranks in [1, 3] {
        let trained = train(ranks);
        assert!(trained.iter().all(|(numbers, _)| *numbers == trained[0].0));
        assert_eq!(trained, train(ranks));
        let losses = trained[0].1.losses();
        assert!(losses[29] < 0.6 * losses[0], "{losses:?}");
    }
    assert_ne!(train(1)[0].0, train(3)[0].0);
}
