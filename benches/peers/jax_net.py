"""JAX: one jitted training step called from Python, or (`--whole-loop`) the loop over the steps in one jit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import workloads

args = workloads.start("--whole-loop")

import jax  # noqa: E402  (after the thread variables are set)
import jax.numpy as jnp  # noqa: E402
from jax import lax  # noqa: E402

Params = list[tuple[jax.Array, jax.Array]]


def logits(params: Params, x: jax.Array, activation: Callable[[jax.Array], jax.Array]) -> jax.Array:
    *hidden, (w, b) = params
    for v, c in hidden:
        x = activation(x @ v + c)
    return x @ w + b


def cross_entropy(params: Params, x: jax.Array, t: jax.Array) -> jax.Array:
    return -(t * jax.nn.log_softmax(logits(params, x, jax.nn.relu))).sum(axis=1).mean()


def binary_cross_entropy(params: Params, x: jax.Array, t: jax.Array) -> jax.Array:
    z = logits(params, x, jnp.tanh)
    return (jax.nn.softplus(z) - t * z).mean()


def sgd(params: Params, gradients: Params, rate: float) -> Params:
    return jax.tree.map(lambda p, g: p - rate * g, params, gradients)


def start(layers: Sequence[int]) -> Params:
    return jax.tree.map(jnp.array, workloads.weights(layers))


def train(layers: Sequence[int], batch: int) -> workloads.Steps:
    x, labels = workloads.samples()
    x, t = jnp.asarray(x), jnp.asarray(workloads.one_hot(labels))
    state = start(layers), jnp.int32(0)  # the parameters and where the next batch begins
    end = len(x) // batch * batch

    def step(state: tuple[Params, jax.Array], x: jax.Array, t: jax.Array) -> tuple[Params, jax.Array]:
        params, i = state
        xi, ti = (lax.dynamic_slice_in_dim(a, i, batch) for a in (x, t))
        params = sgd(params, jax.grad(cross_entropy)(params, xi, ti), workloads.TRAIN_RATE)
        return params, (i + batch) % end

    if args.whole_loop:

        @partial(jax.jit, donate_argnums=0)
        def loop(state: tuple[Params, jax.Array], x: jax.Array, t: jax.Array, count: int) -> object:
            return lax.fori_loop(0, count, lambda _, s: step(s, x, t), state)

    else:
        jitted = jax.jit(step, donate_argnums=0)

        def loop(state: tuple[Params, jax.Array], x: jax.Array, t: jax.Array, count: int) -> object:
            for _ in range(count):
                state = jitted(state, x, t)
            return state

    def steps(count: int) -> float:
        nonlocal state
        state = jax.block_until_ready(loop(state, x, t, count))
        return float(state[0][0][1].sum())

    return steps


def xor() -> Callable[[], float]:
    x, t = map(jnp.asarray, workloads.xor_table())

    def step(params: Params, x: jax.Array, t: jax.Array) -> tuple[Params, jax.Array]:
        loss, gradients = jax.value_and_grad(binary_cross_entropy)(params, x, t)
        return sgd(params, gradients, workloads.XOR_RATE), loss

    if args.whole_loop:

        @jax.jit
        def loop(params: Params, x: jax.Array, t: jax.Array) -> jax.Array:
            return lax.scan(lambda p, _: step(p, x, t), params, length=workloads.XOR_EPOCHS)[1]

    else:
        jitted = jax.jit(step, donate_argnums=0)

        def loop(params: Params, x: jax.Array, t: jax.Array) -> list[jax.Array]:
            losses = []
            for _ in range(workloads.XOR_EPOCHS):
                params, loss = jitted(params, x, t)
                losses.append(loss)
            return losses

    return lambda: float(jax.block_until_ready(loop(start(workloads.XOR), x, t))[-1])


def infer(batch: int) -> workloads.Steps:
    x = jnp.asarray(workloads.samples(batch)[0])
    params = start(workloads.SMALL)

    @jax.jit
    def predict(params: Params, x: jax.Array) -> jax.Array:
        return jax.nn.softmax(logits(params, x, jax.nn.relu))

    def steps(count: int) -> float:
        for _ in range(count):
            p = predict(params, x).block_until_ready()
        return float(p[0, 0])

    return steps


if __name__ == "__main__":
    workloads.run(args, f"JAX {jax.__version__}", train, xor, infer)
