"""Models of layers that step through time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import keras
from keras import layers, ops

from .making import Made, in_turn, numbers, with_weights
from .plain import chain

SERIES = numbers(2, 5, 3)
FILMS = numbers(2, 3, 8, 8, 3)


def over_time(layer: Any, x: Any) -> Any:
    """Calls a layer on one time step after the other."""
    return ops.stack([layer(x[:, step]) for step in range(x.shape[1])], axis=1)


def rnns() -> Made:
    return chain(
        layers.SimpleRNN(4, return_sequences=True, name="rnn"),
        layers.GRU(5, return_sequences=True, name="gru"),
        layers.LSTM(6, name="lstm"),
        inputs=SERIES,
    )


def with_states() -> Made:
    series = keras.Input((5, 3), name="series")
    lstm = layers.LSTM(4, return_sequences=True, return_state=True, name="lstm")
    gru = layers.GRU(4, name="gru")
    sequence, state, _ = lstm(series)
    model = with_weights(keras.Model(series, gru(sequence, initial_state=state)))

    def by_hand(x: Any) -> Iterator[Any]:
        sequence, state, carry = lstm(x)
        yield from (x, sequence, state, carry, gru(sequence, initial_state=state))

    return Made(model, SERIES, by_hand)


def stacked_cells() -> Made:
    cells = [layers.LSTMCell(4), layers.GRUCell(3)]
    return chain(layers.RNN(cells, return_sequences=True, name="rnn"), inputs=SERIES)


class Cell(layers.Layer):  # type: ignore[misc]
    """A cell of one's own, with a layer in it."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.state_size = 3
        self.dense = layers.Dense(3, activation="tanh", name="dense")

    def build(self, shape: Any) -> None:
        self.dense.build((None, shape[-1] + 3))

    def call(self, x: Any, states: Any, training: bool = False) -> Any:
        state = self.dense(ops.concatenate([x, states[0]], axis=-1))
        return state, [state]


def custom_cell() -> Made:
    return chain(layers.RNN(Cell(), return_sequences=True, name="rnn"), inputs=SERIES)


def bidirectional() -> Made:
    lstm = layers.LSTM(4, return_sequences=True, name="lstm")
    made = chain(layers.Bidirectional(lstm, name="both"), inputs=SERIES)
    both = made.model.layers[0]

    def by_hand(x: Any) -> Iterator[Any]:
        forward, backward = both.forward_layer(x), both.backward_layer(x)
        yield from (forward, backward)
        yield ops.concatenate([forward, ops.flip(backward, axis=1)], axis=-1)

    return Made(made.model, SERIES, by_hand)


def conv_lstm() -> Made:
    return chain(
        layers.ConvLSTM2D(2, 3, return_sequences=True, name="films"),
        layers.ConvLSTM2D(3, 3, name="last"),
        inputs=FILMS,
    )


def stateful() -> Made:
    lstm = layers.LSTM(4, stateful=True, name="lstm")
    model = keras.Sequential([keras.Input((5, 3), batch_size=1), lstm])
    with_weights(model)
    states = [ops.convert_to_numpy(state) for state in lstm.states]

    def by_hand(x: Any) -> Iterator[Any]:
        yield lstm(x)
        for state, value in zip(lstm.states, states, strict=True):
            state.assign(value)

    return Made(model, SERIES[:1], by_hand)


def dense_over_time() -> Made:
    made = chain(layers.TimeDistributed(layers.Dense(4, name="dense"), name="td"), inputs=SERIES)
    (td,) = made.model.layers
    return Made(made.model, SERIES, lambda x: iter([over_time(td.layer, x)]))


def network_over_time(**settings: Any) -> Made:
    network = keras.Sequential(
        [
            keras.Input((8, 8, 3)),
            layers.Conv2D(4, 3, name="conv"),
            layers.BatchNormalization(name="norm"),
            layers.GlobalMaxPooling2D(name="pooled"),
        ],
        name="network",
    )
    lstm = layers.LSTM(3, name="lstm")
    made = chain(layers.TimeDistributed(network, name="td"), lstm, inputs=FILMS, **settings)

    def by_hand(x: Any) -> Iterator[Any]:
        for layer in network.layers:
            x = over_time(layer, x)
            yield x
        yield from (x, lstm(x))

    return Made(made.model, FILMS, by_hand)


def layer_over_time() -> Made:
    conv = layers.Conv2D(4, 3, name="conv")
    pool = layers.MaxPooling3D((1, 2, 2), name="pool")
    made = chain(layers.TimeDistributed(conv, name="td"), pool, inputs=FILMS)

    def by_hand(x: Any) -> Iterator[Any]:
        x = over_time(conv, x)
        yield from (x, pool(x))

    return Made(made.model, FILMS, by_hand)


def open_time() -> Made:
    return network_over_time(shape=(None, 8, 8, 3))


def open_series() -> Made:
    return chain(
        layers.GRU(4, return_sequences=True, name="gru"),
        layers.GlobalAveragePooling1D(name="pooled"),
        inputs=SERIES,
        shape=(None, 3),
    )


def masked() -> Made:
    masking, lstm = layers.Masking(0.0, name="masking"), layers.LSTM(4, name="lstm")
    made = chain(masking, lstm, inputs=SERIES * (numbers(2, 5, 1, seed=3) > 0.4))
    return Made(made.model, made.inputs, lambda x: in_turn(x, masking, lstm))
