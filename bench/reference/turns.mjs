// What the contenders in JavaScript share: columns from files, turns on request, figures from a few rows.
import {readFileSync} from 'node:fs';
import {createInterface} from 'node:readline';

export const line = 214, size = 5;
/// Of the sketches: bins an octave.
export const binsAnOctave = 256;

const types = {income: ['f32', Float32Array], weight: ['f32', Float32Array], land: ['f32', Float32Array], rural: ['u8', Uint8Array], kids: ['i8', Int8Array]};

export function readColumns(folder) {
  return Object.fromEntries(Object.entries(types).map(([name, [suffix, Type]]) => {
    const bytes = readFileSync(`${folder}/${name}.${suffix}`);
    return [name, new Type(bytes.buffer, bytes.byteOffset, bytes.byteLength / Type.BYTES_PER_ELEMENT)];
  }));
}

/// The module, or nothing after a line that says what to install.
export async function load(module) {
  try {
    return await import(module);
  } catch (error) {
    const missing = `${module} cannot be loaded (${error.message.split('\n')[0]}): with node 20 or newer, npm ci --prefix bench/reference`;
    console.log(JSON.stringify({missing}));
    process.exit(0);
  }
}

/// `contenders`: {contender, kind, threads, prepare (not timed), run, figures (of what run gave)}. Timed is `run`.
export async function serve(contenders) {
  console.log(JSON.stringify({ready: contenders.map(({contender, kind, threads}) => ({contender, kind, threads}))}));
  for await (const request of createInterface({input: process.stdin})) {
    const {prepare, run, figures} = contenders[Number(request)];
    await prepare?.();
    const start = process.hrtime.bigint();
    const rows = await run();
    const seconds = Number(process.hrtime.bigint() - start) / 1e9;
    console.log(JSON.stringify({seconds, figures: figures(rows)}));
  }
}

const sum = (rows, of) => rows.reduce((total, row) => total + of(row), 0);

function common(rows) {
  const w = sum(rows, row => row.w);
  return {persons: size * w, mean: sum(rows, row => row.wy) / w, fgt: ['poor', 'gap', 'squared'].map(name => sum(rows, row => row[name]) / w)};
}

/// From a row each decile, in order: sums of w, wy, poor, gap, squared and `ranked` = wy·(2·cw − w), cw being the weight up to and
/// with a household; and the highest welfare.
export function figuresOfDeciles(rows) {
  const w = sum(rows, row => row.w), wy = sum(rows, row => row.wy);
  return {...common(rows), gini: sum(rows, row => row.ranked) / (w * wy) - 1, share: rows.map(row => row.wy / wy),
          limit: rows.slice(0, 9).map(row => row.highest)};
}

/// From a row each bin, in order. Households of a bin are taken to lie at their mean, limits of deciles between its borders.
export function figuresOfBins(rows) {
  const figures = common(rows), w = sum(rows, row => row.w), wy = sum(rows, row => row.wy);
  const border = bin => 2 ** (bin / binsAnOctave);
  let cw = 0, cy = 0, twiceArea = 0, giniError = 0, shareError = 0;
  const limit = [], lorenz = [0];
  for (const row of rows) {
    const width = border(row.bin + 1) - border(row.bin), p = row.w / w;
    while (limit.length < 9 && cw + row.w >= w * (limit.length + 1) / 10) {
      const part = (w * (limit.length + 1) / 10 - cw) / row.w;
      limit.push(border(row.bin) + part * width);
      lorenz.push((cy + part * row.wy) / wy);
    }
    twiceArea += p * (2 * cy + row.wy) / wy;
    giniError += p * p * width / (4 * figures.mean);
    shareError = Math.max(shareError, p * width / (2 * figures.mean));
    cw += row.w;
    cy += row.wy;
  }
  lorenz.push(1);
  return {...figures, gini: 1 - twiceArea, limit, share: lorenz.slice(1).map((value, d) => value - lorenz[d]),
          gini_error: giniError, share_error: shareError, limit_error: 2 ** (1 / binsAnOctave) - 1};
}
