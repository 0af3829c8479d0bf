import { describe, expect, test } from 'vitest';
import type { Catalogue, Knob, Text } from './protocol';
import { defaultRecipe, formatKnob, knobValue, parseKnob, presetRecipe, readLink, withData, withKnob, writeLink } from './recipe';

const text = (en: string): Text => ({ en, ko: en });
const knob = (id: string, kind: Knob['kind']): Knob => ({ id, title: text(id), help: text(id), kind, live: false });

const UNITS = knob('units', { type: 'whole', min: 1, max: 100, default: 10, scale: 'log' });
const RATE = knob('rate', { type: 'real', min: 0, max: 1, default: 0.1, scale: 'log', unit: '' });
const LOSS = knob('loss', { type: 'choice', default: 0, options: [{ id: 'soft', title: text('soft') }, { id: 'hard', title: text('hard') }] });
const NOISY = knob('noisy', { type: 'switch', default: false });
const SIZE = knob('size', { type: 'whole', min: 2, max: 8, default: 4, scale: 'linear' });

const model = (id: string, knobs: Knob[]): Catalogue['models'][number] => ({
  id,
  title: text(id),
  family: 'energy',
  summary: text(''),
  story: text(''),
  equations: [],
  paper: { title: '', url: '' },
  data: ['images'],
  needs_labels: id === 'judge',
  knobs,
  metrics: [],
  views: [],
  presets: [
    { id: 'first', title: text('first'), data: 'grid', knobs: [], steps: 1, metric: '', bar: 0 },
    { id: 'second', title: text('second'), data: 'marks', knobs: [['units', '20']], steps: 1, metric: '', bar: 0 },
  ],
});

const CATALOGUE: Catalogue = {
  models: [model('dreamer', [UNITS, RATE, LOSS, NOISY]), model('judge', [UNITS])],
  data: [
    { id: 'grid', title: text('grid'), summary: text(''), kind: 'images', labelled: true, knobs: [SIZE] },
    { id: 'marks', title: text('marks'), summary: text(''), kind: 'images', labelled: false, knobs: [] },
    { id: 'dots', title: text('dots'), summary: text(''), kind: 'points', labelled: true, knobs: [] },
  ],
};

describe('knobs in an address', () => {
  test.each([
    [UNITS, '20', 20],
    [UNITS, '20.5', undefined],
    [UNITS, '0', undefined],
    [UNITS, '', undefined],
    [RATE, '1e-3', 0.001],
    [RATE, 'fast', undefined],
    [RATE, '2', undefined],
    [LOSS, 'hard', 1],
    [LOSS, '1', undefined],
    [NOISY, 'on', 1],
    [NOISY, 'off', 0],
    [NOISY, 'maybe', undefined],
  ])('%o says %s', (knob, typed, value) => {
    expect(parseKnob(knob, typed)).toBe(value);
    if (value !== undefined) expect(parseKnob(knob, formatKnob(knob, value))).toBe(value);
  });

  test('a knob at its default is left out', () => {
    const recipe = defaultRecipe(CATALOGUE, CATALOGUE.models[0] ?? model('', []));
    const turned = withKnob(recipe, UNITS, 20);
    expect(turned.knobs).toEqual({ units: '20' });
    expect(knobValue(UNITS, turned)).toBe(20);
    expect(withKnob(turned, UNITS, 10).knobs).toEqual({});
  });
});

describe('links', () => {
  test.each([
    ['', { model: 'dreamer', data: 'grid', seed: 1, knobs: {} }, true],
    ['#model=dreamer', { model: 'dreamer', data: 'grid', seed: 1, knobs: {} }, false],
    ['#model=judge&seed=7&units=20&play=1', { model: 'judge', data: 'grid', seed: 7, knobs: { units: '20' } }, true],
    ['#data=marks&rate=0.5&loss=hard', { model: 'dreamer', data: 'marks', seed: 1, knobs: { rate: '0.5', loss: 'hard' } }, false],
    ['#size=8', { model: 'dreamer', data: 'grid', seed: 1, knobs: { size: '8' } }, false],
  ])('%s is read, and what is written is read the same', (hash, recipe, play) => {
    const link = readLink(CATALOGUE, hash);
    expect(link).toMatchObject({ recipe, play, problems: [], newer: false });
    expect(readLink(CATALOGUE, writeLink(CATALOGUE, recipe, { play }))).toMatchObject({ recipe, play, problems: [] });
  });

  test('nothing that equals a default is written', () => {
    expect(writeLink(CATALOGUE, { model: 'judge', data: 'grid', seed: 1, knobs: {} })).toBe('#model=judge');
    expect(writeLink(CATALOGUE, { model: 'dreamer', data: 'marks', seed: 3, knobs: { units: '20' } }, { play: true, language: 'ko' })).toBe('#data=marks&seed=3&units=20&lang=ko&play=1');
  });

  test('a device is asked for by name, or not at all', () => {
    expect(readLink(CATALOGUE, '#device=gpu')).toMatchObject({ device: 'gpu', problems: [] });
    expect(readLink(CATALOGUE, '#model=judge')).toMatchObject({ device: 'auto', problems: [] });
    expect(readLink(CATALOGUE, '#device=tpu')).toMatchObject({ device: 'auto', problems: ['device=tpu'] });
    const recipe = { model: 'judge', data: 'grid', seed: 1, knobs: {} };
    expect(writeLink(CATALOGUE, recipe, { device: 'gpu' })).toBe('#model=judge&device=gpu');
    expect(writeLink(CATALOGUE, recipe, { device: 'auto' })).toBe('#model=judge');
  });

  test('an exact run trains on the CPU, unless another device is named', () => {
    const recipe = { model: 'judge', data: 'grid', seed: 1, knobs: {}, exact: true } as const;
    expect(readLink(CATALOGUE, '#model=judge&exact=1')).toMatchObject({ recipe, device: 'cpu', problems: [] });
    expect(readLink(CATALOGUE, 'model=judge&exact=')).toMatchObject({ recipe, device: 'cpu', problems: [] });
    expect(readLink(CATALOGUE, '#model=judge&exact=1&device=auto')).toMatchObject({ recipe, device: 'auto', problems: [] });
    expect(readLink(CATALOGUE, '#model=judge&exact=0')).toMatchObject({ recipe: { exact: false }, device: 'auto', problems: [] });
    expect(readLink(CATALOGUE, '#model=judge').recipe).not.toHaveProperty('exact');
    expect(readLink(CATALOGUE, '#model=judge&exact=maybe')).toMatchObject({ device: 'auto', problems: ['exact=maybe'] });
    expect(writeLink(CATALOGUE, recipe, { device: 'cpu' })).toBe('#model=judge&exact=1');
    expect(writeLink(CATALOGUE, recipe, { device: 'auto' })).toBe('#model=judge&exact=1&device=auto');
    expect(writeLink(CATALOGUE, { ...recipe, exact: false })).toBe('#model=judge&exact=0');
    expect(withData(CATALOGUE, recipe, 'marks')).toHaveProperty('exact', true);
  });

  test('what cannot be followed is named, and the rest is kept', () => {
    const link = readLink(CATALOGUE, '#model=dreamer&data=dots&seed=-1&units=1000&nose=1&rate=0.2');
    expect(link.problems).toEqual(['data=dots', 'seed=-1', 'units=1000', 'nose=1']);
    expect(link.recipe).toEqual({ model: 'dreamer', data: 'grid', seed: 1, knobs: { rate: '0.2' } });
  });

  test('a model that needs labels refuses data without', () => {
    expect(readLink(CATALOGUE, '#model=judge&data=marks').problems).toEqual(['data=marks']);
  });

  test('a link of a later version says so', () => {
    expect(readLink(CATALOGUE, '#model=dreamer&v=2')).toMatchObject({ newer: true, problems: [] });
  });
});

test('another data set keeps only the knobs that it knows', () => {
  const recipe = { model: 'dreamer', data: 'grid', seed: 1, knobs: { units: '20', size: '8' } };
  expect(withData(CATALOGUE, recipe, 'marks')).toEqual({ ...recipe, data: 'marks', knobs: { units: '20' } });
});

test('a preset brings its data and knobs, and keeps the seed', () => {
  expect(presetRecipe(model('dreamer', []), 'second', 9)).toEqual({ model: 'dreamer', data: 'marks', seed: 9, knobs: { units: '20' } });
  expect(presetRecipe(model('dreamer', []), 'third', 9)).toBeUndefined();
});
