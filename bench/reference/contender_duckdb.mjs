// The reference workload as SQL over a table in DuckDB's memory: contender_duckdb.mjs FOLDER THREADS...
import {binsAnOctave, figuresOfBins, figuresOfDeciles, line, load, readColumns, serve, size} from './turns.mjs';

const [folder, ...threads] = process.argv.slice(2);
const {DuckDBDataChunk, DuckDBInstance, FLOAT, TINYINT, UTINYINT} = await load('@duckdb/node-api');

const welfare = `
  select weight::double as w, y::double as y, weight::double * y as wy, greatest(0, 1 - y::double / ${line}) as gap from (
    select weight, (income * case when eligible and land > 0.5 then 1.43::float else 1::float end
                    + case when eligible then (20 + 5 * least(kids, 3))::float else 0::float end) * ${4 / size}::float as y from (
      select *, rural = 1 and kids > 0 and land < 2 as eligible from households))`;
const poverty = `coalesce(sum(w) filter (gap > 0), 0) as poor, sum(w * gap) as gap, sum(w * gap * gap) as squared`;

// Deciles are of whole households: of weight, not of rows, so not ntile.
const exact = `
  with curve as (select w, y, wy, gap, sum(w) over upwards as cw, sum(wy) over upwards as cy from (${welfare})
                 window upwards as (order by y rows between unbounded preceding and current row)),
       total as (select sum(weight) as all_w from households)
  select least(9, floor(10 * (cw - w / 2) / all_w))::int as decile, sum(w) as w, sum(wy) as wy, sum(w * (2 * cy - wy)) as twice_area,
         max(y) as highest, ${poverty}
  from curve, total group by decile order by decile`;
const sketch = `
  select floor(${binsAnOctave} * log2(y))::int as bin, sum(w) as w, sum(wy) as wy, ${poverty} from (${welfare}) group by bin order by bin`;

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
