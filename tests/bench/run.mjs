// Measures Daydream and its peers side by side and writes the report.
//
//     node run.mjs --page FOLDER --native PROGRAM [--site FOLDER] [--burn PROGRAM] [--python PROGRAM] [--report FILE] [--json FILE]
//                  [--only PART]... [--model ID]... [--rounds N]
//
// The page's folder holds the bound modules as well; the site is what visitors load. Without --report, the report is printed only.

import { readFile, writeFile } from 'node:fs/promises';
import { cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';

import { compete } from './contest.mjs';
import { openEngines } from './engines.mjs';
import { atOnce, openBrowser } from './hosts.mjs';
import { CHAINS, CHAIN_SIZES, CONVOLUTIONS, MODELS, PEAKS, PRODUCTS, SCALES, VAE_ACTIVATIONS, convolutionParts } from './plan.mjs';
import { profile } from './profile.mjs';
import { plot } from './plot.mjs';
import { describe } from './report.mjs';
import { weigh } from './weight.mjs';

const text = { type: 'string' };
const list = { type: 'string', multiple: true, default: [] };
const { values: options } = parseArgs({
  options: { page: text, native: text, site: text, burn: text, python: text, report: text, json: text, only: list, model: list, rounds: text },
});
const { page, native, site, burn, python = 'python3', report, json } = options;
const models = MODELS.map(({ id }) => id).filter((id) => !options.model.length || options.model.includes(id));
const unknown = options.model.filter((id) => !models.includes(id));
if (unknown.length) throw new Error(`no model is called ${unknown.join(', ')}: there are ${MODELS.map(({ id }) => id).join(', ')}`);

const say = (line) => console.log(`  ${line}`);
const isWanted = (part) => !options.only.length || options.only.includes(part);
const contest = (contestants, { rounds, ...times }) => compete(contestants, { rounds: Number(options.rounds ?? rounds), ...times });

/** The processor's name, with family and model where the system tells them: some names are those of several generations. */
async function processor() {
  const told = await readFile('/proc/cpuinfo', 'utf8').catch(() => '');
  const [family, model] = ['cpu family', 'model'].map((key) => new RegExp(`^${key}\\s*: (.+)$`, 'm').exec(told)?.[1]);
  const generation = family && model ? ` (family ${family}, model ${model})` : '';
  return `${cpus()[0]?.model ?? 'unknown'}${generation}, ${cpus().length} cores`;
}

const outcome = {
  date: new Date().toISOString().slice(0, 10),
  processor: await processor(),
  load: loadavg()[0],
  versions: {},
};
const browser = await openBrowser(page);
outcome.versions.Chromium = browser.version;
try {
  const daydream = await browser.engine('daydream.js');
  // What the page would choose, for this whole run.
  outcome.rounding = daydream.rounding;
  const started = (parameters = '') => browser.engine(`daydream.js?rounding=${daydream.rounding}${parameters}`);
  const exact = await browser.engine('daydream.js?rounding=separate');
  const ours = (name, details) => ({ host: daydream, name, ...details });

  const products = isWanted('products') ? PRODUCTS : [];
  say(products.length ? 'measuring matrix products' : 'measuring the peak');
  outcome.peaks = PEAKS.map((chains) => ours(`peak;${chains}`));
  outcome.exactPeaks = PEAKS.map((chains) => ({ host: exact, name: `peak;${chains}` }));
  outcome.products = products.map((words) => ours(['product', ...words].join(';'), { words }));
  await contest([...outcome.peaks, ...outcome.exactPeaks, ...outcome.products], { rounds: 15, warm: 0.25, sample: 0.02 });

  if (isWanted('chains')) {
    say('measuring element-wise chains and reductions');
    outcome.chains = CHAIN_SIZES.flatMap((size) => CHAINS.map((chain) => ours(['chain', chain, ...size].join(';'), { chain, size })));
    await contest(outcome.chains, { rounds: 9, warm: 0.1, sample: 0.015 });
  }
  if (isWanted('convolutions')) {
    say('measuring convolutions');
    outcome.convolutions = CONVOLUTIONS.flatMap((convolution) =>
      Object.entries(convolutionParts(convolution)).map(([part, product]) => {
        const { title, sizes, transposed } = convolution;
        const name = ['convolution', sizes.join(' '), transposed ? 'transposed' : '', part].join(';');
        return { title, part, convolution: ours(name), product: ours(['product', ...product].join(';')) };
      }),
    );
    await contest(outcome.convolutions.flatMap(({ convolution, product }) => [convolution, product]), { rounds: 7, warm: 0.1, sample: 0.02 });
  }
  if (isWanted('steps')) {
    say('measuring training steps of all engines in turns');
    const other = outcome.rounding === 'fused' ? exact : undefined;
    const engines = await openEngines({ browser, daydream, exact: other, started, native, burn, python }, models);
    try {
      Object.assign(outcome.versions, engines.versions);
      // In the same rounds, for whatever else the machine does then: what two cores do for two workers that share nothing.
      const idle = ours(`peak;${PEAKS[1]}`, { label: 'one core' });
      const both = { ...idle, host: atOnce(daydream, await started('&beside')), label: 'two cores' };
      outcome.cores = { one: idle, both };
      outcome.steps = engines.contestants;
      await contest([...outcome.steps, idle, both], { rounds: 9, warm: 0.7, sample: 0.15 });
    } finally {
      engines.close();
    }
  }
  if (isWanted('profile')) {
    say('measuring where the time of a step goes');
    outcome.profiles = [];
    for (const model of models) outcome.profiles.push(await profile(daydream, model, Number(options.rounds ?? 7)));
  }
  if (isWanted('growth')) {
    say('measuring how cost grows');
    outcome.scales = SCALES.flatMap(({ title, sizes, name }) => sizes.map((size) => ours(name(size), { scale: title, size })));
    outcome.tiny = ours('network;tiny');
    await contest([...outcome.scales, outcome.tiny], { rounds: 7, warm: 0.2, sample: 0.05 });
  }
  if (isWanted('page')) {
    say('measuring compilation, memory, weight and submission');
    outcome.building = MODELS.filter(({ knobs }) => knobs).map(({ id }) => ours(`building;${id}`, { model: id }));
    await contest(outcome.building, { rounds: 15, warm: 0.01, sample: 0.001 });
    const memory = async (which) => (await daydream.run('memory;vae', which)).figure;
    outcome.memory = { arena: await memory(0), held: await memory(1), activations: VAE_ACTIVATIONS };
    if (site) outcome.visits = await weigh(browser, site);
    outcome.submission = ours('submission');
    await contest([outcome.submission], { rounds: 30, warm: 0, sample: 0 });
  }
} finally {
  await browser.close();
}

outcome.loadAfter = loadavg()[0];
const described = describe(outcome);
console.log(described);
if (report) {
  await writeFile(report, described);
  await writeFile(report.replace(/\.md$/, '-growth.svg'), plot(outcome));
}
if (json) await writeFile(json, `${JSON.stringify(outcome, (key, value) => (key === 'host' ? undefined : value), 1)}\n`);
