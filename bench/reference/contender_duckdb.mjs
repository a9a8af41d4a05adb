// The reference workload as SQL over a table in DuckDB's memory: contender_duckdb.mjs FOLDER THREADS...
import {binsAnOctave, figuresOfBins, figuresOfDeciles, line, load, readColumns, serve, size} from './turns.mjs';

const [folder, ...threads] = process.argv.slice(2);
const {DuckDBDataChunk, DuckDBInstance, FLOAT, TINYINT, UTINYINT} = await load('@duckdb/node-api');

const welfare = `
  select weight as w, (income * case when eligible and land > 0.5 then 1.43::float else 1::float end
                       + case when eligible then (20 + 5 * least(kids, 3))::float else 0::float end) * ${4 / size}::float as y
  from (select *, rural = 1 and kids > 0 and land < 2 as eligible from households)`;
const terms = `w::double as w, y, w::double * y as wy, greatest(0, 1 - y::double / ${line}) as gap`;
const sums = `sum(w) as w, sum(wy) as wy, coalesce(sum(w) filter (gap > 0), 0) as poor, sum(w * gap) as gap, sum(w * gap * gap) as squared`;

// Put in order, then one running sum over rows as they come: faster here than a window with an order of its own. Deciles
// are of whole households, by weight and not by rows (so not ntile).
const exact = `
  with upwards as (from (${welfare}) order by y),
       curve as (select *, sum(w::double) over (rows between unbounded preceding and current row) as cw from upwards),
       total as (select sum(weight) as all_w from households)
  select least(9, floor(10 * (cw - w / 2) / all_w))::int as decile, sum(wy * (2 * cw - w)) as ranked, max(y) as highest, ${sums}
  from (select ${terms}, cw from curve), total
  group by decile order by decile`;
const sketch = `select floor(${binsAnOctave} * log2(y))::int as bin, ${sums} from (select ${terms} from (${welfare})) group by bin order by bin`;

/// A chunk is filled where its memory lies: value by value would take minutes.
async function createTable(connection, columns) {
  await connection.run('create table households (income float, weight float, land float, rural utinyint, kids tinyint)');
  const appender = await connection.createAppender('households');
  const names = ['income', 'weight', 'land', 'rural', 'kids'], step = 2048, n = columns.income.length;
  const chunk = DuckDBDataChunk.create([FLOAT, FLOAT, FLOAT, UTINYINT, TINYINT]);
  for (let first = 0; first < n; first += step) {
    chunk.reset();
    chunk.rowCount = Math.min(step, n - first);
    names.forEach((name, i) => {
      const vector = chunk.getColumnVector(i);
      vector.items.set(columns[name].subarray(first, first + chunk.rowCount));
      vector.flush();
    });
    appender.appendDataChunk(chunk);
  }
  appender.closeSync();
}

const connection = await (await DuckDBInstance.create(':memory:')).connect();
await createTable(connection, readColumns(folder));
const contender = (kind, sql, figures, count) => ({
  contender: 'DuckDB', kind, threads: count, figures, prepare: () => connection.run(`set threads to ${count}`),
  run: async () => (await connection.runAndReadAll(sql)).getRowObjects(),
});
await serve(threads.map(Number).flatMap(count => [contender('exact', exact, figuresOfDeciles, count), contender('sketch', sketch, figuresOfBins, count)]));
