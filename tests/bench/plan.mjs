// What is measured.

/** Rows, depth, columns of the products in a training step, and whether a factor is stored transposed. */
export const PRODUCTS = [
  ['128 784 512'],
  ['128 512 512'],
  ['128 512 784'],
  ['128 512 784', 'B'],
  ['784 128 512', 'A'],
  ['128 784 400'],
  ['128 400 784'],
  ['128 784 400', 'B'],
  ['784 128 400', 'A'],
  ['400 128 784', 'A'],
  ['128 400 40'],
  ['400 128 40', 'A'],
  ['128 40 400', 'B'],
  ['128 20 400'],
  ['512 512 512'],
  ['1024 1024 1024'],
];

/** Chains of multiplications and additions that the register-only peak is tried with, and turns made together: the processor decides which is best. */
export const PEAKS = ['12;1', '13;1', '13;8', '24;1'];

export const CHAINS = [
  'copy',
  'relu(a·x + b)',
  'exp',
  'sigmoid',
  'tanh',
  'softplus',
  'Bernoulli sample',
  'normal sample + x',
  'sum of all',
  'sums of rows',
  'sums of columns',
  'softmax of rows',
];

/** Rows and columns of what chains work on: within the cache of a core, and far beyond it. */
export const CHAIN_SIZES = [
  [128, 784],
  [8192, 784],
];

/**
 * Convolutions, as `Convolving` takes them: batch, pixels a side, channels before and after, taps a side, stride, padding. The last three make
 * the convolutional generative adversarial network. Transposed ones go from the second image to the first.
 */
export const CONVOLUTIONS = [
  { title: '14 × 14 × 128 to 128, 3 × 3 taps', sizes: [32, 14, 128, 128, 3, 1, 1] },
  { title: '28 × 28 × 64 to 14 × 14 × 128, 4 × 4 taps', sizes: [32, 28, 64, 128, 4, 2, 1] },
  { title: '28 × 28 × 1 to 14 × 14 × 64, 4 × 4 taps', sizes: [128, 28, 1, 64, 4, 2, 1] },
  { title: '14 × 14 × 64 to 7 × 7 × 128, 4 × 4 taps', sizes: [128, 14, 64, 128, 4, 2, 1] },
  { title: '7 × 7 × 128 to 14 × 14 × 64, 4 × 4 taps, transposed', sizes: [128, 14, 64, 128, 4, 2, 1], transposed: true },
];

/** Parts of a convolution, and the matrix product that each is: the factors of the product of windows and weights, one of them transposed for a gradient. */
export function convolutionParts({ sizes, transposed }) {
  const [batch, size, from, to, taps, stride, padding] = sizes;
  const rows = batch * (Math.floor((size + 2 * padding - taps) / stride) + 1) ** 2;
  const depth = taps ** 2 * from;
  const there = [`${rows} ${depth} ${to}`];
  const back = [`${rows} ${to} ${depth}`, 'B'];
  return {
    forward: transposed ? back : there,
    images: transposed ? there : back,
    weights: [`${depth} ${rows} ${to}`, 'A'],
  };
}

/** The models whose training steps are compared, and the zoo's own sessions of the same sizes, or of the nearest that its knobs name. */
export const MODELS = [
  { id: 'vae', title: 'variational autoencoder 784-400-20', knobs: 'hidden=400 latent=20 batch=128' },
  { id: 'rbm', title: 'restricted Boltzmann machine 784-512, CD-1', knobs: 'hidden=512 batch=128 algorithm=cd' },
  {
    id: 'gan',
    title: 'generative adversarial network 64-256-512-784 / 784-512-256-1',
    knobs: 'loss=non-saturating layers=2 latent=64 generator-width=400 discriminator-width=400 batch=128',
  },
  {
    id: 'ff',
    title: 'Forward-Forward network 784-500-500, 128 + 128 rows',
    knobs: 'layers=2 width=500 negatives=wrong-labels batch=128',
  },
  { id: 'convolutional', title: 'convolutional generative adversarial network of 28 × 28 images, 64 and 128 channels' },
];

/** Bytes that one batch of the autoencoder passes from layer to layer: hidden, mean, logarithm of the variance, latent, hidden, logits. */
export const VAE_ACTIVATIONS = 4 * 128 * (400 + 20 + 20 + 20 + 400 + 784);

/** Networks whose cost is followed as one size grows. */
export const SCALES = [
  { title: 'batch', unit: 'rows', sizes: [16, 32, 64, 128, 256, 512, 1024], name: (size) => `network;vae ${size} 400` },
  { title: 'width', unit: 'hidden units', sizes: [64, 128, 256, 512, 1024, 2048], name: (size) => `network;vae 128 ${size}` },
  { title: 'depth', unit: 'hidden layers of 256', sizes: [1, 2, 4, 8, 16], name: (size) => `network;deep ${size}` },
];
