"""Contrastive divergence with numpy and with scikit-learn, in turns with other engines.

    OPENBLAS_NUM_THREADS=1 python3 rbm_steps.py numpy|scikit-learn
"""

import sys

import numpy as np

from turns import answer

BATCH, PIXELS, HIDDEN, RATE = 128, 784, 512, np.float32(0.05)
random = np.random.default_rng(7)
images = random.random((6000, PIXELS), dtype=np.float32)


def batch():
    return images[random.integers(0, len(images), BATCH)]


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def sample(p):
    return (random.random(p.shape, dtype=np.float32) < p).astype(np.float32)


def numpy_rbm():
    w = np.float32(0.01) * random.standard_normal((PIXELS, HIDDEN), dtype=np.float32)
    b, c = np.zeros(PIXELS, np.float32), np.zeros(HIDDEN, np.float32)

    def step():
        v = batch()
        h = sigmoid(v @ w + c)
        chain = sample(sigmoid(sample(h) @ w.T + b))
        chain_h = sigmoid(chain @ w + c)
        w[:] += RATE / BATCH * (v.T @ h - chain.T @ chain_h)
        b[:] += RATE * (v - chain).mean(0)
        c[:] += RATE * (h - chain_h).mean(0)

    return step


def scikit_learn_rbm():
    from sklearn.neural_network import BernoulliRBM

    machine = BernoulliRBM(n_components=HIDDEN, learning_rate=float(RATE), batch_size=BATCH, random_state=7)
    return lambda: machine.partial_fit(batch())


if sys.argv[1] == "numpy":
    answer(np.__version__, {"rbm": numpy_rbm})
else:
    import sklearn

    answer(sklearn.__version__, {"rbm": scikit_learn_rbm})
