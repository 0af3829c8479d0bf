"""The same matrix products and training steps in PyTorch, eager mode.

    python3 torch_steps.py             measures on its GPU where it has one; prints one JSON object
    python3 torch_steps.py THREADS     on the processor, in turns with other engines (turns.py)
"""

import json
import sys
import time

import torch
import torch.nn.functional as F
from torch import nn

from turns import answer

SECONDS, SAMPLES = 0.3, 5
takes_turns = len(sys.argv) > 1
device = torch.device("cuda" if torch.cuda.is_available() and not takes_turns else "cpu")
if takes_turns:
    torch.set_num_threads(int(sys.argv[1]))
torch.manual_seed(7)
images = torch.rand(6000, 784, device=device)
labels = torch.randint(0, 10, (6000,), device=device)


def wait():
    if device.type == "cuda":
        torch.cuda.synchronize()


def best(turn):
    def sample(times):
        begun = time.perf_counter()
        for _ in range(times):
            turn()
        wait()
        return time.perf_counter() - begun

    times = 1
    while sample(times) < SECONDS:
        times *= 2
    return min(sample(times) / times for _ in range(SAMPLES))


def batch(size):
    rows = torch.randint(0, len(images), (size,), device=device)
    return images[rows], labels[rows]


def dense(*widths):
    return nn.ModuleList(nn.Linear(a, b, device=device) for a, b in zip(widths, widths[1:]))


def product(rows, depth, columns):
    a, b = torch.rand(rows, depth, device=device), torch.rand(depth, columns, device=device)
    return 2 * rows * depth * columns / best(lambda: a @ b)


def vae(fused=None):
    trunk, mean, log_variance, decoder = dense(784, 400), dense(400, 20), dense(400, 20), dense(20, 400, 784)
    params = [p for part in (trunk, mean, log_variance, decoder) for p in part.parameters()]
    adam = torch.optim.Adam(params, 1e-3, fused=fused)

    def step():
        x, _ = batch(128)
        h = F.relu(trunk[0](x))
        mu, log_v = mean[0](h), log_variance[0](h)
        z = mu + torch.exp(0.5 * log_v) * torch.randn_like(mu)
        logits = decoder[1](F.relu(decoder[0](z)))
        loss = F.binary_cross_entropy_with_logits(logits, x, reduction="sum")
        loss = (loss - 0.5 * torch.sum(1 + log_v - mu * mu - log_v.exp())) / 128
        adam.zero_grad()
        loss.backward()
        adam.step()

    return step


@torch.no_grad()
def rbm():
    w = 0.01 * torch.randn(784, 512, device=device)
    b, c = torch.zeros(784, device=device), torch.zeros(512, device=device)

    @torch.no_grad()
    def step():
        v, _ = batch(128)
        h = torch.sigmoid(v @ w + c)
        v1 = torch.bernoulli(torch.sigmoid(torch.bernoulli(h) @ w.t() + b))
        h1 = torch.sigmoid(v1 @ w + c)
        w.add_(v.t() @ h - v1.t() @ h1, alpha=0.05 / 128)
        b.add_((v - v1).mean(0), alpha=0.05)
        c.add_((h - h1).mean(0), alpha=0.05)

    return step


def ff(fused=None):
    layers = dense(784, 500, 500)
    adams = [torch.optim.Adam(layer.parameters(), 1e-3, fused=fused) for layer in layers]

    def step():
        x, y = batch(128)
        positive, negative = x.clone(), x.clone()
        positive[:, :10], negative[:, :10] = F.one_hot(y, 10), F.one_hot((y + 1) % 10, 10)
        x = torch.cat([positive, negative])
        sign = torch.cat([-torch.ones(128, device=device), torch.ones(128, device=device)])
        for layer, adam in zip(layers, adams):
            h = F.relu(layer(x / (x.norm(dim=1, keepdim=True) + 1e-4)))
            loss = F.softplus(sign * (h.square().mean(1) - 2.0)).mean()
            adam.zero_grad()
            loss.backward()
            adam.step()
            x = h.detach()

    return step


def gan(generator=(64, 400, 400, 784), discriminator=(784, 400, 400, 1), fused=None):
    def player(*widths):
        parts = []
        for a, b in zip(widths, widths[1:]):
            parts += [nn.Linear(a, b), nn.LeakyReLU(0.2)]
        return nn.Sequential(*parts[:-1]).to(device)

    g, d = player(*generator), player(*discriminator)
    return adversaries(nn.Sequential(g, nn.Tanh()), d, lambda x: x, fused)


def convolutional(fused=None):
    g = nn.Sequential(
        nn.Linear(64, 49 * 128), nn.ReLU(), nn.Unflatten(1, (128, 7, 7)),
        nn.ConvTranspose2d(128, 64, 4, 2, 1), nn.ReLU(),
        nn.ConvTranspose2d(64, 1, 4, 2, 1), nn.Tanh(),
    ).to(device)
    d = nn.Sequential(
        nn.Conv2d(1, 64, 4, 2, 1), nn.LeakyReLU(0.2),
        nn.Conv2d(64, 128, 4, 2, 1), nn.LeakyReLU(0.2),
        nn.Flatten(), nn.Linear(49 * 128, 1),
    ).to(device)
    return adversaries(g, d, lambda x: x.view(-1, 1, 28, 28), fused)


def adversaries(g, d, shape, fused):
    adams = [torch.optim.Adam(net.parameters(), 2e-4, betas=(0.5, 0.999), fused=fused) for net in (g, d)]

    def step():
        x = shape(batch(128)[0])
        with torch.no_grad():
            fake = g(torch.randn(128, 64, device=device))
        loss = F.softplus(-d(x)).mean() + F.softplus(d(fake)).mean()
        adams[1].zero_grad()
        loss.backward()
        adams[1].step()
        loss = F.softplus(-d(g(torch.randn(128, 64, device=device)))).mean()
        adams[0].zero_grad()
        loss.backward()
        adams[0].step()

    return step


if takes_turns:
    sizes = {"generator": (64, 256, 512, 784), "discriminator": (784, 512, 256, 1)}
    answer(torch.__version__, {
        "vae": vae,
        "rbm": rbm,
        "gan": lambda: gan(**sizes),
        "ff": ff,
        "convolutional": convolutional,
        "vae;fused": lambda: vae(fused=True),
        "gan;fused": lambda: gan(**sizes, fused=True),
        "convolutional;fused": lambda: convolutional(fused=True),
        "ff;fused": lambda: ff(fused=True),
    })
    sys.exit()

shapes = [(128, 784, 512), (512, 512, 512), (1024, 1024, 1024), (4096, 4096, 4096)]
print(json.dumps({
    "version": f"PyTorch {torch.__version__}",
    "device": torch.cuda.get_device_name() if device.type == "cuda" else f"CPU, {torch.get_num_threads()} threads",
    "products": [product(*shape) for shape in shapes],
    "steps": {name: 1 / best(make()) for name, make in {"vae": vae, "rbm": rbm, "ff": ff, "gan": gan}.items()},
}))
